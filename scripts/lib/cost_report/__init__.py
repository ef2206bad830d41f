"""scripts/cost-report.sh: what an environment has cost, as its function tells it, and what the plans would cost."""
