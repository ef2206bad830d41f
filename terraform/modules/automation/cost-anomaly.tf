# The settings of cost-anomaly, as the function reads them, and where it hears of
# spending: what it asks about when it tries out whether AWS can still reach it.

locals {
  _cost_anomaly_detection = one([
    for detection in [try(var.configuration.functions.cost-anomaly.detection, null)] : {
      for key, value in detection : key => value if value != null
    } if detection != null
  ])
}
