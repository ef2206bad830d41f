#!/usr/bin/env bash
# What the environments cost, or what their plans would (--help says more).
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck source=scripts/lib/python.sh
source "$root/scripts/lib/python.sh"
# shellcheck source=scripts/lib/terraform.sh
source "$root/scripts/lib/terraform.sh"

python="$(nightshift_python)" || exit 1
# Only new plans need it; without it their maker says so.
nightshift_terraform 2>/dev/null || true
PATH="$(dirname "$python"):$PATH" PYTHONPATH="$root/scripts/lib:$root/tests" PYTHONDONTWRITEBYTECODE=1 \
  exec "$python" -m cost_report "$@"
