# Two inline policies per role: "manifest" holds the statements of the
# function's manifest and nothing else, so that it can be compared with the
# manifest word by word; "platform" holds what Lambda needs to run it.
# The roles that a function takes for a part of its work: assumed-roles.tf.

locals {
  _manifest_policies = {
    for name, statements in merge(
      { for name, function in local.functions : name => function.statements },
      { for name, role in local.assumed_roles : name => role.statements },
      ) : name => jsonencode({
        Version = "2012-10-17"
        Statement = [
          for key, statement in statements : merge(
            {
              Sid      = join("", [for word in split("-", key) : title(word)])
              Effect   = "Allow"
              Action   = statement.actions
              Resource = statement.resources
            },
            {
              for field, value in { Condition = try(statement.conditions, {}) } :
              field => value if length(value) > 0
            },
          )
        ]
    }) if length(statements) > 0
  }

  _platform_policies = {
    for name, function in local.functions : name => jsonencode({
      Version = "2012-10-17"
      Statement = concat(
        [
          {
            Sid      = "OwnLogGroup"
            Effect   = "Allow"
            Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
            Resource = ["${local._arn.logs}:log-group:/aws/lambda/${function.function_name}:*"]
          },
          {
            # X-Ray has no resource to name in these two actions.
            Sid      = "Traces"
            Effect   = "Allow"
            Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
            Resource = ["*"]
          },
          {
            Sid      = "OwnDeadLetters"
            Effect   = "Allow"
            Action   = ["sqs:SendMessage"]
            Resource = [function.dead_letters_arn]
          },
          {
            Sid      = "OwnEnvironment"
            Effect   = "Allow"
            Action   = ["kms:Decrypt"]
            Resource = [local._key_marker]
            Condition = {
              StringEquals = {
                "kms:EncryptionContext:aws:lambda:FunctionArn" = function.function_arn
              }
            }
          },
          {
            Sid      = "OwnQueuesKey"
            Effect   = "Allow"
            Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
            Resource = [local._key_marker]
            Condition = {
              StringEquals = {
                "kms:ViaService" = "sqs.${local.region}.amazonaws.com"
              }
            }
          },
        ],
        [
          for queue in [for key, value in local.queues : value if key == name] : {
            Sid    = "OwnQueue"
            Effect = "Allow"
            Action = [
              "sqs:ChangeMessageVisibility",
              "sqs:DeleteMessage",
              "sqs:GetQueueAttributes",
              "sqs:ReceiveMessage",
            ]
            Resource = [queue.arn]
          }
        ],
      )
    })
  }

  boundary_arn = (
    var.permissions_boundary_arn == null
    ? one(aws_iam_policy.boundary[*].arn)
    : var.permissions_boundary_arn
  )
}

# A boundary grants nothing: it caps what statements can ever reach. So it
# allows all and takes away what no operations function may do, whatever its
# manifest says: give itself or others rights, or destroy what a person would
# have to restore.
resource "aws_iam_policy" "boundary" {
  #checkov:skip=CKV2_AWS_40:A boundary grants nothing; it caps what roles are granted.
  count = var.permissions_boundary_arn == null ? 1 : 0

  description = "Cap of every operations function of ${local.prefix}"
  name        = "${local.prefix}-operations-boundary"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Wildcards: the cap's upper edge, see above. Rights come from the
        # two inline policies only.
        Sid      = "StatementsDecide"
        Effect   = "Allow"
        Action   = "*"
        Resource = "*"
      },
      {
        # Rights and accounts may be looked at, as far as a manifest says (Get,
        # List and Describe); what begins otherwise, known today or not, may not
        # be done.
        Sid    = "NoRights"
        Effect = "Deny"
        Action = concat(
          [
            # Wildcards: a denial is meant to be wide.
            "account:*",
            "iam:Generate*",
            "kms:PutKeyPolicy",
            "lambda:AddPermission",
            "lambda:UpdateFunction*",
            "organizations:Leave*",
          ],
          # Wildcards: by the first letter of what changes something.
          [for letter in split("", "ABCDEFHIJKMNOPQRSTUVWXYZ") : "iam:${letter}*"],
          [for letter in split("", "ABCEFGHIJKMNOPQRSTUVWXYZ") : "organizations:${letter}*"],
          [for more in ["ec", "el", "ep", "er", "et", "i"] : "organizations:D${more}*"],
        )
        Resource = "*"
      },
      {
        # Starting an instance with encrypted volumes needs a grant, but one
        # that goes to the AWS service.
        Sid      = "NoGrantsToOthers"
        Effect   = "Deny"
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          Bool = { "kms:GrantIsForAWSResource" = "false" }
        }
      },
      {
        # Wildcards: a denial is meant to be wide.
        Sid    = "NoDestruction"
        Effect = "Deny"
        Action = [
          "autoscaling:Delete*",
          "autoscaling:TerminateInstanceInAutoScalingGroup",
          "backup:DeleteBackup*",
          "cloudtrail:Delete*",
          "cloudtrail:StopLogging",
          "dynamodb:DeleteTable",
          "ec2:DeleteSnapshot",
          "ec2:DeleteVolume",
          "ec2:TerminateInstances",
          "eks:Delete*",
          "kms:DisableKey",
          "kms:ScheduleKeyDeletion",
          "logs:DeleteLogGroup",
          "s3:DeleteBucket*",
        ]
        Resource = "*"
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role" "function" {
  for_each = local.functions

  description          = "Runs ${each.value.function_name}"
  name                 = each.value.role_name
  permissions_boundary = local.boundary_arn
  tags                 = var.tags
  # No SourceArn or SourceAccount here: Lambda assumes an execution role
  # without them.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })

  lifecycle {
    precondition {
      condition     = length(each.value.role_name) <= 64
      error_message = <<-EOT
        The role name "${each.value.role_name}" has
        ${length(each.value.role_name)} characters; IAM takes 64. Shorten
        var.project or the folder's name.
      EOT
    }
  }
}

resource "aws_iam_role_policy" "manifest" {
  for_each = {
    for name, policy in local._manifest_policies : name => policy
    if contains(keys(local.functions), name)
  }

  name = "manifest"
  policy = replace(
    each.value, local._key_marker, aws_kms_key.operations.arn
  )
  role = aws_iam_role.function[each.key].name

  lifecycle {
    precondition {
      condition = alltrue([
        for statement in local.functions[each.key].statements :
        trimspace(try(statement.reason, "")) != ""
      ])
      error_message = <<-EOT
        Every statement in the manifest of ${each.key} needs a "reason".
      EOT
    }
    precondition {
      condition = (
        length(each.value) + length(local._platform_policies[each.key]) <= 10240
      )
      error_message = <<-EOT
        The statements of ${each.key} do not fit into a role's inline
        policies (10,240 characters together).
      EOT
    }
  }
}

resource "aws_iam_role_policy" "platform" {
  for_each = local._platform_policies

  name = "platform"
  policy = replace(
    each.value, local._key_marker, aws_kms_key.operations.arn
  )
  role = aws_iam_role.function[each.key].name
}
