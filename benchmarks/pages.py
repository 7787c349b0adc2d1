"""How long each page takes, as times a bare Django view, both through granian, taking turns in one run.

    python benchmarks/pages.py [rounds]

Prints a table for docs/performance.md.
"""

import http.client
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
SITE_SETTINGS = "survivor_portal.config.settings.dev"
WARM_UP = 20
SITES = 20  # platforms that the links of a plan are spread over

ANSWERS = {
    "danger": False,
    "device_watched": "no",
    "asker": "self",
    "age_then": "adult",
    "age_now": "adult",
    "happened": "posted",
    "picture": "real",
    "country": "US",
    "reported": "not_yet",
}


@dataclass
class Page:
    """One page to ask for, what it may cost, and what it did cost."""

    name: str
    port: int
    path: str
    bar: str
    cookie: str = ""
    seconds: list[float] = field(default_factory=list)
    size: int = 0

    @property
    def milliseconds(self) -> float:
        return statistics.median(self.seconds) * 1000


def main() -> None:
    """Starts both servers, measures, prints."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    sys.path[0] = str(HOUSE)  # the folder itself has a `queue`, which Python has too
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": SITE_SETTINGS}
        subprocess.run([sys.executable, "-m", "survivor_portal.config.run.prepare"], cwd=HOUSE, check=True)
        site, bare = _free_port(), _free_port()
        servers = [
            _serve(site, "survivor_portal.config.wsgi:application", SITE_SETTINGS),
            _serve(bare, "survivor_portal.config.wsgi:application", "benchmarks.bare"),
        ]
        try:
            pages = _pages(site, bare)
            for page in pages:
                _wait(page.port)
            _measure(pages, rounds)
        finally:
            for server in servers:
                server.terminate()
            for server in servers:
                server.wait()
    _print(pages, rounds)


def _pages(site: int, bare: int) -> list[Page]:
    return [
        Page("bare view", bare, "/", ""),
        Page("home", site, "/", "10 x, 5 ms"),
        Page("helplines", site, "/helplines/", "10 x, 5 ms"),
        Page("question", site, "/next/", "10 x, 5 ms", cookie=_visit(0)),
        Page("plan, 10 links", site, "/next/", "30 ms", cookie=_visit(10)),
        Page("plan, 100 links", site, "/next/", "linear", cookie=_visit(100)),
        Page("plan, 300 links", site, "/next/", "1 s", cookie=_visit(300)),
    ]


def _visit(links: int) -> str:
    """A visit that stands at a question (no links) or at the plan, written as the site itself writes it."""
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from survivor_portal import directory, intake
    from survivor_portal.visits import visit as visits
    from survivor_portal.web.survivor import flow

    hosts = [p.domains[0] for p in directory.platforms() if p.domains][:: max(1, 300 // SITES)][:SITES]
    token, opened = visits.begin(timezone.now())
    if links:
        pasted = "\n".join(f"https://{hosts[n % len(hosts)]}/some/{n}" for n in range(links))
        flow.answer(opened.data, "links", {}, {"links": pasted, "places": ""})
        opened.data["answers"] = dict(ANSWERS)
        opened.data["passed"] = list(intake.BY_KEY)
        flow.open_plan(opened.data)
        assert opened.data["at"] == flow.PLAN
        assert len(opened.data["items"]) == links
    else:
        flow.answer(opened.data, "safety", {"device_watched": "no"}, {})
    visits.save(opened, timezone.now())
    return f"{settings.VISIT_COOKIE}={token.hex()}"


def _measure(pages: list[Page], rounds: int) -> None:
    lines = {page.port: http.client.HTTPConnection("127.0.0.1", page.port) for page in pages}
    for number in range(WARM_UP + rounds):
        for page in pages:
            slow = page.seconds and page.milliseconds > 50
            if slow and number % 10:
                continue  # a slow page needs fewer turns for a steady median
            began = time.perf_counter()
            lines[page.port].request("GET", page.path, headers={"Cookie": page.cookie} if page.cookie else {})
            answer = lines[page.port].getresponse()
            body = answer.read()
            spent = time.perf_counter() - began
            assert answer.status == 200, f"{page.name}: {answer.status}"
            page.size = len(body)
            if number >= WARM_UP:
                page.seconds.append(spent)
    for line in lines.values():
        line.close()


def _serve(port: int, target: str, settings: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
            "--workers", "1", "--blocking-threads", "4", "--no-ws", "--no-access-log", "--log-level", "error",
            target,
        ],
        cwd=HOUSE,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": settings},
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


def _wait(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"no answer on port {port}")


def _print(pages: list[Page], rounds: int) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=HOUSE, capture_output=True, text=True
    )
    bare = pages[0].milliseconds
    print(f"{rounds} rounds, Python {platform.python_version()}, {os.cpu_count()} cores\n")
    print("| date | commit | page | median ms | times the bare view | bar | KB |")
    print("|---|---|---|---|---|---|---|")
    for page in pages:
        print(
            f"| {date.today()} | {commit.stdout.strip()} | {page.name} | {page.milliseconds:.2f} "
            f"| {page.milliseconds / bare:.1f} | {page.bar} | {page.size / 1024:.1f} |"
        )


if __name__ == "__main__":
    main()
