"""Starts throw-away Postfix servers for the tests: on loopback, in folders of their own, gone at the end.

Debian starts a Postfix of its own after an install; nothing here touches it.
"""

import os
import pwd
import re
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from survivor_portal.config.env import HOUSE
from survivor_portal.config.run.servers import HOST, NotStarted, free_port

OURS = HOUSE / "deploy" / "postfix"
THEIRS = HOUSE / "tests" / "data" / "platform-main.cf"
_MASTER = Path("/usr/lib/postfix/sbin/master")
_OWNER = "postfix"
# What `postfix start` would make. With the owner where it is not root.
_QUEUES = dict.fromkeys(
    (
        "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop",
        "private", "public", "saved", "trace",
    ),
    _OWNER,
) | {"pid": ""}  # fmt: skip
_SECONDS = 20.0


@dataclass(frozen=True)
class MailServer:
    """A running Postfix. `port` is its door to the world, `submission` the one for its own people."""

    folder: Path
    port: int
    submission: int

    @property
    def said(self) -> str:
        """Its log so far."""
        log = self.folder / "log"
        return log.read_text("utf-8", "replace") if log.exists() else ""

    @property
    def queued(self) -> int:
        """How many mails it still has."""
        told = subprocess.run(
            ["postqueue", "-c", self.folder / "etc", "-j"], capture_output=True, text=True, check=True
        )
        return len(told.stdout.splitlines())


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder for servers. The processes of Postfix run under a user of its own, who has to get through."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o711)
        yield Path(made)


@contextmanager
def front(
    folder: Path, *, answers: str, post_port: int, world_port: int, port: int = 0, submission: int = 0
) -> Iterator[MailServer]:
    """The mail server of a site as `deploy/postfix` describes it, but for its ports and its certificate.

    `answers` is the domain of the addresses it takes mail for, `post_port` where the site listens. All that
    leaves it goes to `world_port` of this machine, whatever the address says.
    """
    port, submission = port or free_port(), submission or free_port()
    master = (OURS / "master.cf").read_text("utf-8")
    master = master.replace("\nsmtp               inet", f"\n{HOST}:{port} inet")
    master = master.replace("\n127.0.0.1:2587     inet", f"\n{HOST}:{submission} inet")
    settings = {
        "site_answers": answers,
        "site_post_port": str(post_port),
        "default_transport": f"smtp:[{HOST}]:{world_port}",
        "smtpd_tls_security_level": "none",
        "smtpd_tls_cert_file": "",
        "smtpd_tls_key_file": "",
        "smtp_tls_security_level": "none",
        "smtp_tls_CApath": "",
    }
    main = (OURS / "main.cf").read_text("utf-8")
    with _running(folder, main, master, settings, port, submission) as server:
        yield server


@contextmanager
def platform(
    folder: Path, *, domain: str, known: tuple[str, ...], desk_port: int, world_port: int, port: int = 0
) -> Iterator[MailServer]:
    """Somebody else's mail server. Takes mail for the `known` names at `domain` and brings it to `desk_port`;
    refuses every other recipient. What its own people send goes to `world_port`."""
    port, submission = port or free_port(), free_port()
    names = ",".join(f"{name}@{domain}=x" for name in known)
    main = THEIRS.read_text("utf-8")
    settings = {
        "relay_domains": domain,
        "relay_recipient_maps": f"inline:{{{names}}}",
        "relay_transport": f"relay:[{HOST}]:{desk_port}",
        "default_transport": f"smtp:[{HOST}]:{world_port}",
    }
    services = (OURS / "master.cf").read_text("utf-8")
    services = services[services.index("\npickup") :]
    master = f"{HOST}:{port} inet n - n - - smtpd\n{HOST}:{submission} inet n - n - - smtpd\n"
    master += "  -o smtpd_relay_restrictions=permit_mynetworks,reject\n"
    with _running(folder, main, master + services, settings, port, submission) as server:
        yield server


@contextmanager
def _running(
    folder: Path, main: str, master: str, settings: Mapping[str, str], port: int, submission: int
) -> Iterator[MailServer]:
    if not _MASTER.exists() or shutil.which("postconf") is None:
        raise NotStarted("Postfix is not installed")
    if os.geteuid() != 0:
        raise NotStarted("Postfix can be started by root only")
    _lay_out(folder, main, master, settings)
    server = MailServer(folder, port, submission)
    # A session of its own: when it ends it ends its whole group, and that must not be ours.
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [_MASTER, "-c", folder / "etc", "-d"],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
    try:
        for each in (port, submission):
            _wait(process, each, server)
        yield server
    finally:
        process.terminate()
        process.wait(10)


def _lay_out(folder: Path, main: str, master: str, settings: Mapping[str, str]) -> None:
    folder.mkdir(mode=0o755)
    etc, queue, data = folder / "etc", folder / "queue", folder / "data"
    for each in (etc, queue, data):
        each.mkdir(mode=0o755)
    owner = pwd.getpwnam(_OWNER)
    os.chown(data, owner.pw_uid, owner.pw_gid)
    for name, who in _QUEUES.items():
        (queue / name).mkdir(mode=0o755)
        if who:
            os.chown(queue / name, owner.pw_uid, owner.pw_gid)
    # What every throw-away server has: its own folders, loopback only, and names that nobody looks up.
    own = {
        "queue_directory": str(queue),
        "data_directory": str(data),
        "maillog_file": str(folder / "log"),
        "maillog_file_prefixes": str(folder),
        "inet_interfaces": HOST,
        "inet_protocols": "ipv4",
        "smtp_dns_support_level": "disabled",
        "smtpd_peername_lookup": "no",
        # Every client of a test has the same address.
        "smtpd_client_connection_count_limit": "0",
        "smtpd_client_connection_rate_limit": "0",
        "minimal_backoff_time": "2s",
        "queue_run_delay": "2s",
    }
    (etc / "main.cf").write_text(main)
    # No chroot: the folders of a throw-away server are not prepared for one.
    (etc / "master.cf").write_text(re.sub(r"(?m)^(\S+\s+\S+\s+\S\s+\S\s+)y", r"\1n", master))
    subprocess.run(
        ["postconf", "-c", etc, "-e", *(f"{name}={value}" for name, value in (own | dict(settings)).items())],
        check=True, capture_output=True,
    )  # fmt: skip
    # A file younger than two seconds might still be being written, so Postfix waits for it to grow old.
    os.utime(etc / "main.cf", (0, 0))


def _wait(process: subprocess.Popen[bytes], port: int, server: MailServer) -> None:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise NotStarted((server.folder / "said").read_text("utf-8", "replace") + server.said)
        try:
            with smtplib.SMTP(HOST, port, timeout=5):
                return
        except (OSError, smtplib.SMTPException):
            time.sleep(0.02)
    process.kill()
    raise NotStarted(f"no answer. {server.said}")
