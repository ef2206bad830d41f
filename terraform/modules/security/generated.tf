# Values that Terraform holds for the length of one run only. A mocked provider
# knows no ephemeral resources: tests/doubles has what stands here in tests.

ephemeral "aws_secretsmanager_random_password" "parameter" {
  for_each = local._generated_parameters

  exclude_characters         = each.value.generate.exclude
  password_length            = each.value.generate.length
  require_each_included_type = true
}

ephemeral "aws_secretsmanager_random_password" "secret" {
  for_each = var.secrets

  exclude_characters         = each.value.exclude
  password_length            = each.value.length
  require_each_included_type = true
}

locals {
  _generated_secrets = {
    for key, password in ephemeral.aws_secretsmanager_random_password.secret : key => password.random_password
  }
  _generated_values = {
    for key, password in ephemeral.aws_secretsmanager_random_password.parameter : key => password.random_password
  }
}
