# GuardDuty, Config, CloudTrail and others speak in the region in which they
# look. What functions of us-east-1 wait for is handed there by each other
# region. It is done here and not by an environment: the account has one bus in
# a region, and two environments would fill it twice.

locals {
  _manifests = {
    for path in var.forward == null ? toset([]) : fileset(var.functions_dir, "*/function.json") :
    dirname(path) => jsondecode(file("${var.functions_dir}/${path}"))
    if try(var.forward.functions, null) == null ? true : contains(var.forward.functions, dirname(path))
  }
  # By the end of a rule's name.
  _forwarded = merge({}, [
    for function, manifest in local._manifests : {
      for key, event in try({ for k, v in manifest.events : k => v }, {}) :
      "${function}-${key}" => {
        description = event.description
        pattern     = jsonencode(try(event.pattern_elsewhere, event.pattern))
      } if try(event.regions, "home") == "all"
    }
  ]...)
  # The value for every region but us-east-1.
  _forward = one([
    for rules in [local._forwarded] : {
      bus_arn                  = "arn:${local._partition}:events:${local._hub}:${local._account}:event-bus/default"
      permissions_boundary_arn = var.forward.permissions_boundary_arn
      rules                    = rules
    } if length(rules) > 0
  ])
}
