variable "alarm_addresses" {
  description = "Mail addresses that hear of alarms, backups and budgets in the morning."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "architecture" {
  description = "Processor for which the functions were built: arm64 or x86_64."
  type        = string
  default     = "arm64"
  nullable    = false
}

variable "bucket_suffix" {
  description = "Last part of the buckets' names, which are one for the world; null if the plain ones are free."
  type        = string
  default     = null
}

variable "cluster_access_cidrs" {
  description = "Addresses from which people reach the cluster's API; none leaves it inside the network."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "functions_dir" {
  description = "Folder with the functions' manifests."
  type        = string
  default     = "../../../functions"
  nullable    = false
}

variable "node_sizes" {
  description = <<-EOT
    Sizes of the nodes for everything: lean, what the specification says with
    each environment and its costs, or roomy, one size larger, what it says
    with the cluster.
  EOT
  type        = string
  default     = "lean"
  nullable    = false
  validation {
    condition     = contains(["lean", "roomy"], var.node_sizes)
    error_message = "node_sizes is lean or roomy."
  }
}

variable "packages_dir" {
  description = "Folder with <function>/bootstrap.zip, as cargo-lambda leaves it."
  type        = string
  default     = "../../../target/lambda"
  nullable    = false
}

variable "people" {
  description = "Who may take on the roles for people (administrator, developer, reader), as ARNs of users, roles or the account."
  type        = map(list(string))
  default     = {}
  nullable    = false
}

variable "site" {
  description = <<-EOT
    The site's domain and its hosted zone (shared/dns makes it); null for an
    environment without load balancer and names.
  EOT
  type = object({
    domain  = string
    zone_id = string
  })
  default = null
}

variable "today" {
  description = "RFC 3339 instant against which ends of support are judged; null is the time of the plan."
  type        = string
  default     = null
}

variable "watches_account" {
  description = <<-EOT
    Whether this environment watches what belongs to the account as a whole:
    cost-anomaly reads the bill day by day and looks for unusual spending itself,
    and security-triage hears the findings. One environment of each account does:
    null leaves it to production; true wherever an environment has an account of
    its own.
  EOT
  type        = bool
  default     = null
}
