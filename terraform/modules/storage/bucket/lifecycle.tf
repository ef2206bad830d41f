locals {
  # Storage classes from warm to cold, and the days that each is paid for at
  # least. Source: S3 user guide, "Transitioning objects using Amazon S3
  # Lifecycle" and its table of storage classes, read 2026-11.
  _classes = {
    STANDARD_IA         = { days = 30, rank = 1 }
    INTELLIGENT_TIERING = { days = 1, rank = 2 }
    GLACIER_IR          = { days = 90, rank = 3 }
    GLACIER             = { days = 90, rank = 4 }
    DEEP_ARCHIVE        = { days = 180, rank = 5 }
  }

  # The ways through the classes: of what is current, and of old versions.
  _ways = {
    "objects" = {
      end   = var.settings.expiration_days
      moves = var.settings.transitions
    }
    "old versions" = {
      end   = var.settings.noncurrent.days
      moves = var.settings.noncurrent.transitions
    }
  }

  # What S3 refuses, and what it would take and send a bill for.
  _early_moves = flatten([
    for way, path in local._ways : [
      for class, begins in path.moves : [
        for reason in [
          class == "STANDARD_IA" && begins < 30 ? (
            "${way} move to STANDARD_IA on day ${begins}, and S3 wants 30"
          ) : null,
          anytrue([for day in local._ends[way][class] : day - begins < local._classes[class].days]) ? (
            "${way} leave ${class} ${min(local._ends[way][class]...) - begins} days after they came, and ${local._classes[class].days} are paid"
          ) : null,
        ] : reason if reason != null
      ]
    ]
  ])

  # The days on which something may end a stay: each colder class, and the end.
  _ends = {
    for way, path in local._ways : way => {
      for class in keys(path.moves) : class => concat(
        [
          for next, day in path.moves : day
          if local._classes[next].rank > local._classes[class].rank
        ],
        path.end == null ? [] : [path.end],
      )
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "lifecycle" {
  # Rules about old versions want a bucket that has some.
  bucket = aws_s3_bucket_versioning.versions.bucket

  rule {
    id     = "everything"
    status = "Enabled"

    filter {}

    # Parts of an upload that nobody finished are paid for and in no listing.
    abort_incomplete_multipart_upload {
      days_after_initiation = var.settings.multipart_days
    }

    # S3 takes an age or the clearing of orphaned markers, not both: a rule
    # with an age clears them too.
    expiration {
      days                         = var.settings.expiration_days
      expired_object_delete_marker = var.settings.expiration_days == null ? true : null
    }

    noncurrent_version_expiration {
      newer_noncurrent_versions = var.settings.noncurrent.keep
      noncurrent_days           = var.settings.noncurrent.days
    }

    dynamic "noncurrent_version_transition" {
      for_each = var.settings.noncurrent.transitions
      content {
        noncurrent_days = noncurrent_version_transition.value
        storage_class   = noncurrent_version_transition.key
      }
    }

    dynamic "transition" {
      for_each = var.settings.transitions
      content {
        days          = transition.value
        storage_class = transition.key
      }
    }
  }

  lifecycle {
    precondition {
      condition     = length(local._early_moves) == 0
      error_message = "Bucket ${var.name}: ${join("; ", local._early_moves)}."
    }
  }
}

# The tiers from which an object comes back only after hours are asked for by
# themselves; the others come with the class INTELLIGENT_TIERING.
resource "aws_s3_bucket_intelligent_tiering_configuration" "archive" {
  count = var.settings.archive == null ? 0 : 1

  bucket = aws_s3_bucket.bucket.bucket
  name   = "archive"

  dynamic "tiering" {
    for_each = {
      for tier, days in {
        ARCHIVE_ACCESS      = var.settings.archive.archive_days
        DEEP_ARCHIVE_ACCESS = var.settings.archive.deep_archive_days
      } : tier => days if days != null
    }
    content {
      access_tier = tiering.key
      days        = tiering.value
    }
  }
}
