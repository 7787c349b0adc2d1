"""Starts processes that cannot outlive us, and ends them all when one ends or we are told to."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

GRACE_SECONDS = 4.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Child:
    """A running process and what we call it when we speak of it."""

    name: str
    process: subprocess.Popen[bytes]


def start(
    name: str,
    command: Sequence[str],
    *,
    without: Sequence[str] = (),
    instead: Mapping[str, str] | None = None,
) -> Child:
    """Starts `command` in a session of its own that is told to end when this process is gone, even killed.

    It gets our environment but for the names in `without`, and `instead` in place of what is ours.
    """
    environment = {key: value for key, value in os.environ.items() if key not in without}
    environment |= instead or {}
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def tie() -> None:
        os.setsid()
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # we died between fork and the line above
                os._exit(1)

    # preexec_fn is safe here: this process has one thread.
    return Child(name, subprocess.Popen(command, preexec_fn=tie, stdin=subprocess.DEVNULL, env=environment))


def watch(children: Sequence[Child], *, when_ready: Callable[[], bool], say: Callable[[], None]) -> int:
    """Waits until told to stop (gives 0) or until one of the children ends (says which, gives 1)."""
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda signum, _frame: told.append(signum))
    ready = False
    try:
        while not told:
            for child in children:
                code = child.process.poll()
                if code is not None:
                    print(f"{child.name} ended by itself ({_how(code)}); stopping the rest.", flush=True)
                    return 1
            if not ready and when_ready():
                ready = True
                say()
            time.sleep(0.1)
        print("Stopping ...", flush=True)
        return 0
    finally:
        end(children)


def end(children: Sequence[Child]) -> None:
    """Asks every child's whole session to end, and after the grace period makes it."""
    for number, patience in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, GRACE_SECONDS)):
        for child in children:
            try:
                os.killpg(child.process.pid, number)
            except ProcessLookupError:
                continue
        until = time.monotonic() + patience
        while time.monotonic() < until and any(child.process.poll() is None for child in children):
            time.sleep(0.05)


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
