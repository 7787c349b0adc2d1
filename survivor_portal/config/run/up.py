"""`manage.py up`: from a fresh copy to a running site with one command."""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from survivor_portal.config.run import children, place

DEFAULT_PORT = 8000
_WAIT_FOR_A_PHRASE, _FOR_OTHER_PAGES = 20, 8
HOST = "127.0.0.1"
# What opens capsules, and what signs and sends, is for workers only.
_FOR_WORKERS = ("AUTO_KEY_FILE", "DKIM_KEY_FILE", "MAIL_OUT_PASSWORD_FILE")
# The same by the names systemd gives them.
_CREDENTIALS_FOR_WORKERS = ("auto-key", "dkim-key", "mail-out-password")


def main(arguments: list[str]) -> int:
    """Installs what is missing, prepares, serves until Ctrl-C; gives the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py up", description=main.__doc__)
    # As text: what stands in the environment is then looked at like what was typed.
    parser.add_argument("--port", type=_from(0, 65535), default=os.environ.get("PORT") or str(DEFAULT_PORT))
    parser.add_argument("--workers", type=_from(1, 1000), default=os.environ.get("WORKERS") or "1")
    parser.add_argument(
        "--jobs",
        type=_from(0, 1000),
        default=os.environ.get("JOBS") or "1",
        help="jobs at once; 0 where `manage.py work` and `manage.py post` run by themselves",
    )
    wanted = parser.parse_args(arguments)
    if wanted.jobs and os.environ.get("KEYS_SOCKET"):
        # A worker asks for other keys than pages do, as another user: one command cannot be both.
        print(
            "On a larger site workers run by themselves: start this with --jobs 0 or JOBS=0 (docs/keys.md)."
        )
        return 2
    # The settings are to know it, however it was said.
    os.environ["WORKERS"] = str(wanted.workers)

    place.enter("requirements.lock")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "survivor_portal.config.settings.dev")
    os.umask(0o077)
    if subprocess.run(
        [sys.executable, "-m", "survivor_portal.config.run.prepare"], cwd=place.HOUSE
    ).returncode:
        return 1
    port = _free(wanted.port)
    if port is None:
        return 1
    with tempfile.TemporaryDirectory() as folder:
        return _serve(port, wanted.workers, wanted.jobs, _credentials(Path(folder)))


def _from(lowest: int, highest: int) -> Callable[[str], int]:
    """Reads a whole number in these bounds, for argparse."""

    def number(text: str) -> int:
        if text.isascii() and text.isdecimal() and lowest <= int(text[:9]) <= highest:
            return int(text)
        raise argparse.ArgumentTypeError(f"must be a whole number from {lowest} to {highest}")

    return number


def _credentials(folder: Path) -> dict[str, str]:
    """A folder of credentials for all but workers, made in `folder`, where systemd gave us one for all."""
    given = os.environ.get("CREDENTIALS_DIRECTORY", "")
    if not given:
        return {}
    for path in Path(given).iterdir():
        if path.name not in _CREDENTIALS_FOR_WORKERS:
            (folder / path.name).symlink_to(path)
    return {"CREDENTIALS_DIRECTORY": str(folder)}


def _serve(port: int, workers: int, jobs: int, instead: Mapping[str, str]) -> int:
    os.chdir(place.HOUSE)
    running = [
        children.start(
            "The web server",
            [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port),
                "--workers", str(workers), "--blocking-threads", str(_threads(workers)),
                "--no-ws", "--no-access-log", "--log-level", "warning", "--workers-kill-timeout", "3",
                "survivor_portal.config.wsgi:application",
            ],
            without=_FOR_WORKERS,
            instead=instead,
        ),
    ]  # fmt: skip
    if jobs:
        # Nobody but a worker does what has come due. It starts anew what an earlier one left halfway.
        running.append(
            children.start("The worker", [sys.executable, "manage.py", "work", "--processes", str(jobs)])
        )
    if jobs and _takes_mail():
        command = [sys.executable, "manage.py", "post"]
        running.append(children.start("The door for mail", command, without=_FOR_WORKERS, instead=instead))
    if os.environ.get("METRICS_PORT"):
        # A process of its own: what it tells is for the operator and must not be had at the site's port.
        command = [sys.executable, "manage.py", "metrics"]
        running.append(children.start("The metrics", command, without=_FOR_WORKERS, instead=instead))
    return children.watch(
        running,
        when_ready=lambda: _answers(port),
        say=lambda: print(f"\n  Ready: http://{HOST}:{port}/\n  Ctrl-C stops it.\n", flush=True),
    )


def _threads(workers: int) -> int:
    """How many pages each web process does at once: all that may work on a phrase or wait for it
    (`counts.pool`), and some for whoever is inside: else those who open a case would shut out the rest."""
    places = max(1, (os.cpu_count() or 1) // workers) + max(1, _WAIT_FOR_A_PHRASE // workers)
    return places + _FOR_OTHER_PAGES


def _takes_mail() -> bool:
    """Do answers come in by mail? On one's own machine they do as soon as letters go out."""
    is_real = os.environ["DJANGO_SETTINGS_MODULE"].endswith(".production")
    return bool(os.environ.get("MAIL_IN" if is_real else "MAIL_OUT", "").strip())


def _free(port: int) -> int | None:
    """`port` if nobody has it, else any free one. A real site does not move: its proxy would not know."""
    try:
        return _bound(port)
    except OSError:
        if os.environ["DJANGO_SETTINGS_MODULE"].endswith(".production"):
            print(f"Port {port} is taken.")
            return None
    found = _bound(0)
    print(f"Port {port} is taken, so this copy uses {found}.")
    return found


def _bound(port: int) -> int:
    with socket.socket() as probe:
        # Without this a port we ourselves left a moment ago would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        found: int = probe.getsockname()[1]
        return found


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=0.2):
            return True
    except OSError:
        return False
