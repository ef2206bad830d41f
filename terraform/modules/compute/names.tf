data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  _account   = data.aws_caller_identity.current.account_id
  _partition = data.aws_partition.current.partition
  _region    = data.aws_region.current.name

  # AWS's own policies, by their last name
  _policy = "arn:${local._partition}:iam::aws:policy"

  # "main" is {prefix}-main-cluster.
  cluster_names = {
    for key in keys(var.clusters) : key => "${var.prefix}-${key}-cluster"
  }

  # Load balancers and target groups take 32 characters, which
  # personal-timeline-staging-api-alb has not. Where a name is longer, the
  # project shrinks to its initials: pt-staging-api-alb. The tag Name stays
  # whole.
  _words    = split("-", var.prefix)
  _initials = join("", [for word in slice(local._words, 0, length(local._words) - 1) : substr(word, 0, 1)])
  _short    = join("-", compact([local._initials, local._words[length(local._words) - 1]]))

  # Load balancer key => {prefix}-{key}-alb
  load_balancer_full_names = {
    for key in keys(var.load_balancers) : key => "${var.prefix}-${key}-alb"
  }
  load_balancer_names = {
    for key, name in local.load_balancer_full_names :
    key => length(name) <= 32 ? name : "${local._short}-${key}-alb"
  }
  # "load balancer/target group" => {prefix}-{key}-{target group}
  target_group_full_names = {
    for key in keys(local.target_groups) : key => "${var.prefix}-${replace(key, "/", "-")}"
  }
  target_group_names = {
    for key, name in local.target_group_full_names :
    key => length(name) <= 32 ? name : "${local._short}-${replace(key, "/", "-")}"
  }
}
