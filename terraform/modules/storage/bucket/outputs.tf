# None of these may depend on the policy: the policy names the distribution,
# and the distribution wants the domain.

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.bucket.arn
}

output "name" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.bucket.bucket
}

output "regional_domain_name" {
  description = "Domain of the bucket in its region, for an origin of CloudFront."
  value       = aws_s3_bucket.bucket.bucket_regional_domain_name
}

output "versioned_name" {
  description = "Name of the bucket, once it keeps versions: replication waits for that."
  value       = aws_s3_bucket_versioning.versions.bucket
}
