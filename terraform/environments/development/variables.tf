variable "alarm_addresses" {
  description = "Mail addresses that hear of alarms about the automation itself."
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

variable "cluster_access_cidrs" {
  description = "Addresses from which developers reach the cluster's API; none leaves it inside the network."
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

variable "packages_dir" {
  description = "Folder with <function>/bootstrap.zip, as cargo-lambda leaves it."
  type        = string
  default     = "../../../target/lambda"
  nullable    = false
}

variable "today" {
  description = "RFC 3339 instant against which ends of support are judged; null is the time of the plan."
  type        = string
  default     = null
}
