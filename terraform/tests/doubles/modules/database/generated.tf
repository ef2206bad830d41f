# Instead of modules/database/generated.tf, for the mocked provider.

locals {
  _generated = { for key in local._own_passwords : key => "generated-for-${key}" }
  _passwords = { for key in local._own_passwords : key => "kept-for-${key}" }
}
