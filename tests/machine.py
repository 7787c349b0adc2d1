"""A Debian machine of its own inside this one: what is changed there is gone with it.

Its files are ours under a layer that keeps the changes in memory, its network is a loopback that nobody else
has, so that even the ports of Debian's own servers are free, and its processes end with it. Only root can
make one.
"""

import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from survivor_portal.config.env import HOUSE

PROGRAM = Path("/opt/survivor-portal")
_LAYERED = ("etc", "var", "opt", "root", "home", "srv")
# What systemd-tmpfiles makes when Debian starts.
_FOLDERS = "install -d -m 2775 -o postgres -g postgres /run/postgresql; install -d -m 0755 /run/lock"


@dataclass(frozen=True)
class Said:
    """What a command gave back."""

    code: int
    text: str


@dataclass
class Machine:
    """A running machine. `pid` is its first process, by the numbers of this one."""

    pid: int
    _left: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, command: str, seconds: float = 120) -> Said:
        """Runs lines of a shell as its root, as somebody would type them."""
        done = subprocess.run(
            self._inside(["bash", "-e", "-u", "-o", "pipefail", "-c", command]),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds,
            env=_environment(), text=True, errors="replace",
        )  # fmt: skip
        return Said(done.returncode, done.stdout)

    def starts(self, unit: "Unit") -> "Service":
        """Starts what a unit of systemd names, with its user, its environment and its credentials."""
        log = f"/run/{unit.name}.log"
        prepared = self.run(unit.preparation())
        assert prepared.code == 0, prepared.text
        process = subprocess.Popen(
            self._inside(["bash", "-c", f"exec {unit.command()} >>{log} 2>&1"]),
            stdin=subprocess.DEVNULL, env=_environment(), start_new_session=True,
        )  # fmt: skip
        self._left.append(process)
        return Service(unit.name, process, self, log)

    def end(self) -> None:
        for process in self._left:
            process.wait(20)

    def _inside(self, command: Sequence[str]) -> list[str]:
        return ["nsenter", "-t", str(self.pid), "-m", "-n", "-p", "-u", "-i", "--", *command]


@dataclass(frozen=True)
class Service:
    """What a unit started."""

    name: str
    process: subprocess.Popen[bytes]
    machine: Machine
    log: str

    @property
    def said(self) -> str:
        return self.machine.run(f"cat {self.log}").text

    def waits_until(self, command: str, seconds: float = 60) -> None:
        """Until that command of a shell succeeds; fails with what the service said."""
        until = time.monotonic() + seconds
        while (last := self.machine.run(command)).code != 0:
            assert self.process.poll() is None, f"{self.name} ended: {self.said}"
            assert time.monotonic() < until, f"{self.name}: {self.said}\n{last.text}"
            time.sleep(0.2)


class Unit:
    """A unit of systemd, read from its file and from what is laid over all of its family."""

    def __init__(self, name: str, *texts: str) -> None:
        self.name = name
        self.lines: dict[str, list[str]] = {}
        for line in "\n".join(texts).splitlines():
            key, is_setting, value = line.partition("=")
            if is_setting and not line.startswith(("#", ";")):
                self.lines.setdefault(key.strip(), []).append(value.strip())

    @classmethod
    def of(cls, path: Path, *over: Path) -> "Unit":
        """The unit in this file, with what is laid over it."""
        return cls(path.stem, *(each.read_text("utf-8") for each in (path, *over)))

    @classmethod
    def installed(cls, machine: Machine, name: str) -> "Unit":
        """The unit of this name as it lies on that machine."""
        found = machine.run(f"cd /etc/systemd/system; cat {name}.service survivor-portal-.service.d/*.conf")
        assert found.code == 0, found.text
        return cls(name, found.text)

    def one(self, name: str, default: str = "") -> str:
        return self.lines.get(name, [default])[-1]

    @property
    def user(self) -> str:
        return self.one("User", "root")

    @property
    def environment(self) -> dict[str, str]:
        """What stands in its Environment= lines."""
        words = [word for line in self.lines.get("Environment", ()) for word in shlex.split(line)]
        return dict(word.split("=", 1) for word in words)

    @property
    def credentials(self) -> dict[str, str]:
        return dict(line.split(":", 1) for line in self.lines.get("LoadCredential", ()))

    def preparation(self) -> str:
        """What systemd does before it starts the command, as lines of a shell."""
        own = f"-o {self.user} -g {self._group}"
        lines = [f"install -d -m 0700 {own} {self._given}"]
        lines += [
            f"install -m 0400 {own} {file} {self._given}/{name}" for name, file in self.credentials.items()
        ]
        for kind, where, mode in (
            ("StateDirectory", "/var/lib", "0755"),
            ("RuntimeDirectory", "/run", "0755"),
        ):
            mode = self.one(f"{kind}Mode", mode)
            lines += [f"install -d -m {mode} {own} {where}/{name}" for name in self.one(kind).split()]
        return "\n".join(lines)

    def command(self, which: str = "ExecStart") -> str:
        """The command with its user and environment, as one line of a shell."""
        folder = self.one("WorkingDirectory", "/")
        given = {"CREDENTIALS_DIRECTORY": str(self._given), "PATH": "/usr/bin:/usr/sbin:/bin"}
        words = [f"{name}={value}" for name, value in (given | self.environment).items()]
        more = "".join(
            f"$(grep -v '^#' {file} | grep = | sed 's/.*/\"&\"/' | tr '\\n' ' ') "
            for file in self.lines.get("EnvironmentFile", ())
        )
        groups = self.one("SupplementaryGroups").replace(" ", ",")
        who = f"setpriv --reuid={self.user} --regid={self._group} "
        who += f"--groups={groups}" if groups else "--init-groups"
        line = f"cd {folder} && eval {who} --no-new-privs env -i {shlex.join(words)} {more}"
        every = " && ".join(f"{{ {line + command}; }}" for command in self.lines[which])
        return f"bash -c {shlex.quote(every)}"

    @property
    def _group(self) -> str:
        return self.one("Group", self.user)

    @property
    def _given(self) -> Path:
        return Path("/run/credentials") / self.name


@contextmanager
def a_machine() -> Iterator[Machine]:
    """A machine with this program in /opt/survivor-portal and its Python in .venv there."""
    # A name that nothing can have: a machine that is not whole yet would let commands through to this one.
    ready = f"/run/ready-{secrets.token_hex(8)}"
    first = subprocess.Popen(
        [
            "unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child=SIGKILL",
            "--mount-proc", "bash", "-e", "-c", _beginning(ready),
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        machine = Machine(_child_of(first))
        until = time.monotonic() + 30
        while machine.run(f"test -e {ready}").code:
            assert first.poll() is None, "the machine ended"
            assert time.monotonic() < until, "the machine does not start"
            time.sleep(0.05)
        try:
            yield machine
        finally:
            first.kill()
            machine.end()
    finally:
        first.kill()
        first.wait(20)
        assert first.stdout is not None
        first.stdout.close()


def _beginning(ready: str) -> str:
    lines = ["umask 022"]
    # Nothing of what runs out there is seen in here, and nothing is left out there.
    for name, mode in (("/run", "0755"), ("/dev/shm", "1777")):
        lines.append(f"mount -t tmpfs -o mode={mode} none {name}")
    closed = {
        str(parent)
        for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix, str(HOUSE))
        for parent in (Path(prefix), *Path(prefix).parents)
        if not parent.stat().st_mode & 0o001
    }
    for name in dict.fromkeys((*(f"/{name}" for name in _LAYERED), *sorted(closed))):
        layer = f"/run/.machine/{name.strip('/').replace('/', '-')}"
        lines.append(f"mkdir -p {layer}/changes {layer}/work")
        lines.append(
            f"mount -t overlay none -o lowerdir={name},upperdir={layer}/changes,workdir={layer}/work {name}"
        )
    # Our Python may lie in a folder that is for root only; there everybody may pass, as with Debian's own.
    lines += [f"chmod 0711 {name}" for name in sorted(closed)]
    lines += [
        f"mkdir -p {PROGRAM}",
        # The layer over the program gives it a .venv where the copy at hand has none.
        "mkdir -p /run/.machine/program/changes /run/.machine/program/work",
        f"mount -t overlay none -o lowerdir={HOUSE},upperdir=/run/.machine/program/changes,"
        f"workdir=/run/.machine/program/work {PROGRAM}",
        f"mkdir -p {PROGRAM}/.venv",
        f"mount --bind {sys.prefix} {PROGRAM}/.venv",
        "mkdir -p /run/credentials",
        # Whoever has a list of users open out there has it open there only.
        "rm -f /etc/.pwd.lock /etc/passwd.lock /etc/group.lock /etc/shadow.lock /etc/gshadow.lock",
        _FOLDERS,
        "hostname help",
        f"{shlex.quote(sys.executable)} -c {shlex.quote(_LOOPBACK_UP)}",
        "mount -t tmpfs -o mode=1777 none /tmp",
        f"touch {ready}",
        "exec sleep infinity",
    ]
    return "\n".join(lines)


# SIOCSIFFLAGS with IFF_UP and IFF_RUNNING: not every system has `ip`.
_LOOPBACK_UP = """
import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x41))
"""


def _child_of(process: subprocess.Popen[bytes]) -> int:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        if children:
            return int(children[0])
        time.sleep(0.01)
    raise AssertionError("the machine has no first process")


def _environment() -> Mapping[str, str]:
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
    }
