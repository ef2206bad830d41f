output "body" {
  description = "The dashboard's body."
  value       = aws_cloudwatch_dashboard.dashboard.dashboard_body
}

output "name" {
  description = "The dashboard's name."
  value       = aws_cloudwatch_dashboard.dashboard.dashboard_name
}
