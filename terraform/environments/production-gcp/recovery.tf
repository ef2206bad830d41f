# The database into which a dump is imported when AWS is gone.

resource "google_sql_database_instance" "recovery" {
  count = var.recovery == null ? 0 : 1

  database_version    = var.recovery.version
  deletion_protection = var.recovery.protected
  name                = "${local.prefix}-recovery-db"
  region              = var.google.region

  settings {
    availability_type           = var.recovery.zonal_only ? "ZONAL" : "REGIONAL"
    deletion_protection_enabled = var.recovery.protected
    disk_autoresize             = true
    disk_size                   = var.recovery.disk_gb
    disk_type                   = "PD_SSD"
    edition                     = "ENTERPRISE"
    tier                        = var.recovery.tier
    user_labels                 = local.labels

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
      start_time                     = "05:30"
    }

    database_flags {
      name  = "cloudsql.iam_authentication"
      value = "on"
    }

    ip_configuration {
      ipv4_enabled    = false
      private_network = var.recovery.network
      ssl_mode        = "ENCRYPTED_ONLY"
    }
  }

  depends_on = [google_project_service.service]
}

resource "google_sql_database" "app" {
  count = var.recovery == null ? 0 : 1

  instance = google_sql_database_instance.recovery[0].name
  name     = "app"
}

# An import runs as the instance's own account.
resource "google_storage_bucket_iam_member" "import" {
  count = var.recovery == null ? 0 : 1

  bucket = google_storage_bucket.exports.name
  member = "serviceAccount:${google_sql_database_instance.recovery[0].service_account_email_address}"
  role   = "roles/storage.objectViewer"
}
