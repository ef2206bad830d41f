"""ElastiCache: nodes, replication groups with and without cluster mode, users, global datastores, snapshots.

moto has the operations, but no members of a replication group, no shards that change, and no user groups.
"""

from __future__ import annotations

from ... import Kind, Service
from . import datastores, groups, nodes, parameters, users

_ARN = "arn:aws:elasticache:{region}:{account}:"

SERVICES = [Service("elasticache", kinds=[
    Kind("CacheParameterGroup", arn=_ARN + "parametergroup:{name}", fields={"IsGlobal": False, "parameters": {}},
         operations={"ModifyCacheParameterGroup": parameters.change, "ResetCacheParameterGroup": parameters.reset,
                     "DescribeCacheParameters": parameters.describe}),
    Kind("CacheSubnetGroup", arn=_ARN + "subnetgroup:{name}", fields={
        "SupportedNetworkTypes": ["ipv4"], "Subnets": nodes.subnets, "VpcId": nodes.network}),
    Kind("User", key="UserId", arn=_ARN + "user:{UserId}", fields=users.FIELDS, created=users.completed, operations={
        "CreateUser": users.authenticated, "ModifyUser": users.authenticated, "DeleteUser": users.delete}),
    Kind("UserGroup", key="UserGroupId", arn=_ARN + "usergroup:{UserGroupId}", fields=users.GROUP_FIELDS,
         created=users.grouped, operations={"ModifyUserGroup": users.regroup}),
    Kind("CacheCluster", key="Id", arn=_ARN + "cluster:{Id}", fields=nodes.FIELDS, created=nodes.completed),
    Kind("ReplicationGroup", key="Id", arn=_ARN + "replicationgroup:{Id}", fields=groups.FIELDS, operations={
        "CreateReplicationGroup": groups.create, "ModifyReplicationGroup": groups.modify,
        "DeleteReplicationGroup": groups.delete, "TestFailover": groups.fail_over,
        "IncreaseReplicaCount": groups.replicas, "DecreaseReplicaCount": groups.replicas,
        "ModifyReplicationGroupShardConfiguration": groups.reshard}),
    Kind("GlobalReplicationGroup", key="Id", arn="arn:aws:elasticache::{account}:globalreplicationgroup:{Id}",
         fields=datastores.FIELDS, operations={
             "CreateGlobalReplicationGroup": datastores.create, "DescribeGlobalReplicationGroups": datastores.describe,
             "ModifyGlobalReplicationGroup": datastores.modify, "DeleteGlobalReplicationGroup": datastores.delete,
             "FailoverGlobalReplicationGroup": datastores.fail_over,
             "DisassociateGlobalReplicationGroup": datastores.disassociate}),
    Kind("Snapshot", key="SnapshotName", arn=_ARN + "snapshot:{SnapshotName}", fields={
        "SnapshotStatus": "available", "SnapshotSource": "manual"}),
])]
