output "certificates" {
  description = "ARNs of the valid certificates by region and key."
  value = {
    us-east-1 = module.east.certificates
    us-west-2 = module.west.certificates
  }
}
