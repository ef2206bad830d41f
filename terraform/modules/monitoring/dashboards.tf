# Two dashboards: one that a person looks at every morning, and one of the
# operations Lambdas. What is on them follows from what is watched; a row
# without anything to show is not there.

locals {
  dashboard_names = { morning = "${var.prefix}-morning", operations = "${var.prefix}-operations" }
}

module "dashboard" {
  source = "./dashboard"
  for_each = {
    for key, name in local.dashboard_names : key => name
    if var.dashboards != null && (key == "morning" || length(var.functions) > 0)
  }

  name = each.value
  rows = { morning = local._morning_rows, operations = local._operations_rows }[each.key]
}
