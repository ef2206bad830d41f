output "arn" {
  description = "ARN of the access control list."
  value       = aws_wafv2_web_acl.acl.arn
}

output "name" {
  description = "Name of the access control list, also the dimension WebACL of its metrics."
  value       = aws_wafv2_web_acl.acl.name
}
