"""The command line: ``scripts/local-cloud``."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .clock import parse_duration, parse_instant, rfc3339
from .cloud import LocalCloud, LocalCloudError
from .seeding import SeedError
from .state import default_directory


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 is success, 1 a refusal said in one line, 2 a wrong command."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except (LocalCloudError, SeedError, ValueError, FileNotFoundError) as error:
        print(f"local-cloud: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="local-cloud", description="A local AWS for Terraform, SDKs and the Nightshift functions.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        sub.add_argument("--state", metavar="DIR", default=None,
                         help=f"directory of this cloud (default: {default_directory()})")
        return sub

    start = command("start", _start, "Start everything in the background and print its status as JSON.")
    start.add_argument("--port", type=int, default=0, help="port of the endpoint (default: a free one)")
    start.add_argument("--iam", choices=("enforce", "record", "off"), default="off",
                       help="deny what a role's policies do not allow, only record the verdict, or neither")
    start.add_argument("--time", metavar="RFC3339", help="what time it is when the cloud starts (default: now)")
    start.add_argument("--seed", metavar="FILE", action="append", default=[], help="apply a seed file; repeatable")
    start.add_argument("--timing", metavar="NAME=SECONDS", action="append", default=[],
                       help="how long a slow state lasts, in simulated seconds; repeatable")
    start.add_argument("--option", metavar="NAME=JSON", action="append", default=[],
                       help="inbox_zone=\"Europe/Berlin\", lambda_retry_seconds=1; repeatable")
    command("stop", _stop, "End everything that start began.")
    command("reset", _reset, "Empty the cloud; the clock and the endpoint stay.")
    command("status", _status, "Print the status document.")
    logs = command("logs", _logs, "Print the log of all parts.")
    logs.add_argument("-f", "--follow", action="store_true", help="go on printing")
    env = command("env", _env, "Print shell exports for Terraform, SDKs and the command line.")
    env.add_argument("--json", action="store_true", help="as a JSON object")
    clock = command("clock", _clock, "Tell or move the simulated time.")
    move = clock.add_mutually_exclusive_group()
    move.add_argument("--set", metavar="RFC3339", help="jump to an instant")
    move.add_argument("--advance", metavar="DURATION", help="jump forward: 5m, 1h30m, 7d, PT5M")
    move.add_argument("--walk-to", metavar="RFC3339",
                      help="go there by way of everything that is due until then, in order")
    clock.add_argument("--wait", action="store_true", help="return when all that became due has happened")
    events = command("events", _events, "Put events on the default bus as an AWS service would (aws.* sources).")
    events.add_argument("action", choices=("put",))
    events.add_argument("file", nargs="+", help="a JSON file: one EventBridge envelope or a list of them")
    faults = command("faults", _faults, "Inject faults by rules, list how often they struck, or end them.")
    faults.add_argument("action", choices=("put", "list", "clear"))
    faults.add_argument("file", nargs="?", help="a JSON list of rules")
    fail = command("fail", _fail, "Let a resource fail to start, or start again.")
    fail.add_argument("action", choices=("start", "clear"))
    fail.add_argument("resource", nargs="?", help="ARN or name")
    fail.add_argument("--cause", choices=("capacity", "kms", "kms-recoverable"), default="capacity")
    fail.add_argument("--times", type=int, default=None, help="how often (default: until cleared)")
    spending = command("spending", _spending, "Write the account's spending book, or tell what it holds and what asking "
                                              "for it has cost.")
    spending.add_argument("action", choices=("put", "show"))
    spending.add_argument("file", nargs="?", help="the book, a JSON object")
    anomaly = command("anomaly", _anomaly, "Let Cost Anomaly Detection find something, and tell of it.")
    anomaly.add_argument("file", help="what it finds, a JSON object: {\"from\": \"2026-11-18\", \"service\": ...}")
    budgets = command("budgets", _budgets, "Let Budgets look at the spending, and tell what has passed a threshold.")
    budgets.add_argument("budget", nargs="?", help="only this one")
    budgets.add_argument("--again", action="store_true", help="also what it has told in this period already")
    functions = command("functions", _functions, "List the Lambda functions' invocations, time and peak memory.")
    functions.add_argument("--json", action="store_true", help="every invocation, as JSON lines")
    seed = command("seed", _seed, "Apply seed files.")
    seed.add_argument("file", nargs="+")
    calls = command("calls", _calls, "List the AWS calls that passed the gateway.")
    calls.add_argument("--function", metavar="NAME", help="only those of one function (off-hours, notify, ...)")
    calls.add_argument("--json", action="store_true", help="as JSON lines")
    return parser


def _cloud(options: argparse.Namespace) -> LocalCloud:
    return LocalCloud(options.state)


def _start(options: argparse.Namespace) -> None:
    timings = {name: float(seconds) for name, _, seconds in (item.partition("=") for item in options.timing)}
    choices = {name: json.loads(value) for name, _, value in (item.partition("=") for item in options.option)}
    cloud = LocalCloud(options.state or default_directory(), port=options.port, iam=options.iam,
                       time=options.time, seeds=options.seed, timings=timings, options=choices)
    try:
        print(json.dumps(cloud.start(), indent=2))
    except SeedError:
        cloud.stop()
        raise


def _stop(options: argparse.Namespace) -> None:
    print("stopped" if _cloud(options).stop() else "nothing was running")


def _reset(options: argparse.Namespace) -> None:
    _cloud(options).reset()
    print("empty")


def _status(options: argparse.Namespace) -> None:
    cloud = _cloud(options)
    print(json.dumps(cloud.status() | cloud.control("status"), indent=2))


def _logs(options: argparse.Namespace) -> None:
    path = _cloud(options).state.log
    if not path.exists():
        raise LocalCloudError(f"{path}: no log yet")
    with path.open() as stream:
        while True:
            line = stream.readline()
            if line:
                print(line, end="", flush=options.follow)
            elif not options.follow:
                return
            else:
                time.sleep(0.2)


def _env(options: argparse.Namespace) -> None:
    environment = _cloud(options).env
    if options.json:
        print(json.dumps(environment, indent=2))
    else:
        for name, value in environment.items():
            print(f"export {name}={shlex.quote(value)}")


def _clock(options: argparse.Namespace) -> None:
    cloud = _cloud(options)
    cloud.status()
    if options.set:
        cloud.set_time(parse_instant(options.set))
    elif options.advance:
        cloud.advance(parse_duration(options.advance))
    elif options.walk_to:
        cloud.walk_to(options.walk_to)
    if options.wait:
        cloud.settle()
    print(rfc3339(cloud.now()))


def _events(options: argparse.Namespace) -> None:
    for name in options.file:
        content = json.loads(Path(name).read_text())
        for event in content if isinstance(content, list) else [content]:
            _cloud(options).put_event(event)


def _faults(options: argparse.Namespace) -> None:
    if options.action == "put" and not options.file:
        raise LocalCloudError("faults put needs a file of rules")
    rules = {"put": lambda: json.loads(Path(options.file).read_text()), "clear": lambda: [],
             "list": lambda: None}[options.action]()
    print(json.dumps(_cloud(options).faults(rules), indent=2))


def _fail(options: argparse.Namespace) -> None:
    if options.action == "clear":
        _cloud(options).mend(options.resource)
        return
    if not options.resource:
        raise LocalCloudError("which resource? Give its ARN or name")
    _cloud(options).fail_start(options.resource, options.cause, options.times)


def _spending(options: argparse.Namespace) -> None:
    if options.action == "put" and not options.file:
        raise LocalCloudError("spending put needs a file with the book")
    cloud = _cloud(options)
    print(json.dumps(cloud.spend(options.file) if options.action == "put" else cloud.spending(), indent=2))


def _anomaly(options: argparse.Namespace) -> None:
    print(json.dumps(_cloud(options).anomaly(**json.loads(Path(options.file).read_text())), indent=2))


def _budgets(options: argparse.Namespace) -> None:
    print(json.dumps(_cloud(options).look_at_budgets(options.budget, again=options.again), indent=2))


def _functions(options: argparse.Namespace) -> None:
    lines = _cloud(options).invocations()
    if options.json:
        for line in lines:
            print(json.dumps(line))
        return
    print(f"{'function':<52} {'runs':>5} {'failed':>6} {'cold':>5} {'median ms':>10} {'worst ms':>9} {'peak MiB':>9}")
    for name in dict.fromkeys(line["function"] for line in lines):
        own = [line for line in lines if line["function"] == name]
        times = sorted(line["milliseconds"] for line in own)
        peak = max((line["peak_kib"] or 0 for line in own), default=0) / 1024
        print(f"{name:<52} {len(own):>5} {sum(not line['ok'] for line in own):>6} "
              f"{sum(line['cold'] for line in own):>5} {times[len(times) // 2]:>10.1f} {times[-1]:>9.1f} {peak:>9.1f}")


def _seed(options: argparse.Namespace) -> None:
    for name in options.file:
        print(f"{name}: {_cloud(options).seed(Path(name))} entries")


def _calls(options: argparse.Namespace) -> None:
    for call in _cloud(options).calls(options.function):
        if options.json:
            print(json.dumps(call))
        else:
            verdict = call.get("iam", {}).get("verdict", "")
            print(f"{call['simulated']} {call['function'] or '-':<14} {call['action']:<40} {call['status']} "
                  f"{call['error'] or ''} {verdict} {' '.join(call['resources'][:3])}".rstrip())


