# Who may do what in a cache: users that prove themselves by IAM, with a token
# of fifteen minutes. There is no password, so none can lie in a state. The
# provider has no write-only argument for an auth token or for the passwords
# of users: with either, the secret would be in the state.
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html

locals {
  # "cache/user" => user
  _cache_users = merge([
    for key, cache in var.caches : {
      for name, access in cache.users : "${key}/${name}" => {
        access = "on ${access}"
        cache  = key
        # IAM demands that id and name are one.
        id = "${var.prefix}-${key}-${name}"
      }
    }
  ]...)
  _global_users = {
    for key, user in local._cache_users : key => user if contains(keys(local._global), user.cache)
  }
  _default_users = { for key in keys(var.caches) : key => "${var.prefix}-${key}-default" }
  # Whoever does not say who he is gets nowhere.
  _nobody = "off ~* -@all"
}

# Groups of engine redis serve Valkey too, and stay when a cache moves there.
resource "aws_elasticache_user" "redis" {
  for_each = local._cache_users

  access_string = each.value.access
  engine        = "redis"
  tags          = var.tags
  user_id       = each.value.id
  user_name     = each.value.id

  authentication_mode {
    type = "iam"
  }

  lifecycle {
    precondition {
      condition     = length(each.value.id) <= 40
      error_message = <<-EOT
        The name "${each.value.id}" has ${length(each.value.id)} characters;
        ElastiCache takes 40. Shorten the key of the cache or of its user.
      EOT
    }
  }
}

resource "aws_elasticache_user" "default" {
  for_each = var.caches

  access_string        = local._nobody
  engine               = "redis"
  no_password_required = true
  tags                 = var.tags
  user_id              = local._default_users[each.key]
  user_name            = "default"
}

resource "aws_elasticache_user_group" "redis" {
  for_each = var.caches

  engine        = "redis"
  tags          = var.tags
  user_group_id = local.cache_names[each.key]
  user_ids = concat(
    [aws_elasticache_user.default[each.key].user_id],
    [for key, user in aws_elasticache_user.redis : user.user_id if local._cache_users[key].cache == each.key],
  )
}
