# Values that Terraform holds for the length of one run only. A mocked provider
# knows no ephemeral resources: tests/doubles has what stands here in tests.

ephemeral "aws_secretsmanager_random_password" "master" {
  for_each = local._own_passwords

  # RDS takes none of / @ " and space.
  exclude_punctuation        = true
  password_length            = 40
  require_each_included_type = true
}

# What RDS gets is what the secret holds, also after an apply that stopped
# between the two.
ephemeral "aws_secretsmanager_secret_version" "master" {
  for_each = local._own_passwords

  secret_id  = aws_secretsmanager_secret_version.master[each.key].secret_id
  version_id = aws_secretsmanager_secret_version.master[each.key].version_id
}

locals {
  _generated = {
    for key, password in ephemeral.aws_secretsmanager_random_password.master : key => password.random_password
  }
  _passwords = {
    for key, secret in ephemeral.aws_secretsmanager_secret_version.master : key => jsondecode(secret.secret_string).password
  }
}
