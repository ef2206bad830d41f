variable "access_log_bucket" {
  description = "Bucket that takes the server access logs; null for none."
  type        = object({ name = string })
  default     = null
}

variable "distribution_arns" {
  description = "CloudFront distributions that may read, by a name of your own."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "key_arn" {
  description = "KMS key of a bucket whose encryption is kms."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Name of the bucket."
  type        = string
  nullable    = false
}

variable "replication_role_arn" {
  description = "Role by which S3 itself reads or writes here; null for none."
  type        = string
  default     = null
}

variable "settings" {
  description = "What ../variables-buckets.tf says of one bucket."
  type = object({
    disposable      = bool
    encryption      = string
    eventbridge     = bool
    expiration_days = number
    log_delivery    = set(string)
    minimum_tls     = string
    multipart_days  = number
    transitions     = map(number)
    tags            = map(string)
    archive = object({
      archive_days      = number
      deep_archive_days = number
    })
    cors = list(object({
      headers         = set(string)
      max_age_seconds = number
      methods         = set(string)
      origins         = set(string)
    }))
    noncurrent = object({
      days        = number
      keep        = number
      transitions = map(number)
    })
    object_lock = object({
      days = number
      mode = string
    })
    readers = map(object({
      prefix     = string
      principals = set(string)
    }))
  })
  nullable = false
}

variable "tags" {
  description = "Tags of everything made here."
  type        = map(string)
  default     = {}
  nullable    = false
}
