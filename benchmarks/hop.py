"""What it costs that the keys of a larger site are in a process of their own: one key, near and over the socket.

    python benchmarks/hop.py [tries]

Both take turns, on the same rows. On the clock, as a page waits for it. Prints a table for docs/performance.md.
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


def main() -> None:
    """Makes two databases and a key process of its own, measures, prints."""
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    sys.path[0] = str(HOUSE)  # the folder itself has a `queue`, which Python has too
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "survivor_portal.config.settings.dev"}
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        from survivor_portal.keystore import far, near, rotation
        from tests.integration.key_process import KeyProcess

        call_command("migrate", database="keys", verbosity=0)
        rotation.rotate(datetime.now(UTC))
        names = [f"{number:032x}" for number in range(1000)]
        near.create_shreds(names)
        process = KeyProcess(Path(folder) / "sockets")
        try:
            settings.KEYS_SOCKET = process.socket("web")
            spent: dict[str, list[float]] = {"in this process": [], "over the socket": []}
            for number in range(tries):
                name = [names[number % len(names)]]
                spent["in this process"].append(_timed(near.get_shreds, name))
                spent["over the socket"].append(_timed(far.get_shreds, name))
        finally:
            process.stop()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| one key of a case | median ms | middle half |")
    print("|---|---|---|")
    for what, found in spent.items():
        low, middle, high = (value * 1000 for value in statistics.quantiles(found, n=4))
        print(f"| {what} | {middle:.2f} | {low:.2f} to {high:.2f} |")


def _timed(ask: Callable[[list[str]], object], names: list[str]) -> float:
    start = time.perf_counter()
    ask(names)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
