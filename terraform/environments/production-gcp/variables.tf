variable "aws" {
  description = <<-EOT
    Where the exports come from: the region and the name of production's
    backups bucket, the folder in it that is copied, and the key that encrypts it.
  EOT
  type = object({
    backups_bucket = string
    key_arn        = string
    region         = optional(string, "us-east-1")
    folder         = optional(string, "exports/")
  })
  nullable = false
  validation {
    condition     = endswith(var.aws.folder, "/") && !startswith(var.aws.folder, "/")
    error_message = "folder ends with a slash and does not begin with one, like exports/."
  }
  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.aws.key_arn))
    error_message = "key_arn is the ARN of the KMS key of the backups bucket."
  }
}

variable "google" {
  description = "The Google Cloud project that holds the copies, and its region; the project exists already."
  type = object({
    project = string
    region  = optional(string, "europe-west1")
  })
  nullable = false
}

variable "project" {
  description = "First part of every name, as in the AWS environments."
  type        = string
  default     = "personal-timeline"
  nullable    = false
}

variable "recovery" {
  description = <<-EOT
    The PostgreSQL instance into which a dump is imported. Null in ordinary
    times: it costs as much as a database. `network` is the VPC network, as
    projects/<project>/global/networks/<name>, that has private services
    access; the instance has no public address.
  EOT
  type = object({
    network    = string
    disk_gb    = optional(number, 100)
    protected  = optional(bool, true)
    tier       = optional(string, "db-custom-2-16384")
    version    = optional(string, "POSTGRES_15")
    zonal_only = optional(bool, false)
  })
  default = null
  validation {
    condition     = var.recovery == null ? true : can(regex("^POSTGRES_1[5-9]$", var.recovery.version))
    error_message = "version is POSTGRES_15 or later: a dump of 15 is not imported into an older one."
  }
}

variable "retention" {
  description = <<-EOT
    Days that a copy cannot be deleted by anybody, days after which it is. A
    locked policy can never be shortened or taken away again, and keeps the
    bucket from being destroyed: off unless you say so.
  EOT
  type = object({
    keep_days   = optional(number, 30)
    delete_days = optional(number, 400)
    locked      = optional(bool, false)
  })
  default  = {}
  nullable = false
  validation {
    condition     = var.retention.keep_days >= 1 && var.retention.delete_days > var.retention.keep_days
    error_message = "delete_days is later than keep_days, and keep_days at least 1."
  }
}

variable "start_date" {
  description = "Day of the first transfer (UTC), as 2026-12-01; the job runs every day from then on."
  type        = string
  nullable    = false
  validation {
    condition     = can(regex("^20[0-9]{2}-[01][0-9]-[0-3][0-9]$", var.start_date))
    error_message = "start_date is a day, like 2026-12-01."
  }
}
