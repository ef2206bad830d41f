#!/usr/bin/env bash
# Deploys an environment (--help says more).
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck source=scripts/lib/python.sh
source "$root/scripts/lib/python.sh"
# shellcheck source=scripts/lib/terraform.sh
source "$root/scripts/lib/terraform.sh"

python="$(nightshift_python)" || exit 1
nightshift_terraform || exit 1
PATH="$(dirname "$python"):$PATH" PYTHONPATH="$root/scripts/lib" PYTHONDONTWRITEBYTECODE=1 \
  exec "$python" -m deployment.deploy "$@"
