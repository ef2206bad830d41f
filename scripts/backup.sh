#!/usr/bin/env bash
# Backs up an environment now, and verifies the copies (--help says more).
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck source=scripts/lib/python.sh
source "$root/scripts/lib/python.sh"

python="$(nightshift_python)" || exit 1
PATH="$(dirname "$python"):$PATH" PYTHONPATH="$root/scripts/lib" PYTHONDONTWRITEBYTECODE=1 \
  exec "$python" -m deployment.backup "$@"
