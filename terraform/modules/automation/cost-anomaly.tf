# The settings of cost-anomaly, as the function reads them: it tells what is left
# out from what is null, on every level.

locals {
  _cost_anomaly = var.configuration.functions.cost-anomaly
  _cost_anomaly_sections = {
    for name in ["baseline", "changes", "cost_explorer", "credits", "detection", "sources", "telling"] :
    name => one([
      for section in [try(local._cost_anomaly[name], null)] : {
        for key, value in section : key => value if value != null
      } if section != null
    ])
  }

  # As the function has it where nothing is said.
  _watches_bill = try(coalesce(local._cost_anomaly.sources.detector), true)

  # As the function has them (its config.rs, and settings.rs of shared/cost). A
  # day's own query is one page at least, and Cost Explorer takes a cent for each:
  # with less than one a day the cap would be the function's end.
  cost_anomaly_limits = {
    "changes.most"               = { from = 0, to = 255, whole = true }
    "cost_explorer.history_days" = { from = 30, to = 395, whole = true }
    "cost_explorer.reread_days"  = { from = 3, to = 31, whole = true }
    "detection.accept_after"     = { from = 7, to = 56, whole = true }
    "detection.end_after"        = { from = 1, to = 14, whole = true }
    "detection.floor_percent"    = { from = 0, to = 100, whole = false }
    "detection.habit"            = { from = 1, to = 65535, whole = true }
    "detection.lag_days"         = { from = 0, to = 14, whole = true }
    "detection.least_days"       = { from = 14, to = 112, whole = true }
    "detection.month_start_days" = { from = 0, to = 5, whole = true }
    "detection.percent"          = { from = 0, to = 1000, whole = false }
    "detection.trend_percent"    = { from = 0, to = 5, whole = false }
    "detection.window_days"      = { from = 28, to = 112, whole = true }
    "detection.z"                = { from = 1, to = 100, whole = false }
    "requests_per_month"         = { from = 31, to = 10000, whole = true }
    "telling.grows_by"           = { from = 1.1, to = 10, whole = false }
    "telling.quiet_days"         = { from = 1, to = 30, whole = true }
  }
}
