output "bucket" {
  description = "Bucket with the copies."
  value       = google_storage_bucket.exports.url
}

output "import_command" {
  description = "What imports a dump into the recovery database; null where there is none."
  value = one([
    for instance in google_sql_database_instance.recovery :
    "gcloud sql import sql ${instance.name} ${google_storage_bucket.exports.url}/${var.aws.folder}<dump>.sql.gz --database=app --project=${var.google.project}"
  ])
}

output "transfer_job" {
  description = "Name of the daily transfer."
  value       = google_storage_transfer_job.exports.name
}

output "transfer_role_arn" {
  description = "AWS role that the transfer takes."
  value       = aws_iam_role.transfer.arn
}
