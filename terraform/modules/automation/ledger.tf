resource "aws_dynamodb_table" "ledger" {
  billing_mode                = "PAY_PER_REQUEST"
  deletion_protection_enabled = var.ledger.deletion_protection
  hash_key                    = "pk"
  name                        = local.names.ledger
  range_key                   = "sk"
  tags                        = var.tags

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.operations.arn
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }
}
