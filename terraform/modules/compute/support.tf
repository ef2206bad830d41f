locals {
  # End of EKS standard support; extended support ends a year later. Source:
  # the EKS user guide's release calendar, read 2026-11.
  kubernetes_support_ends = {
    "1.32" = "2026-03-23"
    "1.33" = "2026-07-29"
    "1.34" = "2026-12-02"
    "1.35" = "2027-03-27"
  }
}
