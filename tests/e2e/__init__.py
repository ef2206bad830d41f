"""End to end: development applied by Terraform into the local cloud, events to messages."""
