# Instead of modules/security/generated.tf, for the mocked provider.

locals {
  _generated_secrets = { for key in keys(var.secrets) : key => "generated-for-${key}" }
  _generated_values  = { for key in keys(local._generated_parameters) : key => "generated-for-${key}" }
}
