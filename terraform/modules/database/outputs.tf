output "instances" {
  description = "Instances by key: arn, address, identifier, port, and the secret with the master password."
  value = {
    for key, instance in aws_db_instance.postgres : key => {
      address    = instance.address
      arn        = instance.arn
      identifier = instance.identifier
      port       = instance.port
      secret_arn = try(instance.master_user_secret[0].secret_arn, null)
    }
  }
}

output "security_group_ids" {
  description = "Security groups by instance key."
  value       = { for key, group in aws_security_group.postgres : key => group.id }
}
