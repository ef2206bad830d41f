variable "bucket_suffix" {
  description = <<-EOT
    Last part of every bucket's name, because the names of buckets are taken
    by the whole world: an account id, say. Null leaves {prefix}-{key}.
  EOT
  type        = string
  default     = null
}

variable "buckets" {
  description = <<-EOT
    Buckets by key; the name is {prefix}-{key}. Empty: none. Every one keeps
    versions, is encrypted, closed to the public, and takes TLS only.
  EOT
  type = map(object({
    disposable      = optional(bool, false)
    distributions   = optional(set(string), [])
    encryption      = optional(string, "kms")
    eventbridge     = optional(bool, true)
    expiration_days = optional(number)
    log_delivery    = optional(set(string), [])
    minimum_tls     = optional(string, "1.3")
    multipart_days  = optional(number, 7)
    replicate       = optional(bool, false)
    tags            = optional(map(string), {})
    transitions     = optional(map(number), {})
    archive = optional(object({
      archive_days      = optional(number)
      deep_archive_days = optional(number)
    }))
    cors = optional(list(object({
      headers         = optional(set(string), [])
      max_age_seconds = optional(number, 3600)
      methods         = optional(set(string), ["GET", "HEAD"])
      origins         = set(string)
    })), [])
    noncurrent = optional(object({
      days        = optional(number, 90)
      keep        = optional(number)
      transitions = optional(map(number), {})
    }), {})
    object_lock = optional(object({
      consent = optional(string)
      days    = optional(number, 30)
      mode    = optional(string, "GOVERNANCE")
    }))
    readers = optional(map(object({
      prefix     = optional(string, "")
      principals = set(string)
    })), {})
  }))
  default  = {}
  nullable = false
  validation {
    condition = alltrue([
      for key in keys(var.buckets) : can(regex("^[a-z][a-z0-9-]{0,20}$", key))
    ])
    error_message = "A bucket's key is 1 to 21 lower-case letters, digits and hyphens, a letter first."
  }
  validation {
    condition = alltrue([
      for bucket in var.buckets : contains(["aes256", "kms"], bucket.encryption)
    ])
    error_message = "A bucket's encryption is kms (with the given key) or aes256 (with keys of S3)."
  }
  # Load balancers and access logs cannot be written to a bucket with a key of
  # ours, nor access logs to one with a lock. Sources: the guides of Elastic
  # Load Balancing and of S3, "access logs".
  validation {
    condition = alltrue([
      for bucket in var.buckets : length(bucket.log_delivery) == 0 || (
        bucket.encryption == "aes256" && bucket.object_lock == null
      )
    ])
    error_message = "A bucket that takes logs has encryption aes256 and no object_lock: load balancers and S3 itself could not write to it otherwise."
  }
  validation {
    condition = alltrue([
      for bucket in var.buckets : length(bucket.log_delivery) == 0 || length(bucket.distributions) == 0
    ])
    error_message = "A bucket that takes logs is read by no distribution."
  }
  validation {
    condition = alltrue(flatten([
      for bucket in var.buckets : [
        for service in bucket.log_delivery :
        contains(["cloudfront", "cloudtrail", "config", "elb", "s3", "vpc-flow-logs"], service)
      ]
    ]))
    error_message = "log_delivery names services: cloudfront, cloudtrail, config, elb, s3, vpc-flow-logs."
  }
  validation {
    condition = length([
      for bucket in var.buckets : bucket if contains(bucket.log_delivery, "s3")
    ]) <= 1
    error_message = "One bucket takes the access logs of the others: only one has s3 in log_delivery."
  }
  validation {
    condition = alltrue([
      for bucket in var.buckets : contains(["1.2", "1.3"], bucket.minimum_tls)
    ])
    error_message = "minimum_tls is 1.3 or, for clients that cannot, 1.2. S3 takes nothing older."
  }
  validation {
    condition = alltrue([
      for bucket in var.buckets : bucket.object_lock == null ? true : (
        bucket.object_lock.mode == "GOVERNANCE" || (
          bucket.object_lock.mode == "COMPLIANCE" &&
          bucket.object_lock.consent == "I understand that nobody can delete these objects before their time"
        )
      )
    ])
    error_message = "object_lock.mode is GOVERNANCE, or COMPLIANCE with consent = \"I understand that nobody can delete these objects before their time\": AWS itself cannot undo it, and the bucket cannot be destroyed until then."
  }
  validation {
    condition = alltrue([
      for bucket in var.buckets : bucket.object_lock == null ? true : (
        bucket.object_lock.days >= 1 && !(bucket.object_lock.mode == "COMPLIANCE" && bucket.disposable)
      )
    ])
    error_message = "object_lock.days is 1 or more, and what is locked for compliance is not disposable."
  }
  validation {
    condition = alltrue(flatten([
      for bucket in var.buckets : [
        for class in concat(keys(bucket.transitions), keys(bucket.noncurrent.transitions)) :
        contains(["DEEP_ARCHIVE", "GLACIER", "GLACIER_IR", "INTELLIGENT_TIERING", "STANDARD_IA"], class)
      ]
    ]))
    error_message = "Storage classes of transitions: STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE."
  }
  validation {
    condition = alltrue([
      for bucket in var.buckets : bucket.archive == null ? true : (
        contains(keys(bucket.transitions), "INTELLIGENT_TIERING") &&
        coalesce(bucket.archive.archive_days, 90) >= 90 &&
        coalesce(bucket.archive.deep_archive_days, 180) >= 180 &&
        (bucket.archive.archive_days != null || bucket.archive.deep_archive_days != null)
      )
    ])
    error_message = "archive wants INTELLIGENT_TIERING among the transitions, and archive_days of 90 or more, deep_archive_days of 180 or more, or both."
  }
  validation {
    condition = alltrue(flatten([
      for bucket in var.buckets : [
        for name in keys(bucket.readers) : can(regex("^[a-z][a-z0-9-]*$", name))
      ]
    ]))
    error_message = "A reader's name is lower-case letters, digits and hyphens, a letter first."
  }
  validation {
    condition = alltrue([
      for bucket in var.buckets :
      bucket.multipart_days >= 1 && bucket.noncurrent.days >= 1 &&
      coalesce(bucket.expiration_days, 1) >= 1 &&
      coalesce(bucket.noncurrent.keep, 1) >= 1 && coalesce(bucket.noncurrent.keep, 1) <= 100
    ])
    error_message = "Days are 1 or more, and noncurrent.keep is 1 to 100 versions."
  }
}

# Not part of buckets: the distribution wants the buckets' domains first, and
# whatever reads `buckets` would wait for the distribution.
variable "distribution_arns" {
  description = "CloudFront distributions, by the name that a bucket's distributions use."
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition = alltrue(flatten([
      for bucket in var.buckets : [
        for name in bucket.distributions : contains(keys(var.distribution_arns), name)
      ]
    ]))
    error_message = "A bucket names a distribution that is not in distribution_arns."
  }
}
