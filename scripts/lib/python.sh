#!/usr/bin/env bash
# Makes or finds the pinned Python tools that the local cloud and the tests need.
#
# Source this file, then call nightshift_python: it prints the path of the
# interpreter of a virtual environment that holds tests/requirements.txt.
# The environment lives outside the checkout, one per content of that file:
#   ${NIGHTSHIFT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nightshift}/python-<hash>
# `nightshift_python FILE` does the same for another file of requirements.

# Prints the first interpreter that is new enough.
nightshift_find_python() {
  local candidate
  for candidate in ${NIGHTSHIFT_PYTHON:+"$NIGHTSHIFT_PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return 0
    fi
  done
  echo "python3 >= 3.11 is missing: install it (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.12), or point NIGHTSHIFT_PYTHON at one" >&2
  return 1
}

# Prints the interpreter of the tools' environment, making the environment first if need be.
nightshift_python() {
  local root requirements base hash cache venv
  root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
  requirements="${1:-$root/tests/requirements.txt}"
  base="$(nightshift_find_python)" || return 1
  hash="$("$base" -c 'import hashlib, sys; print(hashlib.sha256((sys.version + open(sys.argv[1]).read()).encode()).hexdigest()[:12])' "$requirements")" || return 1
  cache="${NIGHTSHIFT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nightshift}"
  venv="$cache/python-$hash"
  if [[ ! -e "$venv/complete" ]]; then
    mkdir -p "$cache" || return 1
    (
      # Two scripts may start at once on a fresh machine.
      command -v flock >/dev/null 2>&1 && flock 9
      [[ -e "$venv/complete" ]] && exit 0
      echo "setting up the Python tools in $venv (once; about a minute)" >&2
      rm -rf "$venv"
      if ! "$base" -m venv "$venv" 2>"$cache/venv.log" >&2; then
        echo "python3 cannot make virtual environments: install its venv module (Debian, Ubuntu: apt install python3-venv); $cache/venv.log says more" >&2
        exit 1
      fi
      if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" >&2; then
        echo "the Python tools could not be installed: see pip's message above, then run this again" >&2
        exit 1
      fi
      touch "$venv/complete"
    ) 9>"$cache/.lock" || return 1
  fi
  echo "$venv/bin/python"
}
