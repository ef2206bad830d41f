# Google Cloud as the second place of disaster recovery: it holds copies of
# what production exports, out of reach of anything that happens to the AWS
# account, and can import them. Nothing runs here in ordinary times.

locals {
  labels = {
    environment = "prod"
    managed-by  = "terraform"
    project     = var.project
  }
  prefix = "${var.project}-prod"
}

resource "google_project_service" "service" {
  for_each = toset([
    "cloudkms.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
    "storagetransfer.googleapis.com",
  ])

  service = each.key
  # Others in the project may need it too.
  disable_on_destroy = false
}
