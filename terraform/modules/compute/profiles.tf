# Kinds of work that a node group is for. Data processing and computing have
# types of their own and wait at zero for the autoscaler; a second generation of
# the same size gives spot and a full zone a choice.

locals {
  _kinds = {
    compute = { types = ["c5.large", "c5a.large"] }
    general = { types = null }
    memory  = { types = ["r5.large", "r5a.large"] }
  }
}
