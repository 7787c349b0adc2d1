"""A program that the tests start: one web process of several, that asks for one network.

python tests/integration/counting_together.py URL TIMES

Says "ready", waits for a line, tries so often, and says how often it was let in.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
NOW = datetime(2026, 11, 23, 12, 59, 59, tzinfo=UTC)


def main() -> None:
    """Does what the command line says."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "survivor_portal.config.settings.test"
    import django
    from django.test import RequestFactory

    django.setup()
    from survivor_portal import counts
    from survivor_portal.web.safety import networks

    counts.COUNTS = counts.Counts(lambda: sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    let_in = 0
    for _ in range(int(sys.argv[2])):
        request = RequestFactory().post("/c/", REMOTE_ADDR="192.0.2.7")
        try:
            networks.charge(request, networks.What.opening, NOW)
        except networks.Full:
            continue
        let_in += 1
    print(let_in, flush=True)


if __name__ == "__main__":
    main()
