# Composed from names: a module of several instances can only be waited for as
# a whole, with the policy that names the distribution that wants the domain.
output "buckets" {
  description = "Buckets by key: arn, name, regional_domain_name, and replica_arn, replica_name, replica_domain_name, null without a replica."
  value = {
    for key, bucket in var.buckets : key => {
      arn                  = "arn:${local._partition}:s3:::${local.bucket_names[key]}"
      name                 = local.bucket_names[key]
      regional_domain_name = "${local.bucket_names[key]}.s3.${local._region}.${local._dns_suffix}"
      replica_arn          = bucket.replicate ? "arn:${local._partition}:s3:::${local.replica_names[key]}" : null
      replica_domain_name  = bucket.replicate ? "${local.replica_names[key]}.s3.${local._secondary}.${local._dns_suffix}" : null
      replica_name         = bucket.replicate ? local.replica_names[key] : null
    }
  }
}

output "file_systems" {
  description = "File systems by key: arn, id, security_group_id, access_points (name to arn and id), and replica_id, null without a replica."
  value = {
    for key, system in aws_efs_file_system.files : key => {
      arn               = system.arn
      id                = system.id
      replica_id        = try(aws_efs_file_system.replica[key].id, null)
      security_group_id = aws_security_group.files[key].id
      access_points = {
        for name in keys(var.file_systems[key].access_points) : name => {
          arn = aws_efs_access_point.point["${key}/${name}"].arn
          id  = aws_efs_access_point.point["${key}/${name}"].id
        }
      }
    }
  }
}

output "log_buckets" {
  description = "Buckets that take logs, by key, told only when their policy is in place: arn, name, and replica_arn, replica_name for what logs in the secondary region."
  value = {
    for key, bucket in module.log_bucket : key => {
      arn          = bucket.arn
      name         = bucket.name
      replica_arn  = try(module.log_replica[key].arn, null)
      replica_name = try(module.log_replica[key].name, null)
    }
  }
  depends_on = [module.log_bucket, module.log_replica]
}

# Apart from buckets, for the same reason as distribution_arns.
output "replication_rules" {
  description = "Ids of the replication rules by bucket, for their metrics."
  value       = { for key, replication in aws_s3_bucket_replication_configuration.replication : key => replication.rule[0].id }
}

output "repositories" {
  description = "Image repositories by key: arn, name, url, and replica_url, null without a replica."
  value = {
    for key, repository in aws_ecr_repository.images : key => {
      arn         = repository.arn
      name        = repository.name
      replica_url = try(aws_ecr_repository.replica[key].repository_url, null)
      url         = repository.repository_url
    }
  }
}
