"""The one table of the second database: a shred key a case, wrapped under the key of a day.

Each clear column stands in `docs/clear-columns.csv` with its reason.
"""

from django.db import models


class Shred(models.Model):
    """Half of what opens a case. Once it is gone the case is gone, for everybody."""

    id = models.CharField(max_length=32, primary_key=True)
    epoch = models.PositiveIntegerField(db_index=True)
    wrapped = models.BinaryField()

    def __str__(self) -> str:
        return "a shred key"
