"""The tables of correspondence: which address belongs to which request, and which letters are on their way.

Each clear column stands in `docs/clear-columns.csv` with its reason. Neither
address nor letter is here.
"""

from django.db import models

from survivor_portal.cases.models import Case


class Relay(models.Model):
    """One address, found by a keyed hash of it. It goes with its case."""

    id = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="relays")
    # The request's own table is on a floor above.
    takedown_id = models.CharField(max_length=32, unique=True)
    closes_on = models.DateField(db_index=True)
    day = models.DateField(null=True)
    of_day = models.PositiveSmallIntegerField(default=0)
    in_all = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return "an address"


class Fresh(models.Model):
    """A case for which mail came in since a worker last looked; gone a minute later, and with its case."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return "mail came in"


class Outgoing(models.Model):
    """A letter that is on its way out, named as its capsule is. Gone once it left, failed or was stopped."""

    id = models.CharField(max_length=32, primary_key=True)
    relay = models.ForeignKey(Relay, on_delete=models.CASCADE, related_name="outgoing")
    # When nobody can read the capsule any more: the hour it expires.
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "a letter on its way"
