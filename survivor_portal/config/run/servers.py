"""Starts throw-away servers for the tests on loopback: PostgreSQL, in clusters of its own, and Redis.

Debian starts its own servers after an install; these never touch them: free ports, own
folders, gone at the end.
"""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOST = "127.0.0.1"
_PROGRAMS = "/usr/lib/postgresql"
_OWNER = "postgres"
# Nothing here outlives the run, so nothing waits for the disk. What a test provokes is not logged: nobody
# reads the log while the server runs, and a full pipe would stop it.
_FAST = ("fsync=off", "full_page_writes=off", "max_connections=60", "log_min_messages=fatal")


class NotStarted(Exception):
    """A server did not start; its own words are in the message."""


def initdb() -> Path | None:
    """Where this machine keeps PostgreSQL's `initdb`, the newest one; Debian leaves it out of PATH."""
    found = sorted(Path(_PROGRAMS).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path) if on_path else None


@contextmanager
def postgres(folder: Path, *, keeps_promises: bool = False) -> Iterator[int]:
    """A cluster in `folder` (made here) that answers on loopback while this lasts; gives its port.

    Its superuser is "postgres", without a password: it listens on loopback only, and for this run only. With
    `keeps_promises` what was committed is still there after `restart_postgres`.
    """
    program = initdb()
    if program is None:
        raise NotStarted("PostgreSQL is not installed")
    bin_, as_owner = program.parent, _as_owner()
    folder.mkdir(mode=0o700)
    _give_to_owner(folder)
    data, port = folder / "data", free_port()
    made = subprocess.run(
        [
            *as_owner, program, "-D", data, "-U", _OWNER, "-A", "trust", "--no-sync",
            "-E", "UTF8", "--locale=C.UTF-8",
        ],
        capture_output=True, text=True, cwd=folder,
    )  # fmt: skip
    if made.returncode:
        raise NotStarted(made.stderr)
    options = [f"-c{option}" for option in _FAST]
    options.append(f"-csynchronous_commit={'on' if keeps_promises else 'off'}")
    options += [f"-cport={port}", f"-clisten_addresses={HOST}", f"-cunix_socket_directories={folder}"]
    server = subprocess.Popen(
        [*as_owner, bin_ / "postgres", "-D", data, *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder,
    )  # fmt: skip
    try:
        _wait(server, [bin_ / "pg_isready", "-q", "-h", HOST, "-p", str(port)])
        yield port
    finally:
        subprocess.run(
            [*as_owner, bin_ / "pg_ctl", "-D", data, "-m", "immediate", "stop"],
            capture_output=True, cwd=folder,
        )  # fmt: skip
        _forget(server)


def restart_postgres(folder: Path) -> None:
    """Ends the cluster in `folder` as a power cut would, and starts it again on the same port."""
    program = initdb()
    if program is None:
        raise NotStarted("PostgreSQL is not installed")
    subprocess.run(
        [
            *_as_owner(), program.parent / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w",
            "-l", folder / "log", "restart",
        ],
        check=True, capture_output=True, cwd=folder, timeout=60,
    )  # fmt: skip


@contextmanager
def redis(folder: Path, *, keeps: bool = True, port: int = 0) -> Iterator[int]:
    """A Redis in `folder` (made here), at `port` or a free one; gives its port. It keeps what it was given;
    without `keeps` it writes nothing to disk."""
    if shutil.which("redis-server") is None:
        raise NotStarted("Redis is not installed")
    folder.mkdir(mode=0o700)
    port = port or free_port()
    server = subprocess.Popen(
        [
            "redis-server", "--port", str(port), "--bind", HOST, "--save", "",
            "--appendonly", "yes" if keeps else "no", "--dir", folder,
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        _wait(server, ["redis-cli", "-h", HOST, "-p", str(port), "ping"])
        yield port
    finally:
        server.terminate()
        _forget(server)


def _forget(server: subprocess.Popen[bytes]) -> None:
    server.wait(10)
    if server.stderr is not None:
        server.stderr.close()


def free_port() -> int:
    """A port of loopback that nobody has just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        found: int = probe.getsockname()[1]
        return found


def _wait(server: subprocess.Popen[bytes], ask: list[str | Path], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            said = server.stderr.read() if server.stderr else b""
            raise NotStarted(said.decode("utf-8", "replace"))
        if subprocess.run(ask, capture_output=True).returncode == 0:
            return
        time.sleep(0.05)
    server.kill()
    raise NotStarted("no answer")


def _as_owner() -> list[str]:
    """PostgreSQL refuses to be run by root."""
    return ["setpriv", f"--reuid={_OWNER}", f"--regid={_OWNER}", "--init-groups"] if os.geteuid() == 0 else []


def _give_to_owner(folder: Path) -> None:
    if os.geteuid() == 0:
        owner = pwd.getpwnam(_OWNER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
