"""`deploy/debian.md` from its first line to its last, on a machine of its own: then the site is there.

Every block of the page is run as it stands, but those that say "Not run here" and why. Where a line starts a
unit of systemd, what stands in that unit is run, by its user, with its settings and credentials.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from survivor_portal.config.env import HOUSE
from tests.machine import Machine, Said, Service, Unit, a_machine

pytestmark = pytest.mark.machine
PAGE = HOUSE / "deploy" / "debian.md"
NOT_RUN = re.compile(r"# Not run here: \S.{10,}\n")
STARTS = re.compile(r"systemctl (?:start|restart|enable --now) (\S+)\n")
CURL = "curl -s -o /dev/null -w '%{http_code}' -H 'Host: help.example' -H 'X-Forwarded-Proto: https' "
# How Debian's own units start what is not ours.
DEBIANS = {
    "redis-server": "install -d -m 2755 -o redis -g redis /run/redis; "
    "setpriv --reuid=redis --regid=redis --init-groups redis-server /etc/redis/redis.conf",
    "redis-server@counts": "install -d -m 2755 -o redis -g redis /run/redis-counts; setpriv --reuid=redis "
    "--regid=redis --init-groups redis-server /etc/redis/redis-counts.conf --daemonize yes",
    "postfix": "postfix start",
}
# When a process of ours is there.
THERE = {
    "survivor-portal-keys": "test -S /run/sp-keys/operator",
    "survivor-portal-web": f'test "$({CURL} http://127.0.0.1:8000/)" = 200',
    "survivor-portal-worker": "pgrep -u sp-work -f 'manage.py work'",
    "survivor-portal-post": "exec 3<>/dev/tcp/127.0.0.1/2525",
    "survivor-portal-metrics": "curl -sf -o /dev/null http://127.0.0.1:9109/live",
}


@dataclass(frozen=True)
class Block:
    """Some lines for a shell, and under which heading they stand."""

    under: str
    text: str

    @property
    def is_run(self) -> bool:
        return not NOT_RUN.match(self.text)


@dataclass
class Debian:
    """The machine after the page was followed, and what each block of it said."""

    machine: Machine
    services: dict[str, Service] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def follow(self, block: Block) -> None:
        """Runs a block: its lines as they stand, each unit it starts by what is in the unit."""
        for number, part in enumerate(STARTS.split(block.text)):
            if number % 2:
                self.start(part)
            elif part.strip():
                self.expect(block.under, self.machine.run(part))

    def start(self, name: str) -> None:
        if name in DEBIANS:
            self.expect(name, self.machine.run(DEBIANS[name]))
            return
        unit = Unit.installed(self.machine, name)
        service = self.machine.starts(unit)
        if unit.one("Type") == "oneshot":
            code = service.process.wait(120)
            allowed = (0, *map(int, unit.one("SuccessExitStatus").split()))
            assert code in allowed, f"{name}: {code}: {service.said}"
            self.said[name] = service.said
        else:
            service.waits_until(THERE[name])
            self.services[name] = service

    def expect(self, what: str, said: Said) -> None:
        assert said.code == 0, f"{what}: {said.text}"
        self.said[what] = self.said.get(what, "") + said.text


def blocks(page: Path = PAGE) -> list[Block]:
    """The blocks of the page, in order."""
    found, heading = [], ""
    text = page.read_text("utf-8")
    for match in re.finditer(r"^## ([^\n]+)$|^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if match[1]:
            heading = match[1]
        else:
            assert match[2] == "sh", f"a block of another kind under {heading}"
            found.append(Block(heading, match[3]))
    return found


@pytest.fixture(scope="module")
def debian() -> Iterator[Debian]:
    with a_machine() as machine:
        made = Debian(machine)
        for block in blocks():
            if block.is_run:
                made.follow(block)
        yield made


def test_what_is_not_run_says_why_and_is_about_what_the_machine_lacks() -> None:
    not_run = [block for block in blocks() if not block.is_run]

    assert len([block for block in blocks() if block.is_run]) > 15
    for block in not_run:
        assert re.search(r"fetches|no systemd|beneath the test|what 8 and 10 did", block.text), block


def test_every_process_runs_under_its_own_user(debian: Debian) -> None:
    users = debian.machine.run("ps -eo user:20,args --no-headers").text.splitlines()

    for user, what in (
        ("sp-keys", "manage.py keys"), ("sp-web", "granian"), ("sp-work", "manage.py work"),
        ("sp-post", "manage.py post"), ("sp-count", "manage.py metrics"),
    ):  # fmt: skip
        running = {
            line.split()[0] for line in users if what in line and "setpriv" not in line and "bash" not in line
        }
        assert running == {user}, what


def test_the_pages_answer_and_a_case_can_be_kept(debian: Debian) -> None:
    for path, expected in (("/", "200"), ("/next/", "200"), ("/c/", "200"), ("/nowhere/", "404")):
        assert debian.machine.run(f"{CURL} http://127.0.0.1:8000{path}").text == expected, path
    counted = "su postgres -c \"psql -p 5433 -Atc 'SELECT count(*) FROM cases_case' cases\""
    assert int(debian.machine.run(counted).text) == 1  # the stand-in case, made with a key of the key process


def test_monitoring_is_told_that_all_parts_are_ready(debian: Debian) -> None:
    assert (
        debian.machine.run("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:9109/ready").text == "200"
    )
    told = debian.machine.run("curl -s http://127.0.0.1:9109/metrics").text
    assert {"site_slips", "site_cases", "site_sessions"} <= set(re.findall(r"^site_\w+", told, re.MULTILINE))


def test_an_unknown_address_is_refused_by_postfix_in_the_words_of_the_site(debian: Debian) -> None:
    said = debian.machine.run(
        shlex.join(["/opt/survivor-portal/.venv/bin/python", "-c", _ASKS_FOR_AN_UNKNOWN_ADDRESS])
    )

    assert said.text.strip() == "(550, b'5.1.1 No such address')"


def test_nobody_reads_what_is_not_theirs(debian: Debian) -> None:
    for user in ("sp-web", "sp-work", "sp-post", "nobody"):
        for path in (
            "/etc/survivor-portal/auto-key",
            "/var/lib/sp-keys/epochs",
            "/var/backups/survivor-portal",
        ):
            asked = debian.machine.run(
                f"setpriv --reuid={user} --clear-groups --regid=nogroup ls -l {path}/ {path}"
            )
            assert asked.code != 0, (user, path)
    for user, port, database, table in (
        ("sp-post", 5433, "cases", "cases_record"), ("sp-work", 5433, "cases", "cases_record"),
        ("sp-work", 5434, "keys", "keystore_shred"), ("sp-web", 5434, "keys", "keystore_shred"),
    ):  # fmt: skip
        role = {"sp-post": "mailin", "sp-work": "worker", "sp-web": "web"}[user]
        asked = debian.machine.run(
            f"setpriv --reuid={user} --regid={user} --init-groups "
            f"psql -h /run/postgresql -p {port} -U {role} -c 'SELECT * FROM {table}' {database}"
        )
        assert asked.code != 0, (user, table)
        assert "permission denied" in asked.text or "authentication failed" in asked.text, asked.text


def test_both_databases_were_copied(debian: Debian) -> None:
    found = debian.machine.run("find /var/backups/survivor-portal* -type f -size +0 | sort").text

    assert re.search(r"survivor-portal/site-\w+/site\.dump", found)
    assert re.search(r"survivor-portal-keys/keys-\w+/keys\.dump", found)


def test_the_doctor_finds_nothing_broken(debian: Debian) -> None:
    assert "BROKEN" not in debian.said["survivor-portal-doctor"]


def test_nothing_a_process_said_is_an_error(debian: Debian) -> None:
    for name, service in debian.services.items():
        assert service.process.poll() is None, name
        assert not re.search(r"(?i)traceback|error", service.said), service.said


_ASKS_FOR_AN_UNKNOWN_ADDRESS = """
import smtplib
with smtplib.SMTP("127.0.0.1", 25, timeout=30) as wire:
    wire.ehlo("mail.reports.example")
    wire.mail("desk@reports.example")
    print(wire.rcpt("abcdefghijklmnopqrstuvwxyz@answers.help.example"))
"""
