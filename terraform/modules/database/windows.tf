# Windows as minutes of a week, which is a circle. AWS refuses a maintenance
# window that meets the daily one for backups, but only in the apply. The
# resources refuse it in the plan: a variable's validation cannot ask what is
# computed from it.

locals {
  _daily_window  = "^([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])$"
  _weekly_window = "^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):([0-5][0-9])-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):([0-5][0-9])$"

  _day  = 24 * 60
  _days = { mon = 0, tue = 1, wed = 2, thu = 3, fri = 4, sat = 5, sun = 6 }
  _week = 7 * local._day

  # What lacks the form is refused where the variable is declared.
  _windows = {
    for name, window in merge(
      {
        for key, instance in var.instances : "instances/${key}" => {
          daily = instance.backup_window, weekly = instance.maintenance_window, least = 30
        }
      },
      {
        for key, cache in var.caches : "caches/${key}" => {
          daily = cache.snapshot_window, weekly = cache.maintenance_window, least = 60
        }
      },
      ) : name => {
      daily  = regex(local._daily_window, window.daily)
      least  = window.least
      weekly = regex(local._weekly_window, window.weekly)
    }
    if can(regex(local._daily_window, window.daily)) && can(regex(local._weekly_window, window.weekly))
  }

  _spans = {
    for name, window in local._windows : name => {
      daily = {
        start  = window.daily[0] * 60 + window.daily[1]
        length = (local._day + window.daily[2] * 60 + window.daily[3] - window.daily[0] * 60 - window.daily[1]) % local._day
      }
      least = window.least
      weekly = {
        start = local._days[window.weekly[0]] * local._day + window.weekly[1] * 60 + window.weekly[2]
        length = (
          local._week
          + local._days[window.weekly[3]] * local._day + window.weekly[4] * 60 + window.weekly[5]
          -local._days[window.weekly[0]] * local._day - window.weekly[1] * 60 - window.weekly[2]
        ) % local._week
      }
    }
  }

  # Two spans on a circle meet where one begins within the other.
  _clashing_windows = [
    for name, span in local._spans : name if anytrue([
      for day in range(7) :
      (day * local._day + span.daily.start - span.weekly.start + local._week) % local._week < span.weekly.length ||
      (span.weekly.start - day * local._day - span.daily.start + 2 * local._week) % local._week < span.daily.length
    ])
  ]

  _short_windows = [
    for name, span in local._spans : name
    if span.daily.length < span.least || span.weekly.length < span.least || span.weekly.length >= local._day
  ]
}
