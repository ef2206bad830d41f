# Headers of every answer, whatever the origin sends.
resource "aws_cloudfront_response_headers_policy" "security" {
  #checkov:skip=CKV_AWS_259:It does, for headers.hsts_seconds; checkov does not follow the variable.
  count = local._on ? 1 : 0

  comment = "Security headers of ${var.prefix}"
  name    = "${local._name}-headers"

  custom_headers_config {
    items {
      header   = "Permissions-Policy"
      override = true
      value    = var.distribution.headers.permissions_policy
    }
  }

  security_headers_config {
    content_security_policy {
      content_security_policy = var.distribution.headers.content_security_policy
      override                = true
    }
    content_type_options {
      override = true
    }
    frame_options {
      frame_option = var.distribution.headers.frame_option
      override     = true
    }
    referrer_policy {
      override        = true
      referrer_policy = var.distribution.headers.referrer_policy
    }
    strict_transport_security {
      access_control_max_age_sec = var.distribution.headers.hsts_seconds
      include_subdomains         = true
      override                   = true
      preload                    = var.distribution.headers.hsts_preload
    }
  }
}
