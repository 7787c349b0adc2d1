"""The table of addresses: which one belongs to which request, until when, and how often it was written to.

Each clear column stands in `docs/clear-columns.csv` with its reason. The address itself is not here.
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
