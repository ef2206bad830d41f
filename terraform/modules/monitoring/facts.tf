# What instance classes have, for thresholds in absolute units. Sources: the
# RDS user guide, "Hardware specifications for DB instance classes", and for
# max_connections "Quotas and constraints", read 2026-11.

locals {
  _gib = 1024 * 1024 * 1024

  # GiB of memory by family and size: t = burstable, m = general, r = memory.
  _memory_gib = {
    t = { micro = 1, small = 2, medium = 4, large = 8, xlarge = 16, "2xlarge" = 32 }
    m = { large = 8, xlarge = 16, "2xlarge" = 32, "4xlarge" = 64, "8xlarge" = 128, "12xlarge" = 192, "16xlarge" = 256, "24xlarge" = 384 }
    r = { large = 16, xlarge = 32, "2xlarge" = 64, "4xlarge" = 128, "8xlarge" = 256, "12xlarge" = 384, "16xlarge" = 512, "24xlarge" = 768 }
  }

  _class_memory_gib = {
    for key, database in var.databases : key => try(
      local._memory_gib[regex("^db\\.([tmr])", database.class)[0]][split(".", database.class)[2]],
      null,
    )
  }

  # PostgreSQL on RDS takes LEAST(DBInstanceClassMemory / 9531392, 5000), and
  # that memory is what the system leaves over. Nine tenths less 0.2 GiB stays
  # below it for small and large classes alike, so the alarm comes early, never
  # too late.
  _max_connections = {
    for key, database in var.databases : key => coalesce(database.max_connections, floor(min(
      (coalesce(local._class_memory_gib[key], 1) * 0.9 - 0.2) * local._gib / 9531392,
      5000,
    )))
  }
}
