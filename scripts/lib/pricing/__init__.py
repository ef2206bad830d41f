"""What a Terraform plan costs in a month, from a dated table of unit prices.

scripts/plan-cost is the way in; terraform/pricing/README.md says what is
priced, from where, and under which assumptions. Standard library only.
"""
