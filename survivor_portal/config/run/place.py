"""Finds or makes the Python environment that holds exactly what the lock file names."""

import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent.parent.parent
OWN = HOUSE / ".venv"
NO_VENV = "This Python cannot make a virtual environment. On Debian: sudo apt-get install -y python3-venv"
_STARTED_AGAIN = "SITE_STARTED_AGAIN"
_TOOLS = ("pip", "setuptools", "wheel")
_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)\s*(;)?", re.MULTILINE)


def enter(lock: str) -> None:
    """Returns once this process runs where `lock` is satisfied; may start this program anew to get there.

    An active virtual environment (or a container's own Python) that already holds the packages is used as
    it is. An active one without them gets them. One that holds other versions is left alone, and the
    project's own `.venv` is used.
    """
    missing, other = _differences(HOUSE / lock)
    if not missing and not other:
        return
    if os.environ.get(_STARTED_AGAIN) == "1":
        sys.exit(f"Installed from {lock}, and still missing: {', '.join(missing + other)}")
    active = sys.prefix != sys.base_prefix
    inside_own = active and Path(sys.prefix).resolve() == OWN.resolve()
    if active and (inside_own or not other):
        python = Path(sys.executable)
        _install(python, lock)
    else:
        if active:
            print(
                f"The active environment holds other versions of {', '.join(other[:3])}; using .venv instead."
            )
        python = _own()
        _install_if_changed(python, lock)
    os.environ[_STARTED_AGAIN] = "1"
    sys.stdout.flush()
    os.execv(python, [str(python), *sys.argv])


def _differences(lock: Path) -> tuple[list[str], list[str]]:
    """Names this Python lacks, and names it has in another version."""
    missing: list[str] = []
    other: list[str] = []
    for name, version, marker in _PINNED.findall(lock.read_text("utf-8")):
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            # A line with a marker may be for another system; pip decides that when it installs.
            if not marker:
                missing.append(name)
            continue
        if found != version:
            # Every new environment brings these; they are nobody's choice, so replacing them hurts nobody.
            (missing if name in _TOOLS else other).append(name)
    return missing, other


def _own() -> Path:
    python = OWN / "bin" / "python"
    works = (
        python.exists() and subprocess.run([python, "-c", "import pip"], capture_output=True).returncode == 0
    )
    if not works:
        print("Making .venv ...", flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", OWN], capture_output=True, text=True)
        if made.returncode != 0:
            # A half-made folder would look like an environment the next time.
            shutil.rmtree(OWN, ignore_errors=True)
            print(NO_VENV)
            sys.exit(2)
    return python


def _install_if_changed(python: Path, lock: str) -> None:
    digest = hashlib.sha256((HOUSE / lock).read_bytes()).hexdigest()
    stamp = OWN / f"{lock}.sha256"
    if not stamp.exists() or stamp.read_text("ascii") != digest:
        _install(python, lock)
        stamp.write_text(digest, "ascii")


def _install(python: Path, lock: str) -> None:
    print(f"Installing what {lock} names ...", flush=True)
    done = subprocess.run(
        [
            python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input",
            "--root-user-action=ignore", "--require-hashes", "--no-deps", "-r", HOUSE / lock,
        ]
    )  # fmt: skip
    if done.returncode != 0:
        sys.exit("The packages could not be installed; pip's own words stand above.")
