"""Programs the tests need from the system: says what is missing, installs it where that was allowed."""

import os
import shlex
import shutil
import subprocess
import sys

from survivor_portal.config.run import servers

# program -> Debian package
ALWAYS = {
    "chromium": "chromium",
    "initdb": "postgresql",
    "redis-server": "redis-server",
    "postfix": "postfix",
    "systemd-analyze": "systemd",
    "curl": "curl",
    "pgrep": "procps",
}
# The same tests without it take longer: they run in the whole Chromium then.
QUICKER = {"chromium-headless-shell": "chromium-headless-shell"}
FULL = {
    "firefox-esr": "firefox-esr",
    "WebKitWebDriver": "webkit2gtk-driver",
    "Xvfb": "xvfb",
    "caddy": "caddy",
    "nginx": "nginx",
}
_POSTFIX_STAYS_OFF = "postfix postfix/main_mailer_type select No configuration\n"


def missing(wanted: dict[str, str]) -> list[str]:
    """The packages of those programs that cannot be found."""
    return [package for program, package in wanted.items() if not _is_here(program)]


def _is_here(program: str) -> bool:
    if program == "initdb":
        return servers.initdb() is not None
    # Debian leaves the folder of servers out of the PATH of people who are not root.
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin") is not None


def provide(packages: list[str], *, allowed: bool) -> bool:
    """Installs `packages` if allowed or the person at the terminal says yes, else says how. True if there."""
    if not packages:
        return True
    line = shlex.join(["apt-get", "install", "-y", "--no-install-recommends", *packages])
    if shutil.which("apt-get") is None:
        print(f"The tests need: {', '.join(packages)}. Or leave them out: manage.py test --fast")
        return False
    if os.geteuid() != 0:
        print(f"The tests need programs of the system:\n\n  sudo {line}\n\nWithout them: --fast")
        return False
    if not allowed:
        print(f"This would run: {line}")
        if "postfix" in packages:
            print("postfix takes the place of another mail server, if this machine has one.")
        if not sys.stdin.isatty() or input("Go ahead? [y/N] ").strip().lower() not in ("y", "yes"):
            print("Nothing installed. Say yes with --yes, or leave these tests out with --fast.")
            return False
    # Debian's own Postfix stays off then: nothing of it listens.
    if "postfix" in packages and not _run(["debconf-set-selections"], _POSTFIX_STAYS_OFF):
        return False
    if not (_apt("update") and _apt("install", "-y", "--no-install-recommends", *packages)):
        print("apt-get did not manage that; its own words stand above.")
        return False
    return True


def provide_if_it_has(packages: list[str], *, allowed: bool) -> None:
    """Installs those of `packages` that this system has, where that was allowed; goes on without the rest."""
    if not (packages and allowed and shutil.which("apt-get") and os.geteuid() == 0):
        return
    if not _has(packages):
        _apt("update")
    if known := _has(packages):
        _apt("install", "-y", "--no-install-recommends", *known)


def _has(packages: list[str]) -> list[str]:
    """Those of them that apt knows just now."""
    return [
        package
        for package in packages
        if subprocess.run(["apt-cache", "show", package], capture_output=True).returncode == 0
    ]


def _apt(*what: str) -> bool:
    return _run(["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", *what])


def _run(step: list[str], told: str = "") -> bool:
    print(shlex.join(step), flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(step, env=environment, stdout=subprocess.DEVNULL, input=told.encode())
    return done.returncode == 0
