# Who asked for what. Route 53 writes only where a policy of the log groups
# lets it, and an account has few of those: one is for all zones.

resource "aws_cloudwatch_log_group" "queries" {
  #checkov:skip=CKV_AWS_158:What the world asks of a public zone is no secret; CloudWatch Logs encrypts it with its own key.
  for_each = local.logged

  name              = "/aws/route53/${each.value.domain}"
  retention_in_days = var.log_retention_days
  tags              = merge(local.tags, { Name = "${local.prefix}-${each.key}-queries" })
}

resource "aws_cloudwatch_log_resource_policy" "queries" {
  count = length(local.logged) == 0 ? 0 : 1

  policy_name = "${local.prefix}-dns-queries"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Queries"
      Effect    = "Allow"
      Principal = { Service = "route53.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      # Streams are named by zone and edge location.
      Resource = [for group in aws_cloudwatch_log_group.queries : "${group.arn}:*"]
      Condition = {
        ArnEquals    = { "aws:SourceArn" = [for key in keys(local.logged) : aws_route53_zone.zone[key].arn] }
        StringEquals = { "aws:SourceAccount" = local._account }
      }
    }]
  })
}

resource "aws_route53_query_log" "zone" {
  for_each = local.logged

  cloudwatch_log_group_arn = aws_cloudwatch_log_group.queries[each.key].arn
  zone_id                  = aws_route53_zone.zone[each.key].zone_id

  depends_on = [aws_cloudwatch_log_resource_policy.queries]
}
