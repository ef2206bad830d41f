"""Packs every function that has a manifest into <out>/<function>/bootstrap.zip.

dev      plain `cargo build`: quick, shares its artifacts with every other Cargo
         command, runs on this machine only; what the end-to-end tests take.
release  `cargo lambda build --release`: small, built against the C library of
         Amazon Linux 2023; what is deployed and what the rehearsal takes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The earliest date that a zip can carry: equal binaries make equal zips, so
# that Terraform sees no change where there is none.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}


class PackageError(RuntimeError):
    """A package could not be made; the message says why and what to do."""


def functions() -> list[str]:
    """The names of all functions: the folders that have a manifest."""
    return sorted(path.parent.name for path in ROOT.glob("functions/*/function.json"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, zip, print sizes; 0 is success, 1 a failure said in one line, 2 a wrong command."""
    options = _parser().parse_args(arguments)
    release = options.profile == "release"
    if options.architecture and not release:
        _parser().error("--arm64 and --x86-64 need --profile release: a dev package runs on this machine only")
    default = ROOT / "target" / ("lambda" if release else "packages/dev")
    out = Path(options.out or default).absolute()
    try:
        chosen = _chosen(options.function)
        if release:
            _release(chosen, out, options.architecture or _host())
        else:
            _dev(chosen, out)
        _report(chosen, out)
    except PackageError as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/package", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("function", nargs="*", help="what to pack (default: every folder with a function.json)")
    parser.add_argument("--profile", choices=("dev", "release"), default="release")
    parser.add_argument("--out", metavar="DIR",
                        help="where to put <function>/bootstrap.zip (default: target/lambda, "
                             "target/packages/dev for dev)")
    architecture = parser.add_mutually_exclusive_group()
    for flag, name in (("--arm64", "arm64"), ("--x86-64", "x86_64")):
        architecture.add_argument(flag, dest="architecture", action="store_const", const=name,
                                  help=f"release for {name} (default: this machine's, {platform.machine()})")
    return parser


def _chosen(names: Sequence[str]) -> list[str]:
    known = functions()
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise PackageError(f"there is no functions/{unknown[0]}/function.json; functions are {', '.join(known)}")
    return sorted(set(names)) or known


def _host() -> str:
    machine = platform.machine().lower()
    if machine not in _ARCHITECTURES:
        raise PackageError(f"Lambda has no {machine} processors: give --arm64 or --x86-64")
    return _ARCHITECTURES[machine]


def _cargo(arguments: Sequence[str], environment: dict[str, str] | None = None) -> None:
    if shutil.which("cargo") is None:
        raise PackageError("cargo is missing: install Rust from https://rustup.rs")
    # From the root, because .cargo/config.toml is looked for from the working directory upwards.
    if subprocess.run(["cargo", *arguments], cwd=ROOT, env=environment).returncode != 0:
        raise PackageError(f"cargo {' '.join(arguments)} failed; its messages stand above")


def _dev(chosen: Sequence[str], out: Path) -> None:
    # The whole workspace even for one function: one choice of features, so
    # that nothing is built twice.
    _cargo(["build", "--workspace", "--bins"])
    target = ROOT / (os.environ.get("CARGO_TARGET_DIR") or "target")
    for name in chosen:
        binary = target / "debug" / name
        if not binary.exists():
            raise PackageError(f"functions/{name} made no binary called {name}: the names must be the same")
        with tempfile.TemporaryDirectory() as scratch:
            _zip(_stripped(binary, Path(scratch)), out / name / "bootstrap.zip")


def _stripped(binary: Path, scratch: Path) -> Path:
    """A copy without symbols, or the binary itself where no tool is found."""
    tool = shutil.which("strip") or shutil.which("llvm-strip")
    if tool is None:
        return binary
    copy = scratch / "bootstrap"
    done = subprocess.run([tool, "-o", str(copy), str(binary)], capture_output=True)
    return copy if done.returncode == 0 and copy.exists() else binary


def _zip(binary: Path, archive: Path) -> None:
    entry = zipfile.ZipInfo("bootstrap", _EPOCH)
    entry.create_system = 3
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.parent.mkdir(parents=True, exist_ok=True)
    unfinished = archive.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w") as content:
        content.writestr(entry, binary.read_bytes(), compresslevel=1)
    unfinished.replace(archive)


def _release(chosen: Sequence[str], out: Path, architecture: str) -> None:
    # cargo-lambda and zig come with the Python tools.
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"}
    flag = "--arm64" if architecture == "arm64" else "--x86-64"
    # The functions alone: with the test packages beside them Cargo would unite
    # their features too and build every SDK crate again.
    packages = [argument for name in functions() for argument in ("--package", name)]
    _cargo(["lambda", "build", "--release", "--output-format", "zip", flag, "--lambda-dir", str(out), *packages],
           environment)
    for name in chosen:
        if not (out / name / "bootstrap.zip").exists():
            raise PackageError(f"functions/{name} made no binary called {name}: the names must be the same")


def _report(chosen: Sequence[str], out: Path) -> None:
    print(f"{'function':<24}{'binary MB':>10}{'zip MB':>8}  sha256")
    for name in chosen:
        archive = out / name / "bootstrap.zip"
        with zipfile.ZipFile(archive) as content:
            size = content.getinfo("bootstrap").file_size
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()[:12]
        print(f"{name:<24}{size / 1e6:>10.2f}{archive.stat().st_size / 1e6:>8.2f}  {digest}")
    print(f"in {out}")


if __name__ == "__main__":
    sys.exit(main())
