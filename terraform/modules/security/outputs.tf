output "certificates" {
  description = "Certificates by key: their ARNs, once they are valid."
  value       = { for key, validation in aws_acm_certificate_validation.certificate : key => validation.certificate_arn }
}

output "ci_role_arn" {
  description = "Role of continuous integration; null without one."
  value       = one(aws_iam_role.ci[*].arn)
}

output "keys" {
  description = "Keys by class of data: arn, id, alias, and the ARNs of the replicas by place."
  value = {
    for class, key in aws_kms_key.class : class => {
      alias = aws_kms_alias.class[class].name
      arn   = key.arn
      id    = key.key_id
      replicas = merge(
        { for place in ["dr"] : place => aws_kms_replica_key.dr[class].arn if contains(var.keys[class].replicas, place) },
        { for place in ["secondary"] : place => aws_kms_replica_key.secondary[class].arn if contains(var.keys[class].replicas, place) },
      )
    }
  }
}

output "mfa_group" {
  description = "Group whose members need a second factor; null without one."
  value       = one(aws_iam_group.people[*].name)
}

output "parameters" {
  description = "Names of the parameters by key."
  value       = { for key, parameter in aws_ssm_parameter.secret : key => parameter.name }
}

# Composed, so that whether there is one is known before it exists; a role
# that names it waits for it all the same.
output "permissions_boundary_arn" {
  description = "Policy that caps every role of the environment; null without one."
  value       = local.boundary_arn
  depends_on  = [aws_iam_policy.boundary]
}

output "roles" {
  description = "Roles for people: ARNs by role."
  value       = { for role, made in aws_iam_role.people : role => made.arn }
}

output "secrets" {
  description = "ARNs of the secrets by key."
  value       = { for key, secret in aws_secretsmanager_secret.secret : key => secret.arn }
}
