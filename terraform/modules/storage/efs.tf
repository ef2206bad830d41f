locals {
  file_system_names = {
    for key in keys(var.file_systems) : key => "${var.prefix}-${key}-files"
  }

  # "system/point" => access point
  access_points = merge([
    for key, system in var.file_systems : {
      for name, point in system.access_points : "${key}/${name}" => merge(
        point, { file_system = key, name = name }
      )
    }
  ]...)
}

resource "aws_efs_file_system" "files" {
  #checkov:skip=CKV2_AWS_18:Plans select by the tag Backup, in modules/backup.
  for_each = var.file_systems

  creation_token  = local.file_system_names[each.key]
  encrypted       = true
  kms_key_id      = var.key_arn
  tags            = merge(var.tags, each.value.tags, { Name = local.file_system_names[each.key] })
  throughput_mode = each.value.throughput

  # One block for each: EFS takes no two in one.
  dynamic "lifecycle_policy" {
    for_each = each.value.lifecycle.archive_days == 0 ? [] : [each.value.lifecycle.archive_days]
    content {
      transition_to_archive = local._efs_days[lifecycle_policy.value]
    }
  }
  dynamic "lifecycle_policy" {
    for_each = each.value.lifecycle.ia_days == 0 ? [] : [each.value.lifecycle.ia_days]
    content {
      transition_to_ia = local._efs_days[lifecycle_policy.value]
    }
  }
  dynamic "lifecycle_policy" {
    for_each = each.value.lifecycle.ia_days == 0 ? [] : ["AFTER_1_ACCESS"]
    content {
      transition_to_primary_storage_class = lifecycle_policy.value
    }
  }
}

locals {
  # EFS knows these and no others.
  _efs_days = {
    for days in [1, 7, 14, 30, 60, 90, 180, 270, 365] :
    days => "AFTER_${days}_DAY${days == 1 ? "" : "S"}"
  }
}

resource "aws_efs_backup_policy" "files" {
  for_each = var.file_systems

  file_system_id = aws_efs_file_system.files[each.key].id

  backup_policy {
    status = each.value.automatic_backups ? "ENABLED" : "DISABLED"
  }
}

# A file system without a policy lets every client in the network do
# everything, as root. With this one a client comes over TLS, through one of
# the access points if there are any, and never as root.
resource "aws_efs_file_system_policy" "files" {
  for_each = var.file_systems

  file_system_id = aws_efs_file_system.files[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # A wildcard principal and * in a denial: nobody, whatever they do.
        Sid       = "DenyPlainText"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "*"
        Resource  = aws_efs_file_system.files[each.key].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid    = "MountReadAndWrite"
        Effect = "Allow"
        # The account: its roles, as far as their own policies go. Anybody,
        # where a file system says that its clients do not sign: then the
        # network, TLS and the access point are what is asked for.
        Principal = {
          AWS = each.value.anonymous ? "*" : "arn:${local._partition}:iam::${local._account}:root"
        }
        Action = [
          "elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite",
        ]
        Resource = aws_efs_file_system.files[each.key].arn
        Condition = merge(
          { Bool = { "elasticfilesystem:AccessedViaMountTarget" = "true" } },
          length(each.value.access_points) == 0 ? {} : {
            StringEquals = {
              "elasticfilesystem:AccessPointArn" = [
                for name in keys(each.value.access_points) :
                aws_efs_access_point.point["${each.key}/${name}"].arn
              ]
            }
          },
        )
      },
    ]
  })
}

resource "aws_efs_access_point" "point" {
  for_each = local.access_points

  file_system_id = aws_efs_file_system.files[each.value.file_system].id
  tags           = merge(var.tags, { Name = "${local.file_system_names[each.value.file_system]}-${each.value.name}" })

  posix_user {
    gid = each.value.gid
    uid = each.value.uid
  }

  root_directory {
    path = each.value.path
    creation_info {
      owner_gid   = each.value.gid
      owner_uid   = each.value.uid
      permissions = each.value.permissions
    }
  }
}

resource "aws_security_group" "files" {
  for_each = var.file_systems

  description = "Mount targets of ${local.file_system_names[each.key]}"
  name        = local.file_system_names[each.key]
  tags        = merge(var.tags, { Name = local.file_system_names[each.key] })
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "files" {
  for_each = {
    for pair in setproduct(keys(var.file_systems), keys(var.client_security_groups)) :
    join("/", pair) => { client = pair[1], file_system = pair[0] }
  }

  description                  = "NFS from ${each.value.client}"
  from_port                    = 2049
  ip_protocol                  = "tcp"
  referenced_security_group_id = var.client_security_groups[each.value.client]
  security_group_id            = aws_security_group.files[each.value.file_system].id
  tags                         = var.tags
  to_port                      = 2049
}

resource "aws_efs_mount_target" "files" {
  for_each = merge([
    for key, system in var.file_systems : {
      for zone in keys(var.subnet_ids) : "${key}/${zone}" => { file_system = key, zone = zone }
      if contains(system.zones, zone) || length(system.zones) == 0
    }
  ]...)

  file_system_id  = aws_efs_file_system.files[each.value.file_system].id
  security_groups = [aws_security_group.files[each.value.file_system].id]
  subnet_id       = var.subnet_ids[each.value.zone]
}

# The destination is a file system of ours and not one that EFS makes on the
# way: that one would outlive the replication, and Terraform would not know it.
resource "aws_efs_file_system" "replica" {
  #checkov:skip=CKV2_AWS_18:A copy; its source is backed up.
  for_each = { for key, system in var.file_systems : key => system if system.replicate }
  provider = aws.secondary

  creation_token  = "${local.file_system_names[each.key]}-replica"
  encrypted       = true
  kms_key_id      = var.secondary_key_arn
  tags            = merge(var.tags, each.value.tags, { Name = "${local.file_system_names[each.key]}-replica" })
  throughput_mode = each.value.throughput

  protection {
    replication_overwrite = "DISABLED"
  }

  # It reads REPLICATING once it does.
  lifecycle {
    ignore_changes = [protection]
  }
}

resource "aws_efs_replication_configuration" "replica" {
  for_each = aws_efs_file_system.replica

  source_file_system_id = aws_efs_file_system.files[each.key].id

  destination {
    file_system_id = each.value.id
    region         = local._secondary
  }
}
