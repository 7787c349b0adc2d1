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
}
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
    quiet = ["-qq", "-o", "DPkg::Lock::Timeout=300"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    steps = [
        (["apt-get", *quiet, "update"], ""),
        (["apt-get", *quiet, "install", "-y", "--no-install-recommends", *packages], ""),
    ]
    if "postfix" in packages:
        # Debian's own Postfix stays off then: nothing of it listens.
        steps.insert(0, (["debconf-set-selections"], _POSTFIX_STAYS_OFF))
    for step, told in steps:
        print(shlex.join(step), flush=True)
        if subprocess.run(step, env=environment, stdout=subprocess.DEVNULL, input=told.encode()).returncode:
            print("apt-get did not manage that; its own words stand above.")
            return False
    return True
