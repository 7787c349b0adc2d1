"""A thousand people open their cases in the same moment: what the site takes in memory, whom it refuses, and how
long those wait who are inside already.

    python benchmarks/logins.py [logins] [web processes]

Starts the site as `manage.py up` does, with cases of its own and phrases at their real cost. Prints a table for
docs/performance.md. Bars: memory above that at rest under processors x 64 MiB + 300 MiB, everybody else gets 503,
pages of a case within one second (95 of 100).
"""

import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
CASES = 48
PHRASE = "a blue bicycle by the lake"
MIB = 1024 * 1024
MAKE = """
import sys
from datetime import UTC, datetime
import django
django.setup()
from survivor_portal.cases import access, book, records
access.prepare()
now = datetime.now(UTC)
made = [access.open_new(now, phrase=sys.argv[2]) for _ in range(int(sys.argv[1]))]
records.add(made[0].session.case, "plan", {"answers": {"country": "DE"}}, book.Note("plan_kept"), now)
print(made[0].session.token.hex())
print(*(new.code for new in made))
"""


def main() -> None:
    """Starts the site, sends everybody at once, prints."""
    logins = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "survivor_portal.config.settings.dev",
        }
        up = [sys.executable, "manage.py", "up", "--port", "0", "--jobs", "0", "--workers", str(processes)]
        site = subprocess.Popen(
            up, cwd=HOUSE, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            assert site.stdout is not None
            port = next(int(m[1]) for line in site.stdout if (m := re.search(r"Ready: .*:(\d+)/", line)))
            threading.Thread(target=site.stdout.read, daemon=True).start()
            said = subprocess.run(
                [sys.executable, "-c", MAKE, str(CASES), PHRASE],
                cwd=HOUSE, env=env, check=True, capture_output=True, text=True,
            ).stdout.splitlines()  # fmt: skip
            asyncio.run(_measure(port, site.pid, said[-2], said[-1].split(), logins, processes))
        finally:
            site.terminate()
            site.wait(20)


async def _measure(port: int, pid: int, token: str, codes: list[str], logins: int, processes: int) -> None:
    status, head, page = await _ask(port, b"GET /c/ HTTP/1.1\r\n")
    cookie = re.search(r"(?i)set-cookie: ([^;]+)", head)
    form = dict(re.findall(r'name="(csrfmiddlewaretoken|since)" value="([^"]*)"', page))
    assert status == 200
    assert cookie is not None
    await asyncio.sleep(2.5)  # nobody types code and phrase in less than two seconds
    rest, over, peak = _pss(pid), asyncio.Event(), [0]
    watch = asyncio.create_task(_watch(pid, over, peak))
    inside = asyncio.create_task(_inside(port, token, over))
    began = time.perf_counter()
    answers = await asyncio.gather(
        *(_login(port, cookie[1], form, codes[number % len(codes)]) for number in range(logins))
    )
    spent = time.perf_counter() - began
    over.set()
    waits = await inside
    await watch
    found = Counter(answers)
    bar = (os.cpu_count() or 1) * 64 + 300
    print(
        "| web processes | logins | opened | refused (503) | other | all answered in | at rest | most above that"
        " | bar | page of a case: median, 95 of 100 | asked |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    print(
        f"| {processes} | {logins} | {found[303]} | {found[503]} |"
        f" { {code: count for code, count in found.items() if code not in (303, 503)} or 0 } |"
        f" {spent:.1f} s | {rest / MIB:.0f} MiB | {(peak[0] - rest) / MIB:.0f} MiB | {bar} MiB |"
        f" {statistics.median(waits):.2f} s, {statistics.quantiles(waits, n=20)[-1]:.2f} s | {len(waits)} |"
    )


async def _login(port: int, cookie: str, form: dict[str, str], code: str) -> int:
    from urllib.parse import urlencode

    body = urlencode(form | {"step": "open", "code": code, "phrase": PHRASE, "go": "1"}).encode()
    lines = (
        f"POST /c/ HTTP/1.1\r\nCookie: {cookie}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    )
    return (await _ask(port, lines.encode(), body))[0]


async def _inside(port: int, token: str, over: asyncio.Event) -> list[float]:
    """Opens the page of a case again and again; gives how long each took, seconds."""
    waits = []
    while not over.is_set():
        began = time.perf_counter()
        status, _head, _page = await _ask(port, f"GET /c/ HTTP/1.1\r\nCookie: k={token}\r\n".encode())
        assert status == 200, status
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(0.05)
    return waits


async def _ask(port: int, lines: bytes, body: bytes = b"") -> tuple[int, str, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(lines + f"Host: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode() + body)
    answer = (await reader.read()).decode("utf-8", "replace")
    writer.close()
    head, _, page = answer.partition("\r\n\r\n")
    return int(head.split(" ", 2)[1]), head, page


async def _watch(pid: int, over: asyncio.Event, peak: list[int]) -> None:
    while not over.is_set():
        peak[0] = max(peak[0], await asyncio.to_thread(_pss, pid))
        await asyncio.sleep(0.1)


def _pss(pid: int) -> int:
    """Bytes of the process and all below it, shared pages counted once."""
    total, todo = 0, [pid]
    while todo:
        each = todo.pop()
        try:
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text("ascii")
            todo += map(int, Path(f"/proc/{each}/task/{each}/children").read_text("ascii").split())
        except OSError:
            continue
        found = re.search(r"Pss:\s+(\d+) kB", rollup)
        total += int(found[1]) * 1024 if found else 0
    return total


if __name__ == "__main__":
    main()
