"""A program that the tests start: it gives letters away, or hands them over, or asks how it went.

python tests/integration/mailing_worker.py put COUNT | work | told
"""

import io
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
LEASE_SECONDS = 2


def main() -> None:
    """Does what the command line says."""
    import django
    from django.conf import settings

    django.setup()
    settings.SLIP_LEASE_SECONDS = LEASE_SECONDS
    settings.MAIL_HOLD_SECONDS = 0
    {"put": put, "work": work, "told": told}[sys.argv[1]]()


def put() -> None:
    """Makes a case and gives that many letters of it away."""
    from django.core.management import call_command
    from django.utils import timezone

    from survivor_portal.cases import access
    from survivor_portal.correspondence import outgoing, relays

    for database in ("default", "keys"):
        call_command("migrate", database=database, verbosity=0)
    call_command("rotate_epoch", stdout=io.StringIO())
    access.prepare()
    now = timezone.now()
    case = access.open_new(now).session.case
    outgoing.MOST_A_DAY = int(sys.argv[2])
    drafts = [
        outgoing.Draft(f"desk-{number}@reports.example", "A request", "Hello.", 2)
        for number in range(int(sys.argv[2]))
    ]
    outgoing.put(case, "a" * 32, relays.draw(), drafts, now)


def work() -> None:
    """Works until it is killed."""
    from survivor_portal.jobs import tasks
    from survivor_portal.jobs.work import work

    tasks.SECONDS_BETWEEN = 0.5
    work(processes=1, clock=True)


def told() -> None:
    """Prints the results in the slot, and how many letters, capsules and keys are left."""
    from survivor_portal.cases.models import Arrival
    from survivor_portal.correspondence.models import Outgoing
    from survivor_portal.keystore.models import Capsule, CapsuleKey

    kinds = list(Arrival.objects.order_by("kind").values_list("kind", flat=True))
    left = [model.objects.count() for model in (Outgoing, Capsule, CapsuleKey)]
    print(json.dumps([kinds, left]))


if __name__ == "__main__":
    main()
