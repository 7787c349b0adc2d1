"""What opening a case costs at the real price of a phrase, and whether an unknown code takes as long.

    python benchmarks/unlock.py [tries] [runs]

Wrong phrase and unknown code take turns. The part beside the key is processor time, which other programs on the
machine touch less; the differences are given on the clock, as somebody outside would measure them, and in processor
time. Prints tables for docs/performance.md.
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
# Everything beside the slow key of the phrase may cost at most this part of it.
BESIDE = 0.25
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WRONG = "a blue bicycle by the lake"


def main() -> None:
    """Makes two databases of its own, measures, prints."""
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    sys.path[0] = str(HOUSE)  # the folder itself has a `queue`, which Python has too
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "survivor_portal.config.settings.dev"}
        _site()
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
        _opening(tries)
        for run in range(1, runs + 1):
            _differences(tries, run)


def _site() -> None:
    import django

    django.setup()
    from django.conf import settings

    settings.FLOOD_FROM = sys.maxsize  # so many tries in vain are no flood here
    from django.core.management import call_command

    from survivor_portal.cases import access
    from survivor_portal.keystore import rotation

    for database in ("default", "keys"):
        call_command("migrate", database=database, verbosity=0)
    rotation.rotate(NOW)
    access.prepare()


def _opening(tries: int) -> None:
    """Opening with the right phrase; the slow key is timed within each opening."""
    from unittest import mock

    from survivor_portal import seals
    from survivor_portal.cases import access

    new = access.open_new(NOW)
    plain = seals.phrase_key
    spent: list[float] = []

    def timed_key(phrase: str, salt: bytes, cost: seals.Cost) -> bytes:
        start = time.process_time()
        key = plain(phrase, salt, cost)
        spent.append(time.process_time() - start)
        return key

    with mock.patch.object(seals, "phrase_key", timed_key):
        whole = [
            _timed(lambda: access.open_with(new.code, new.phrase, NOW), time.process_time)
            for _ in range(tries)
        ]
    beside = [all_of_it - key for all_of_it, key in zip(whole, spent, strict=True)]
    part = statistics.median(rest / key for rest, key in zip(beside, spent, strict=True))
    print("| what | median processor ms | part of the slow key | bar |")
    print("|---|---|---|---|")
    print(f"| slow key | {statistics.median(spent) * 1000:.1f} | | |")
    print(f"| everything beside it | {statistics.median(beside) * 1000:.1f} | {part:.2f} | {BESIDE} |\n")


def _differences(tries: int, run: int) -> None:
    """A wrong phrase of a real code against an unknown code, taking turns; on the clock and in processor time."""
    from survivor_portal.cases import access, codes
    from survivor_portal.cases.models import Throttle

    real, unknown = access.open_new(NOW).code, codes.new_code()
    clock: dict[str, list[float]] = {real: [], unknown: []}
    work: dict[str, list[float]] = {real: [], unknown: []}
    for number in range(tries):
        for code in (real, unknown) if number % 2 else (unknown, real):
            began, spent = time.perf_counter(), time.process_time()
            _in_vain(code)
            clock[code].append(time.perf_counter() - began)
            work[code].append(time.process_time() - spent)
        Throttle.objects.all().delete()
    if run == 1:
        print(
            "| run | measured | wrong phrase: median and middle half ms | unknown code | medians differ by |"
        )
        print("|---|---|---|---|---|")
    for name, found in (("clock", clock), ("processor", work)):
        of_real, of_unknown = statistics.median(found[real]), statistics.median(found[unknown])
        print(
            f"| {run} | {name} | {_shown(found[real])} | {_shown(found[unknown])} "
            f"| {abs(of_real - of_unknown) * 1000:.2f} ms, {abs(of_real / of_unknown - 1):.2%} |"
        )


def _shown(seconds: list[float]) -> str:
    low, middle, high = (value * 1000 for value in statistics.quantiles(seconds, n=4))
    return f"{middle:.2f} ({low:.1f} to {high:.1f})"


def _in_vain(code: str) -> None:
    from survivor_portal.cases import access

    try:
        access.open_with(code, WRONG, NOW)
    except access.NotOpened:
        return
    raise AssertionError("it opened")


def _timed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    start = clock()
    work()
    return clock() - start


if __name__ == "__main__":
    main()
