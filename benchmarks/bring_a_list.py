"""How long a list of cases takes, and how much memory, as it grows tenfold.

    python benchmarks/bring_a_list.py

On a fresh SQLite file, without pages and network. Each size runs in a process of its
own, so that its peak is its own. Prints a table for docs/performance.md.
"""

import csv
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
SIZES = (100, 1000)
LINKS = 20
SITES = ("social.example", "x.com/someone/status", "www.reddit.com/r/a/comments", "video.example/watch")


def main() -> None:
    """Brings lists of each size, and prints what it took."""
    if len(sys.argv) > 2 and sys.argv[1] == "--one":
        one(int(sys.argv[2]))
        return
    heads = ("list, MB", "look through, s", "make, s", "all, s", "of it processor, s")
    print("| " + " | ".join((f"cases x {LINKS} links", *heads, "peak beside the program, MB")) + " |")
    print("|---" * (len(heads) + 2) + "|")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            environ = os.environ | {"DATA_DIR": folder}
            subprocess.run([sys.executable, __file__, "--one", str(size)], check=True, env=environ, cwd=HOUSE)


def one(size: int) -> None:
    """One list, in this process."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "survivor_portal.config.settings.test"}
    sys.path[0] = str(HOUSE)  # the folder itself has a `queue`, which Python has too
    import django

    django.setup()
    _prepare()
    from survivor_portal import lists
    from survivor_portal.cases import actors
    from survivor_portal.takedowns import bringing
    from tests import desk

    now = datetime.now(UTC)
    team = desk.a_team(["Ana Li"])
    by = actors.staff(team.people[0].id, "Ana Li", team.card.name)
    # The tables of sites and links stay in memory once they are there; they are no part of a list.
    few = table(2, now)
    bringing.make(team.card, lists.read_cases(few, now.date()), now, by=by, run="few", purpose="")
    text = table(size, now)
    before, busy, start = _resident(), time.process_time(), time.perf_counter()
    checked = bringing.check(lists.read_cases(text, now.date()))
    looked = time.perf_counter()
    assert not checked.faults, checked.faults[:3]
    made = bringing.make(team.card, lists.read_cases(text, now.date()), now, by=by, run="many", purpose="")
    done, busy = time.perf_counter(), time.process_time() - busy
    assert (made.cases, made.places) == (size, size * LINKS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {size:,} | {len(text.encode()) / 1e6:.2f} | {looked - start:.1f} | {done - looked:.1f} "
        f"| {done - start:.1f} | {busy:.1f} | {max(peak - before, 0):.1f} |",
        flush=True,
    )


def table(size: int, now: datetime) -> str:
    """A list of so many cases, as a helpline would write it out of its own table."""
    text = io.StringIO()
    writer = csv.writer(text)
    names = "case,link,age_then,age_now,happened,picture,consent,maker,forced,country,reported,agreed_by"
    writer.writerow([*names.split(","), "release_signed", "release_until", "release_on_file"])
    day = now.date()
    for case in range(size):
        links = "\n".join(f"https://{SITES[n % len(SITES)]}/{case * 1000 + n}" for n in range(LINKS))
        said = ["adult", "adult", "posted", "real", "never", "other", "no", "US", "not_yet", "adult"]
        dates = [(day - timedelta(days=9)).isoformat(), (day + timedelta(days=90)).isoformat()]
        writer.writerow([f"N-{case}", links, *said, *dates, "yes"])
    return text.getvalue()


def _resident() -> float:
    """What the program has in memory now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


def _prepare() -> None:
    import logging

    from django.core.management import call_command

    from survivor_portal.keystore import epochs

    logging.disable(logging.CRITICAL)
    call_command("migrate", verbosity=0)
    call_command("migrate", database="keys", verbosity=0)
    epochs.make(datetime.now(UTC))


if __name__ == "__main__":
    main()
