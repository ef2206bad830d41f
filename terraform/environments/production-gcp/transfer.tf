# Google's Storage Transfer Service reads the exports every day. It takes a
# role of the AWS account by its own identity: no access key exists anywhere.

data "google_storage_transfer_project_service_account" "transfer" {
  depends_on = [google_project_service.service]
}

resource "aws_iam_role" "transfer" {
  description          = "Google's Storage Transfer Service reads production's exports"
  max_session_duration = 3600
  name                 = "${local.prefix}-exports-google-transfer"
  tags                 = { Name = "${local.prefix}-exports-google-transfer" }
  # Google's token names the service account of one project in `sub`.
  # Source: Storage Transfer Service, "Configure access to a source: Amazon S3".
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "accounts.google.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "accounts.google.com:sub" = data.google_storage_transfer_project_service_account.transfer.subject_id
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "transfer" {
  name = "read-exports"
  role = aws_iam_role.transfer.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = "arn:aws:s3:::${var.aws.backups_bucket}"
        Condition = { StringLike = { "s3:prefix" = "${var.aws.folder}*" } }
      },
      {
        Effect   = "Allow"
        Action   = "s3:GetBucketLocation"
        Resource = "arn:aws:s3:::${var.aws.backups_bucket}"
      },
      {
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:aws:s3:::${var.aws.backups_bucket}/${var.aws.folder}*"
      },
      {
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.aws.key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.aws.region}.amazonaws.com" } }
      },
    ]
  })
}

# The two roles that together let a transfer write and compare, and no more.
# Source: Storage Transfer Service, "Configure access to a sink: Cloud Storage".
resource "google_storage_bucket_iam_member" "transfer" {
  for_each = toset(["roles/storage.legacyBucketWriter", "roles/storage.legacyObjectReader"])

  bucket = google_storage_bucket.exports.name
  member = "serviceAccount:${data.google_storage_transfer_project_service_account.transfer.email}"
  role   = each.key
}

resource "google_storage_transfer_job" "exports" {
  description = "Production's exports from S3, every day"
  project     = var.google.project
  status      = "ENABLED"

  logging_config {
    log_action_states = ["SUCCEEDED", "FAILED"]
    log_actions       = ["FIND", "COPY"]
  }

  schedule {
    schedule_start_date {
      day   = tonumber(split("-", var.start_date)[2])
      month = tonumber(split("-", var.start_date)[1])
      year  = tonumber(split("-", var.start_date)[0])
    }
    start_time_of_day {
      hours   = 5
      minutes = 0
      nanos   = 0
      seconds = 0
    }
  }

  transfer_spec {
    aws_s3_data_source {
      bucket_name = var.aws.backups_bucket
      path        = var.aws.folder
      role_arn    = aws_iam_role.transfer.arn
    }
    gcs_data_sink {
      bucket_name = google_storage_bucket.exports.name
      path        = var.aws.folder
    }
    # What disappears in AWS stays here: that is what the copies are for.
    transfer_options {
      delete_objects_from_source_after_transfer  = false
      delete_objects_unique_in_sink              = false
      overwrite_objects_already_existing_in_sink = false
    }
  }

  depends_on = [aws_iam_role_policy.transfer, google_storage_bucket_iam_member.transfer]
}
