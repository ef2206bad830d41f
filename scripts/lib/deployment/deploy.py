"""scripts/deploy.sh: build, plan, show, ask, apply, wait, try out."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3

from . import changes, health, options, root, smoke
from .terminal import Refused, Terminal

_STEPS = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """0: deployed, or shown. 1: refused or failed, said why. 2: a wrong command."""
    chosen = _parser().parse_args(arguments)
    terminal = Terminal("deploy.sh", _STEPS)
    try:
        _deploy(chosen, terminal)
    except Refused as refused:
        print(f"\ndeploy.sh: {refused}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndeploy.sh: interrupted; Terraform's lock and state are its own to end: "
              "run `terraform plan` before you go on", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="deploy.sh", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Deploys an environment: builds the functions, plans, shows what changes and what it costs, asks,\n"
                    "applies exactly that plan, waits until everything is healthy, and tries the functions out.",
        epilog="Nothing that holds data is deleted or replaced unless its address is named with --may-delete, and no\n"
               "plan goes over the environment's budget without --over-budget.\n\n"
               "On this machine, without AWS:\n"
               '  scripts/local-cloud start && eval "$(scripts/local-cloud env)"\n'
               "  scripts/deploy.sh development --target local --confirm development")
    options.common(parser)
    options.terraform(parser)
    parser.add_argument("--may-delete", metavar="ADDRESS", action="append", default=[],
                        help="a resource with data that this plan may delete or replace; repeatable")
    parser.add_argument("--over-budget", action="store_true", help="go on although the estimate passes the budget")
    parser.add_argument("--wait-minutes", metavar="N", type=float, default=20, help="for health (default: 20)")
    return parser


def _deploy(chosen: argparse.Namespace, terminal: Terminal) -> None:
    chosen.work.mkdir(parents=True, exist_ok=True)
    terminal.step("account")
    client = _clients()
    identity = client("sts").get_caller_identity()
    region = boto3.session.Session().region_name
    terminal.say(f"{chosen.environment} in account {identity['Account']}, {region}, as {identity['Arn']}")

    terminal.step("functions")
    packages = _packages(chosen, terminal)

    terminal.step("plan")
    stage = _root(chosen, packages, terminal)
    stage.init(options.backend(chosen))
    before = stage.serial()
    plan_file = (chosen.work / f"{chosen.environment}.tfplan").absolute()
    plan = stage.plan(plan_file)
    found = changes.changes(plan)
    terminal.say(changes.in_words(found))

    terminal.step("cost")
    within = _cost(chosen, plan, terminal)

    terminal.step("consent")
    refused = changes.refusals(found, chosen.may_delete)
    if refused:
        raise Refused("this plan is not carried out:\n  " + "\n  ".join(refused))
    if not within and not chosen.over_budget:
        raise Refused("the estimate passes the budget of the environment; go on with --over-budget, or change the budget")
    if chosen.dry_run:
        terminal.say(f"dry run: nothing was changed; the plan is {plan_file}")
        return
    if found:
        terminal.confirm(chosen.environment, chosen.confirm,
                         f"This changes {len(found)} resources of {chosen.environment} in account {identity['Account']}.")

    terminal.step("apply")
    try:
        if found:
            stage.apply(plan_file)
        outputs = stage.outputs()
        terminal.step("health")
        _kubernetes(chosen, outputs, terminal)
        health.wait(client, outputs, say=terminal.say, minutes=chosen.wait_minutes)
        terminal.step("smoke test")
        smoke.run(client, outputs, say=terminal.say)
    except Refused as refused:
        raise Refused(f"{refused}\n\n{_way_back(chosen, before)}") from refused
    finally:
        plan_file.unlink(missing_ok=True)
    print(f"\n{chosen.environment} is deployed ({terminal.elapsed()})", file=sys.stderr)


def _clients() -> Any:
    session = boto3.session.Session()
    return lambda service: session.client(service)


def _packages(chosen: argparse.Namespace, terminal: Terminal) -> Path:
    if chosen.packages:
        terminal.say(f"taken from {chosen.packages}")
        return chosen.packages.absolute()
    out = root.REPOSITORY / "target/lambda"
    terminal.say("building for release; the first time takes some minutes")
    flag = [] if chosen.target == "local" else ["--arm64"]
    done = subprocess.run(["cargo", "lambda", "build", "--release", "--output-format", "zip", *flag],
                          cwd=root.REPOSITORY, check=False)
    if done.returncode:
        raise Refused("the functions were not built; cargo's message is above. For --arm64: "
                      "rustup target add aarch64-unknown-linux-gnu")
    return out


def _root(chosen: argparse.Namespace, packages: Path, terminal: Terminal) -> root.Root:
    if chosen.target == "local":
        return root.of_local_cloud(chosen.environment, work=chosen.work.absolute(), packages=packages,
                                   arguments=options.arguments(chosen), say=terminal.say)
    if os.environ.get("AWS_ENDPOINT_URL"):
        raise Refused("AWS_ENDPOINT_URL is set, so this would not reach AWS: unset it, or say --target local")
    place = options.backend(chosen)
    if not any(one.startswith("bucket=") for one in place):
        raise Refused("where is the state? Pass --backend bucket=NAME --backend region=REGION, or set "
                      "NIGHTSHIFT_STATE_BUCKET and NIGHTSHIFT_STATE_REGION; terraform/bootstrap makes the bucket")
    return root.of_aws(chosen.environment, arguments=[f"-var=packages_dir={packages}", *options.arguments(chosen)],
                       say=terminal.say)


def _cost(chosen: argparse.Namespace, plan: Any, terminal: Terminal) -> bool:
    """Whether the plan stays within the environment's budget; shows the estimate."""
    file = chosen.work / f"{chosen.environment}.plan.json"
    # A plan in JSON may hold what is secret: for its owner only, and not for long.
    file.touch(mode=0o600)
    try:
        file.write_text(json.dumps(plan))
        done = subprocess.run([root.REPOSITORY / "scripts/plan-cost", file, "--environment", chosen.environment],
                              capture_output=True, text=True, check=False)
    finally:
        file.unlink()
    terminal.say(done.stdout.rstrip())
    if done.returncode not in (0, 1):
        raise Refused(f"the plan could not be priced: {done.stderr.strip()}")
    if done.returncode:
        terminal.say(done.stderr.rstrip())
    return done.returncode == 0


def _kubernetes(chosen: argparse.Namespace, outputs: Any, terminal: Terminal) -> None:
    """Applies what no EKS add-on covers to every cluster."""
    clusters = outputs.get("clusters") or {}
    overlay = root.REPOSITORY / "terraform/kubernetes/overlays" / chosen.environment
    if not clusters or not overlay.is_dir():
        return
    if chosen.target == "local":
        terminal.say("the local cloud has no Kubernetes behind its clusters: manifests were not applied")
        return
    missing = [tool for tool in ("aws", "kubectl") if shutil.which(tool) is None]
    if missing:
        raise Refused(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing, and the manifests in {overlay} "
                      "are applied with them. Install them (https://kubernetes.io/docs/tasks/tools/, "
                      "https://docs.aws.amazon.com/cli/) and run the deployment again")
    manifests = chosen.work / f"{chosen.environment}.manifests.yaml"
    for cluster in clusters.values():
        context = chosen.work / f"{cluster['name']}.kubeconfig"
        kubectl = ["kubectl", "--kubeconfig", str(context)]
        apply = [*kubectl, "apply", "--server-side"]
        _called(["aws", "eks", "update-kubeconfig", "--name", cluster["name"], "--kubeconfig", str(context)])
        _called([*apply, "-k", str(overlay.parents[1] / "crds")])
        manifests.write_text(_called([*kubectl, "kustomize", str(overlay)]))
        # In two stages: the controllers of the first judge what the second brings.
        _called([*apply, "-l", "nightshift/stage=system", "-f", str(manifests)])
        _called([*kubectl, "-n", "kube-system", "wait", "--for=condition=available", "--timeout=5m", "deployment",
                 "-l", "nightshift/stage=system"])
        _called([*apply, "-l", "nightshift/stage=application", "-f", str(manifests)])
        terminal.say(f"manifests applied to {cluster['name']}")


def _called(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return done.stdout


def _way_back(chosen: argparse.Namespace, serial: int | None) -> str:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=root.REPOSITORY, capture_output=True, text=True,
                            check=False).stdout.strip()
    return (f"The way back:\n"
            f"  1. See what stands: scripts/deploy.sh {chosen.environment} --dry-run\n"
            f"  2. Back to what was deployed before: check out its commit (this one is {commit or 'unknown'}) and deploy it.\n"
            f"  3. Only the functions: point the alias `live` of each at its version before; they are kept.\n"
            f"  4. The state before had serial {'none' if serial is None else serial}; the bucket keeps its versions. Restore\n"
            f"     one only if the state itself is damaged.")


if __name__ == "__main__":
    sys.exit(main())
