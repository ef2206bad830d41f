# The settings of cost-anomaly, as the function reads them: it tells what is left
# out from what is null, on every level.

locals {
  _cost_anomaly = var.configuration.functions.cost-anomaly
  _cost_anomaly_sections = {
    for name in ["detection", "sources"] : name => one([
      for section in [try(local._cost_anomaly[name], null)] : {
        for key, value in section : key => value if value != null
      } if section != null
    ])
  }
}
