#!/usr/bin/env bash
# Plays a day and a holiday of the development environment on the local cloud.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

usage() {
  cat <<'EOF'
Usage: scripts/rehearse.sh [--release] [--fast] [--no-browser] [--keep]

Sets up what it needs, outside the checkout. Then it builds the functions,
starts the local cloud, applies terraform/environments/development into it and
plays: an instance that mines, a warning, somebody's keep-awake, a night, a
morning, a holiday in which a forgotten NAT gateway costs money and RDS starts
itself, and the morning after. A timeline shows what happens, a summary what
came of it, and a page the Slack messages. Everything it started is ended,
whatever happens.

  --release      optimised functions, as they are deployed: their time and memory
                 in the summary are then the real ones; the first build of them
                 takes long
  --fast         no browser and no wait at the end; what the tests run
  --no-browser   end after the summary
  --keep         leave the cloud running after the summary, until Ctrl-C, and
                 keep its files
  --help         print this

Needs: Rust 1.94+, Python 3.11+, Terraform 1.11+. Sends nothing anywhere but to
package registries (set-up) and 127.0.0.1.
EOF
}

profile=dev
arguments=()
for argument in "$@"; do
  case "$argument" in
    --help | -h) usage && exit 0 ;;
    --release) profile=release ;;
    --fast) arguments+=(--no-browser) ;;
    --no-browser | --keep) arguments+=("$argument") ;;
    *)
      echo "rehearse.sh: unknown option \`$argument\`; scripts/rehearse.sh --help names them" >&2
      exit 2
      ;;
  esac
done

# shellcheck source=scripts/lib/python.sh
source scripts/lib/python.sh
# shellcheck source=scripts/lib/rust.sh
source scripts/lib/rust.sh
# shellcheck source=scripts/lib/terraform.sh
source scripts/lib/terraform.sh
python="$(nightshift_python)"
nightshift_cargo
nightshift_terraform

packages="$(mktemp -d)"
trap 'rm -rf "$packages"' EXIT
scripts/package --profile "$profile" --out "$packages"

PYTHONPATH="$root/tests" PYTHONDONTWRITEBYTECODE=1 \
  "$python" -m rehearsal --packages "$packages" --profile "$profile" ${arguments[@]+"${arguments[@]}"}
