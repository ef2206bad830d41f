# Secrets in Parameter Store. Values are write-only: they are in no plan and in
# no state. A generated one is made by Secrets Manager and written once per
# version; one that people know begins as "unset" and is never overwritten.

locals {
  parameter_names = {
    for key in keys(var.parameters) : key => "/${local._project}/${local._environment}/${key}"
  }
  _generated_parameters = {
    for key, parameter in var.parameters : key => parameter if parameter.generate != null
  }
}

resource "aws_ssm_parameter" "secret" {
  for_each = var.parameters

  description = each.value.description
  key_id      = aws_kms_key.class[each.value.key].arn
  name        = local.parameter_names[each.key]
  tags        = merge(var.tags, { Name = local.parameter_names[each.key] })
  type        = "SecureString"
  value_wo = (
    each.value.generate == null
    ? "unset"
    : local._generated_values[each.key]
  )
  value_wo_version = each.value.generate == null ? 1 : each.value.generate.version

  # The provider writes the value along with any other change and, where the
  # version stays, no longer knows it: it would write an empty one over what
  # people put. Only a new version, and tags, change a parameter.
  lifecycle {
    ignore_changes = [allowed_pattern, data_type, description, key_id, tier]
  }
}
