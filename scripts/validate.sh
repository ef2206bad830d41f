#!/usr/bin/env bash
# Every static check of the infrastructure, in one table; nothing is applied, nobody is asked.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

usage() {
  cat <<'EOF'
Usage: scripts/validate.sh [--list] [--dry-run] [CHECK...]

Runs every static check of the infrastructure, or only the named ones, and
ends with a table. Needs no account and changes nothing. What a failed check
printed stands above the table.

  --list     print the checks
  --dry-run  the same: what would run
  --help     print this

Needs: Terraform 1.11+, Python 3.11+. The pinned tools (checkov, shellcheck)
are set up outside the checkout at the first run, which takes a minute or two.
EOF
}

checks=(format style terraform policy kubernetes shell)

describe() {
  case "$1" in
    format) echo "terraform fmt" ;;
    style) echo "interfaces typed, described and sorted; names; tags; wildcards with reasons; READMEs" ;;
    terraform) echo "terraform validate of every module and root" ;;
    policy) echo "checkov: no finding without a written reason" ;;
    kubernetes) echo "the manifests that deploy.sh applies" ;;
    shell) echo "shellcheck" ;;
  esac
}

run_check() {
  case "$1" in
    format) terraform fmt -check -recursive -diff terraform ;;
    style) style ;;
    terraform) scripts/terraform-test --validate ;;
    policy) policy ;;
    kubernetes) "$python" -m pytest -q -p no:cacheprovider tests/kubernetes ;;
    shell) grep -rlZE '^#!.*(bash|sh)$' scripts .ci | xargs -0 shellcheck --external-sources ;;
  esac
}

# The provider itself says what can carry tags.
style() {
  local work
  work="$(mktemp -d)"
  cp terraform/modules/networking/versions.tf "$work/"
  terraform -chdir="$work" init -no-color -input=false >/dev/null &&
    terraform -chdir="$work" providers schema -json >"$work/schema.json" &&
    "$python" scripts/lib/terraform_style.py check terraform --schema "$work/schema.json"
  local status=$?
  rm -rf "$work"
  return "$status"
}

policy() {
  local checkov
  checkov="$(dirname "$(nightshift_python tests/checkov-requirements.txt)")/checkov"
  "$checkov" --directory terraform --config-file terraform/.checkov.yaml
}

selected=()
for argument in "$@"; do
  case "$argument" in
    --help | -h) usage && exit 0 ;;
    --list | --dry-run)
      for check in "${checks[@]}"; do printf '%-12s %s\n' "$check" "$(describe "$check")"; done
      exit 0
      ;;
    *)
      if [[ -z "$(describe "$argument")" ]]; then
        echo "validate.sh: there is no check \`$argument\`; scripts/validate.sh --list names them" >&2
        exit 2
      fi
      selected+=("$argument")
      ;;
  esac
done
[[ ${#selected[@]} -gt 0 ]] || selected=("${checks[@]}")

# shellcheck source=scripts/lib/python.sh
source scripts/lib/python.sh
# shellcheck source=scripts/lib/terraform.sh
source scripts/lib/terraform.sh
python="$(nightshift_python)"
nightshift_terraform
PATH="$(dirname "$python"):$PATH"
export PATH

failed=0
table=""
for check in "${selected[@]}"; do
  started=$SECONDS
  log="$(mktemp)"
  printf '%s …\n' "$(describe "$check")" >&2
  set +e
  (
    set -e
    run_check "$check"
  ) >"$log" 2>&1
  status=$?
  set -e
  verdict=passed
  if [[ $status -ne 0 ]]; then
    verdict=FAILED
    failed=$((failed + 1))
    printf '\n── %s\n' "$check"
    cat "$log"
  fi
  rm -f "$log"
  table+="$(printf '%-12s %-7s %4d s  %s' "$check" "$verdict" $((SECONDS - started)) "$(describe "$check")")"$'\n'
done

printf '\n%s' "$table"
[[ $failed -eq 0 ]]
