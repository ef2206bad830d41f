output "backend" {
  description = "Contents of backend.tf, for when this root's own state moves into the bucket."
  value       = <<-EOT
    terraform {
      backend "s3" {
        bucket       = "${aws_s3_bucket.state.bucket}"
        encrypt      = true
        key          = "bootstrap.tfstate"
        kms_key_id   = "${aws_kms_key.state.arn}"
        region       = "${var.region}"
        use_lockfile = true
      }
    }
  EOT
}

output "backend_config" {
  description = "What the other roots take with -backend-config."
  value       = <<-EOT
    bucket     = "${aws_s3_bucket.state.bucket}"
    kms_key_id = "${aws_kms_key.state.arn}"
    region     = "${var.region}"
  EOT
}

output "ci_roles" {
  description = "Roles of the pipelines: plan and apply; empty without them."
  value       = { for role, made in aws_iam_role.ci : role => made.arn }
}

output "state_bucket" {
  description = "Bucket of the states."
  value       = aws_s3_bucket.state.bucket
}

output "state_key_arn" {
  description = "Key of the states."
  value       = aws_kms_key.state.arn
}
