"""How much memory a small site takes at rest: `manage.py up`, all its processes, shared pages counted once.

    python benchmarks/memory.py [seconds of rest]

Prints a table for docs/jobs.md. Needs Linux.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
BAR_MB = 350


def main() -> None:
    """Starts a copy with a data folder of its own, lets it rest, adds up."""
    rest = float(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder:
        up = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", "0"],
            cwd=HOUSE, env=os.environ | {"DATA_DIR": folder}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert up.stdout is not None
            while "Ready:" not in (line := up.stdout.readline()):
                assert line, "it did not start"
            time.sleep(rest)
            print("| process | PSS |")
            print("|---|---|")
            assert up.poll() is None, "it ended by itself"
            total = 0.0
            for pid in sorted(_below(up.pid) | {up.pid}):
                size = _pss(pid)
                total += size
                print(f"| {_name(pid)} | {size:.0f} MB |")
            print(f"| all | {total:.0f} MB (bar {BAR_MB}) |")
        finally:
            up.terminate()
            up.wait()


def _below(root: int) -> set[int]:
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {root}


def _pss(pid: int) -> float:
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def _name(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return next((word for word in ("granian", "up", "work") if word in words), words[0].rpartition("/")[2])


if __name__ == "__main__":
    main()
