# OpenSearch. Two ways lead into it:
#   clusters     log agent -> "agents" stream -> domain
#   log groups   subscription -> "groups" stream -> bucket -> pipeline -> domain
# The second takes the longer way because Data Firehose packs several events
# of CloudWatch Logs into one record, which OpenSearch does not take (Data
# Firehose developer guide, "Writing using CloudWatch Logs").

locals {
  _search       = { for name, search in { search = var.search } : name => search if search != null }
  _search_logs  = { for key, group in var.log_groups : key => group if group.search && var.search != null }
  _search_piped = { for name, search in local._search : name => search if length(local._search_logs) > 0 }
  # OpenSearch takes 28 characters.
  search_name    = "${var.prefix}-logs"
  _domain_arn    = "${local._arn.es}:domain/${local.search_name}"
  _search_bucket = "arn:${local._partition}:s3:::${coalesce(var.logs_bucket, "none")}"
  _search_index  = "logs"
  # What OpenSearch itself logs.
  _search_own_logs = {
    application = "ES_APPLICATION_LOGS"
    audit       = "AUDIT_LOGS"
    index-slow  = "INDEX_SLOW_LOGS"
    search-slow = "SEARCH_SLOW_LOGS"
  }
}

resource "aws_security_group" "search" {
  for_each = local._search

  description = "The domain ${local.search_name}"
  name        = "${local.search_name}-search"
  vpc_id      = each.value.vpc_id
  tags        = merge(var.tags, { Name = "${local.search_name}-search" })
}

resource "aws_security_group" "search_writers" {
  for_each = local._search

  #checkov:skip=CKV2_AWS_5:The stream and the pipeline stand in it, which checkov does not know.
  description = "Streams and pipeline that write into ${local.search_name}"
  name        = "${local.search_name}-writers"
  vpc_id      = each.value.vpc_id
  tags        = merge(var.tags, { Name = "${local.search_name}-writers" })
}

resource "aws_vpc_security_group_egress_rule" "search_writers" {
  for_each = local._search

  description                  = "Into the domain"
  from_port                    = 443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.search[each.key].id
  security_group_id            = aws_security_group.search_writers[each.key].id
  tags                         = var.tags
  to_port                      = 443
}

resource "aws_vpc_security_group_ingress_rule" "search_writers" {
  for_each = local._search

  description                  = "Streams and pipeline"
  from_port                    = 443
  ip_protocol                  = "tcp"
  referenced_security_group_id = aws_security_group.search_writers[each.key].id
  security_group_id            = aws_security_group.search[each.key].id
  tags                         = var.tags
  to_port                      = 443
}

resource "aws_vpc_security_group_ingress_rule" "search_clients" {
  for_each = var.search == null ? {} : var.search.client_security_group_ids

  description                  = "People and programs that search: ${each.key}"
  from_port                    = 443
  ip_protocol                  = "tcp"
  referenced_security_group_id = each.value
  security_group_id            = aws_security_group.search["search"].id
  tags                         = var.tags
  to_port                      = 443
}

resource "aws_cloudwatch_log_group" "search" {
  for_each = var.search == null ? {} : merge(local._search_own_logs, { streams = null })

  kms_key_id        = var.key_arn
  name              = "/aws/OpenSearchService/domains/${local.search_name}/${each.key}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_cloudwatch_log_resource_policy" "search" {
  for_each = local._search

  policy_name = "${local.search_name}-search"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OpenSearchLogs"
      Effect    = "Allow"
      Principal = { Service = "es.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "${local._arn.logs}:log-group:/aws/OpenSearchService/domains/${local.search_name}/*"
      Condition = {
        ArnLike      = { "aws:SourceArn" = local._domain_arn }
        StringEquals = { "aws:SourceAccount" = local._account }
      }
    }]
  })
}

resource "aws_opensearch_domain" "search" {
  for_each = local._search

  #checkov:skip=CKV_AWS_317:Audit logs are published; checkov does not see into the dynamic block.
  #checkov:skip=CKV2_AWS_59:Dedicated masters are worth their price from three data nodes on; this holds copies of logs that CloudWatch keeps too.
  domain_name    = local.search_name
  engine_version = each.value.engine_version
  tags           = var.tags
  access_policies = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "WritersAndAdministrators"
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.search[each.key].arn }
      Action    = ["es:DescribeDomain", "es:DescribeDomainConfig", "es:ESHttp*"]
      Resource  = [local._domain_arn, "${local._domain_arn}/*"]
    }]
  })

  advanced_security_options {
    enabled                        = true
    internal_user_database_enabled = false
    master_user_options {
      master_user_arn = aws_iam_role.search[each.key].arn
    }
  }

  cluster_config {
    #checkov:skip=CKV_AWS_318:Dedicated masters are worth their price from three data nodes on; this holds copies of logs that CloudWatch keeps too.
    instance_count         = each.value.instance_count
    instance_type          = each.value.instance_type
    zone_awareness_enabled = true
    zone_awareness_config {
      availability_zone_count = min(3, max(2, length(each.value.subnet_ids)), each.value.instance_count)
    }
  }

  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"
  }

  ebs_options {
    ebs_enabled = true
    volume_size = each.value.volume_gb
    volume_type = "gp3"
  }

  encrypt_at_rest {
    enabled    = true
    kms_key_id = var.key_arn
  }

  dynamic "log_publishing_options" {
    for_each = local._search_own_logs
    content {
      cloudwatch_log_group_arn = aws_cloudwatch_log_group.search[log_publishing_options.key].arn
      log_type                 = log_publishing_options.value
    }
  }

  node_to_node_encryption {
    enabled = true
  }

  software_update_options {
    auto_software_update_enabled = true
  }

  vpc_options {
    security_group_ids = [aws_security_group.search[each.key].id]
    # One for each zone that the nodes are in, no more.
    subnet_ids = slice(each.value.subnet_ids, 0, min(3, length(each.value.subnet_ids), each.value.instance_count))
  }

  depends_on = [aws_cloudwatch_log_resource_policy.search]

  lifecycle {
    precondition {
      condition     = length(local.search_name) <= 28
      error_message = "The domain name \"${local.search_name}\" has ${length(local.search_name)} characters; OpenSearch takes 28. Shorten the project's name."
    }
    precondition {
      condition     = length(each.value.subnet_ids) >= 2
      error_message = "The domain's nodes stand in two zones or three; give search as many subnets."
    }
  }
}
