# The copies: encrypted with a key of our own, closed, and not
# deletable before their time.

data "google_storage_project_service_account" "storage" {
  depends_on = [google_project_service.service]
}

resource "google_kms_key_ring" "exports" {
  location = var.google.region
  name     = "${local.prefix}-exports"

  depends_on = [google_project_service.service]
}

resource "google_kms_crypto_key" "exports" {
  key_ring        = google_kms_key_ring.exports.id
  labels          = local.labels
  name            = "${local.prefix}-exports"
  purpose         = "ENCRYPT_DECRYPT"
  rotation_period = "7776000s"

  # Without its key a copy is lost.
  lifecycle {
    prevent_destroy = true
  }
}

resource "google_kms_crypto_key_iam_member" "storage" {
  crypto_key_id = google_kms_crypto_key.exports.id
  member        = "serviceAccount:${data.google_storage_project_service_account.storage.email_address}"
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
}

resource "google_storage_bucket" "exports" {
  force_destroy               = false
  labels                      = local.labels
  location                    = upper(var.google.region)
  name                        = "${local.prefix}-exports"
  public_access_prevention    = "enforced"
  storage_class               = "NEARLINE"
  uniform_bucket_level_access = true

  encryption {
    default_kms_key_name = google_kms_crypto_key.exports.id
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = var.retention.delete_days
    }
  }

  lifecycle_rule {
    action {
      storage_class = "COLDLINE"
      type          = "SetStorageClass"
    }
    condition {
      age = 30
    }
  }

  retention_policy {
    is_locked        = var.retention.locked
    retention_period = var.retention.keep_days * 24 * 60 * 60
  }

  soft_delete_policy {
    retention_duration_seconds = 7 * 24 * 60 * 60
  }

  depends_on = [google_kms_crypto_key_iam_member.storage]
}
