#!/usr/bin/env bash
# Finds Terraform and its provider. Source this file, then call
# nightshift_terraform.
#
# Terraform fetches its provider from the registry as usual. Where a machine
# has no way to it but carries a mirror (a folder that holds
# registry.terraform.io/hashicorp/aws/...), the mirror is taken:
#   1. NIGHTSHIFT_TERRAFORM_PLUGINS, if set
#   2. TF_CLI_CONFIG_FILE or ~/.terraformrc, if there is one: then it is the
#      user's word, and nothing is added
#   3. the places where such mirrors usually are (nightshift_terraform_mirror)
# What has to be written for that is written outside the checkout:
#   ${NIGHTSHIFT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nightshift}/terraform

# Prints the first folder that holds the AWS provider, or nothing.
nightshift_terraform_mirror() {
  local place
  for place in "$HOME/.terraform.d/plugins" \
    "${XDG_DATA_HOME:-$HOME/.local/share}/terraform/plugins" \
    /usr/local/share/terraform/plugins /usr/share/terraform/plugins \
    /usr/lib/terraform/plugins /opt/*; do
    if [[ -n "$place" && -d "$place/registry.terraform.io/hashicorp/aws" ]]; then
      printf '%s\n' "$place"
      return 0
    fi
  done
}

# Makes terraform callable with its provider, or says in one line what is
# missing and how to get it. Exports TF_CLI_CONFIG_FILE, TF_PLUGIN_CACHE_DIR
# and TF_IN_AUTOMATION.
nightshift_terraform() {
  local cache mirror version configuration
  if ! command -v terraform >/dev/null 2>&1; then
    echo "terraform >= 1.11 is missing: https://developer.hashicorp.com/terraform/install" >&2
    return 1
  fi
  cache="${NIGHTSHIFT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nightshift}/terraform"
  mkdir -p "$cache/plugins" || return 1
  # A file that does not exist makes Terraform warn at every command.
  if [[ -n "${TF_CLI_CONFIG_FILE:-}" && ! -e "$TF_CLI_CONFIG_FILE" ]]; then
    unset TF_CLI_CONFIG_FILE
  fi
  version="$(terraform version -json 2>/dev/null | sed -n 's/.*"terraform_version": *"\([0-9.]*\).*/\1/p')"
  if [[ "$(printf '%s\n' 1.11 "$version" | sort -V | head -n 1)" != 1.11 ]]; then
    echo "terraform >= 1.11 is needed, ${version:-an unknown version} is here: https://developer.hashicorp.com/terraform/install" >&2
    return 1
  fi

  mirror="${NIGHTSHIFT_TERRAFORM_PLUGINS:-}"
  if [[ -n "$mirror" && ! -d "$mirror/registry.terraform.io/hashicorp/aws" ]]; then
    echo "NIGHTSHIFT_TERRAFORM_PLUGINS: there is no $mirror/registry.terraform.io/hashicorp/aws" >&2
    return 1
  fi
  if [[ -z "$mirror" && -z "${TF_CLI_CONFIG_FILE:-}" && ! -e "$HOME/.terraformrc" ]]; then
    mirror="$(nightshift_terraform_mirror)"
  fi
  if [[ -n "$mirror" ]]; then
    configuration="$cache/mirror.tfrc"
    # Other providers still come from the registry. Written aside and moved:
    # several runs may be here at once.
    cat >"$configuration.$$" <<EOF
provider_installation {
  filesystem_mirror {
    path    = "$mirror"
    include = ["registry.terraform.io/hashicorp/aws"]
  }
  direct {
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }
}
EOF
    mv "$configuration.$$" "$configuration" || return 1
    export TF_CLI_CONFIG_FILE="$configuration"
  else
    # With a mirror there is nothing to save, and lock files stay out of it.
    export TF_PLUGIN_CACHE_DIR="${TF_PLUGIN_CACHE_DIR:-$cache/plugins}"
    export TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE=1
  fi
  export TF_IN_AUTOMATION=1
}
