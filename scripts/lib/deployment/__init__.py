"""What scripts/deploy.sh, destroy.sh and backup.sh do, apart from finding their tools."""
