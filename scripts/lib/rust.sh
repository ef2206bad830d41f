#!/usr/bin/env bash
# Finds the Rust tools that the checks need. Source this file, then call
# nightshift_cargo for what builds need, or nightshift_rust for what checks need.

# Pinned: its output is read by people and by CI.
NIGHTSHIFT_NEXTEST=0.9.143

# Makes cargo available, or says in one line what is missing and how to get it.
nightshift_cargo() {
  if ! command -v cargo >/dev/null 2>&1; then
    echo "cargo is missing: install Rust 1.94 or later, see https://rustup.rs" >&2
    return 1
  fi
  # A clean checkout in CI need not build its dependencies again.
  if [[ -n "${CI:-}" && -z "${CARGO_TARGET_DIR:-}" ]]; then
    export CARGO_TARGET_DIR="${NIGHTSHIFT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nightshift}/target"
  fi
}

# Makes cargo, rustfmt, clippy and cargo-nextest available.
nightshift_rust() {
  local cache tool
  nightshift_cargo
  for tool in fmt clippy; do
    if ! cargo "$tool" --version >/dev/null 2>&1; then
      echo "cargo $tool is missing: rustup component add rustfmt clippy" >&2
      return 1
    fi
  done
  cache="${NIGHTSHIFT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nightshift}"
  PATH="$cache/cargo/bin:$PATH"
  export PATH
  if ! cargo nextest --version >/dev/null 2>&1; then
    echo "installing cargo-nextest $NIGHTSHIFT_NEXTEST in $cache/cargo (once; some minutes)" >&2
    cargo install --quiet --locked --root "$cache/cargo" --version "$NIGHTSHIFT_NEXTEST" cargo-nextest
  fi
}
