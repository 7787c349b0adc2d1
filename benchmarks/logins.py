"""A thousand people open their cases in the same moment: what the site takes in memory, whom it refuses, and how
long those wait who are inside already.

    python benchmarks/logins.py [logins] [web processes] [bursts]

Starts the site as `manage.py up` does, with cases of its own and phrases at their real cost. All logins of a burst
are sent at once, each over a connection of its own; the site rests between bursts. Beside them a process of its own
asks for the page of an open case: eight clients, each fetching one page after the other over a new connection, with
50 ms between two. A page counts when it was asked for between the first login of a burst and the last answer; its
time runs from before the connection until the whole page is there. Everybody shares this machine's processors, the
thousand clients too.

Prints a table for docs/performance.md. Bars: memory above that at rest under processors x 64 MiB + 300 MiB,
everybody else gets 503, pages of a case within one second (95 of 100).
"""

import asyncio
import json
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
INSIDE = 8
BETWEEN_PAGES = 0.05
BETWEEN_BURSTS = 3.0
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
    # In place of this folder, where a module of the library would be looked for under the name of another file.
    sys.path[0] = str(HOUSE)
    if sys.argv[1:2] == ["inside"]:
        asyncio.run(_inside(int(sys.argv[2]), sys.argv[3]))
        return
    logins = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    bursts = int(sys.argv[3]) if len(sys.argv) > 3 else 5
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
            asyncio.run(_measure(port, site.pid, said[-2], said[-1].split(), logins, processes, bursts))
        finally:
            site.terminate()
            site.wait(20)


async def _measure(
    port: int, pid: int, token: str, codes: list[str], logins: int, processes: int, bursts: int
) -> None:
    status, head, page = await _ask(port, b"GET /c/ HTTP/1.1\r\n")
    cookie = re.search(r"(?i)set-cookie: ([^;]+)", head)
    form = dict(re.findall(r'name="(csrfmiddlewaretoken|since)" value="([^"]*)"', page))
    assert status == 200
    assert cookie is not None
    await asyncio.sleep(2.5)  # nobody types code and phrase in less than two seconds
    load, rest, over, peak = os.getloadavg()[0], _pss(pid), asyncio.Event(), [0]
    watch = asyncio.create_task(_watch(pid, over, peak))
    asking = [sys.executable, __file__, "inside", str(port), token]
    inside = await asyncio.create_subprocess_exec(
        *asking, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    found: Counter[int] = Counter()
    spans: list[tuple[float, float]] = []
    for _ in range(bursts):
        await asyncio.sleep(BETWEEN_BURSTS)
        began = time.monotonic()
        found.update(
            await asyncio.gather(
                *(_login(port, cookie[1], form, codes[number % len(codes)]) for number in range(logins))
            )
        )
        spans.append((began, time.monotonic()))
    said, _ = await inside.communicate(b"")
    over.set()
    await watch
    pages = [(at, took, status) for at, took, status in json.loads(said)]
    assert {status for *_, status in pages} == {200}, Counter(status for *_, status in pages)
    waits = [[took for at, took, _ in pages if begun <= at <= ended] for begun, ended in spans]
    every = sorted(took for burst in waits for took in burst)
    calm = [took for at, took, _ in pages if not any(begun <= at <= ended + 1 for begun, ended in spans)]
    bar = (os.cpu_count() or 1) * 64 + 300
    print(
        "| load before | web processes | logins | opened | refused (503) | other | a burst answered in | memory above rest"
        " | bar | pages asked | median, 95 of 100, longest | 95 of 100 in each burst | median between bursts |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    print(
        f"| {load:.1f} | {processes} | {bursts} x {logins} | {found[303]} | {found[503]} |"
        f" { {code: count for code, count in found.items() if code not in (303, 503)} or 0 } |"
        f" {', '.join(f'{ended - begun:.1f}' for begun, ended in spans)} s | {(peak[0] - rest) / MIB:.0f} MiB | {bar} MiB |"
        f" {len(every)} | {statistics.median(every):.2f} s, {_of_100(every, 95):.2f} s, {every[-1]:.2f} s |"
        f" {', '.join(f'{_of_100(sorted(burst), 95):.2f}' for burst in waits)} s | {statistics.median(calm):.3f} s |"
    )


def _of_100(ordered: list[float], part: int) -> float:
    """The time within which so many of a hundred came."""
    return ordered[min(len(ordered) - 1, len(ordered) * part // 100)] if ordered else float("nan")


async def _login(port: int, cookie: str, form: dict[str, str], code: str) -> int:
    from urllib.parse import urlencode

    body = urlencode(form | {"step": "open", "code": code, "phrase": PHRASE, "go": "1"}).encode()
    lines = (
        f"POST /c/ HTTP/1.1\r\nCookie: {cookie}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    )
    return (await _ask(port, lines.encode(), body))[0]


async def _inside(port: int, token: str) -> None:
    """Asks for the page of a case until standard input ends; prints when each was asked for, how long it took
    in seconds, and its status."""
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    found: list[tuple[float, float, int]] = []

    async def one(number: int) -> None:
        await asyncio.sleep(BETWEEN_PAGES * number / INSIDE)
        while not over.is_set():
            began = time.monotonic()
            status, _head, page = await _ask(port, f"GET /c/ HTTP/1.1\r\nCookie: k={token}\r\n".encode())
            found.append((began, time.monotonic() - began, status if "</html>" in page else 0))
            await asyncio.sleep(BETWEEN_PAGES)

    await asyncio.gather(*(one(number) for number in range(INSIDE)))
    print(json.dumps(found))


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
