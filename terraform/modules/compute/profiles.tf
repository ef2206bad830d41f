# Sizes of the specification. It tells them twice: with each environment, where
# the costs were counted ("lean"), and with the cluster module, one size larger
# ("roomy"). What a node group leaves out is taken from here.

locals {
  _general_types = {
    lean  = { dev = "t3.small", staging = "t3.medium", prod = "t3.large" }
    roomy = { dev = "t3.medium", staging = "t3.large", prod = "t3.xlarge" }
  }
  _counts = {
    dev     = { min = 1, desired = 2, max = 3 }
    staging = { min = 2, desired = 3, max = 6 }
    prod    = { min = 3, desired = 6, max = 12 }
  }
  # Data processing and computing wait at zero for the autoscaler.
  _special_counts = {
    dev     = { min = 0, desired = 0, max = 1 }
    staging = { min = 0, desired = 0, max = 2 }
    prod    = { min = 0, desired = 0, max = 4 }
  }
  # A second generation of the same size gives spot and a full zone a choice.
  _kinds = {
    general = { types = null, counts = local._counts }
    memory  = { types = ["r5.large", "r5a.large"], counts = local._special_counts }
    compute = { types = ["c5.large", "c5a.large"], counts = local._special_counts }
  }
}
