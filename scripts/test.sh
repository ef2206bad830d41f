#!/usr/bin/env bash
# Every check and test, from a fresh machine; the fast ones first.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

usage() {
  cat <<'EOF'
Usage: scripts/test.sh [--list] [STEP...]

Sets up what it needs (pinned Python tools and cargo-nextest, outside the
checkout), then runs every step, or only the named ones (`rehearsal`, `fuzz`
and `applied` only by name). It goes on after a failure and ends with a table.

  --list    print the steps
  --help    print this

Needs: Rust 1.94+ with rustfmt and clippy, Python 3.11+, Terraform 1.11+.
Variables: NIGHTSHIFT_CACHE (where tools are kept), NIGHTSHIFT_PYTHON,
NIGHTSHIFT_TERRAFORM_PLUGINS (a provider mirror), CARGO_TARGET_DIR.
EOF
}

steps=(format terraform-format shell lint unit docs terraform policy estate local-cloud end-to-end)
# Run by name only, because each takes minutes: the end-to-end tests walk the way of
# the rehearsal, the property tests ask what the fuzz targets ask, and what staging
# and production are made of is applied in smaller roots and planned whole.
by_name=(rehearsal fuzz applied)

describe() {
  case "$1" in
    format) echo "Rust is formatted" ;;
    terraform-format) echo "Terraform is formatted" ;;
    shell) echo "shell scripts pass shellcheck" ;;
    lint) echo "everything compiles under clippy, warnings are errors" ;;
    unit) echo "Rust tests, adapters against the local cloud included" ;;
    docs) echo "examples in the documentation comments" ;;
    terraform) echo "terraform test of every module and environment" ;;
    policy) echo "rules for Terraform, and checkov: no finding without a written reason" ;;
    estate) echo "plans of all environments: differences, cost, inventories; network, manifests, scripts, documents" ;;
    local-cloud) echo "the local cloud and the inbox themselves" ;;
    end-to-end) echo "development applied into the local cloud, events to messages; proofs" ;;
    rehearsal) echo "scripts/rehearse.sh --fast" ;;
    fuzz) echo "every fuzz target, a few thousand inputs from a fixed seed" ;;
    applied) echo "staging, production and the shared stacks applied whole into the local cloud, planned again" ;;
  esac
}

run_step() {
  case "$1" in
    format) cargo fmt --all --check && cargo fmt --manifest-path tests/fuzz/Cargo.toml --check ;;
    terraform-format) terraform fmt -check -recursive -diff terraform ;;
    shell) check_shell ;;
    lint) under_clippy cargo build --quiet --workspace --all-targets ;;
    unit) unit_tests ;;
    docs) cargo test --quiet --doc -p nightshift-core -p nightshift-cost -p nightshift-schedule ;;
    terraform) scripts/terraform-test ;;
    policy) scripts/validate.sh style policy ;;
    estate) estate ;;
    local-cloud) pytest tests/localcloud ;;
    end-to-end) end_to_end ;;
    rehearsal) scripts/rehearse.sh --fast ;;
    fuzz) fuzz ;;
    applied) pytest tests/applied ;;
  esac
}

# The tests are compiled by Clippy's driver, so that lints cost no second build of the SDK crates.
under_clippy() {
  RUSTC_WORKSPACE_WRAPPER="$root/scripts/lib/clippy-rustc" "$@"
}

estate() {
  pytest_beside "tests/estate/test_bootstrap.py tests/estate/test_foundation.py" \
    tests/docs tests/estate tests/kubernetes tests/pricing tests/scripts
}

# Both clouds run the same packages, which are made once.
end_to_end() {
  if [[ -z "${NIGHTSHIFT_PACKAGES:-}" ]]; then
    export NIGHTSHIFT_PACKAGES="$root/target/packages/dev"
    scripts/package --profile dev --out "$NIGHTSHIFT_PACKAGES"
  fi
  pytest_beside tests/e2e/test_gathering.py tests/e2e tests/proofs
}

# What is applied apart waits most of its time: those files run beside the rest.
pytest_beside() {
  local apart beside log status=0
  read -ra apart <<<"$1"
  shift
  log="$(mktemp)"
  pytest "${apart[@]}" >"$log" 2>&1 &
  beside=$!
  pytest "$@" "${apart[@]/#/--ignore=}" || status=$?
  wait "$beside" || status=$?
  cat "$log"
  rm -f "$log"
  return "$status"
}

fuzz() {
  cargo clippy --quiet --locked --manifest-path tests/fuzz/Cargo.toml --all-targets \
    --target-dir "${CARGO_TARGET_DIR:-target}/fuzz/build" -- -D warnings
  scripts/fuzz --smoke
}

pytest() {
  PYTHONPATH="$root/tests" PYTHONDONTWRITEBYTECODE=1 "$python" -m pytest -q -p no:cacheprovider "$@"
}

check_shell() {
  grep -rlZE '^#!.*(bash|sh)$' scripts .ci | xargs -0 shellcheck --external-sources
}

# The adapters meet real SDKs and a real endpoint; the cloud is ended whatever happens.
unit_tests() {
  local state status=0
  state="$(mktemp -d)"
  scripts/local-cloud start --state "$state" >/dev/null
  (
    eval "$(scripts/local-cloud env --state "$state")"
    under_clippy cargo nextest run --workspace
  ) || status=$?
  scripts/local-cloud stop --state "$state" >/dev/null
  rm -rf "$state"
  return "$status"
}

selected=()
for argument in "$@"; do
  case "$argument" in
    --help | -h) usage && exit 0 ;;
    --list)
      for step in "${steps[@]}" "${by_name[@]}"; do printf '%-18s %s\n' "$step" "$(describe "$step")"; done
      exit 0
      ;;
    *)
      if [[ -z "$(describe "$argument")" ]]; then
        echo "test.sh: there is no step \`$argument\`; scripts/test.sh --list names them" >&2
        exit 2
      fi
      selected+=("$argument")
      ;;
  esac
done
[[ ${#selected[@]} -gt 0 ]] || selected=("${steps[@]}")

# shellcheck source=scripts/lib/python.sh
source scripts/lib/python.sh
# shellcheck source=scripts/lib/rust.sh
source scripts/lib/rust.sh
# shellcheck source=scripts/lib/terraform.sh
source scripts/lib/terraform.sh
python="$(nightshift_python)"
nightshift_rust
nightshift_terraform
PATH="$(dirname "$python"):$PATH"
export PATH

# A subshell of its own, so that the first failing command ends the step and only the step.
alone() (
  set -e
  run_step "$1"
)

# The end-to-end tests wait most of their time: they run beside the steps before
# them that compile nothing, and are shown in their turn.
beside=""
start_beside() {
  beside="$(mktemp -d)"
  # A process group of its own, which can be ended as a whole.
  set -m
  (
    began=$SECONDS
    set +e
    alone end-to-end >"$beside/log" 2>&1
    echo "$? $((SECONDS - began))" >"$beside/end"
  ) &
  beside_pid=$!
  set +m
  # Its clouds end with the process that has started them.
  trap 'kill -TERM -- "-$beside_pid" 2>/dev/null; rm -rf "$beside"' EXIT
}

end_beside() {
  wait "$beside_pid"
  cat "$beside/log"
  status=1 seconds=0
  read -r status seconds <"$beside/end"
  trap - EXIT
  rm -rf "$beside"
}

passed=0
failed=0
table=""
for step in "${selected[@]}"; do
  if [[ -z "$beside" && " ${selected[*]} " == *" end-to-end "* ]]; then
    case "$step" in terraform | policy | estate | local-cloud) start_beside ;; esac
  fi
  printf '\n── %s: %s\n' "$step" "$(describe "$step")"
  started=$SECONDS
  set +e
  if [[ "$step" == end-to-end && -n "$beside" ]]; then
    end_beside
  else
    alone "$step"
    status=$?
    seconds=$((SECONDS - started))
  fi
  set -e
  if [[ $status -eq 0 ]]; then
    verdict=passed
    passed=$((passed + 1))
  else
    verdict=FAILED
    failed=$((failed + 1))
  fi
  table+="$(printf '%-18s %-7s %4d s' "$step" "$verdict" "$seconds")"$'\n'
done

printf '\n%s\nchecks: %d passed, %d failed\n' "$table" "$passed" "$failed"
[[ $failed -eq 0 ]]
