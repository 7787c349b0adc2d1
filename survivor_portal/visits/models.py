"""The one table of visits: a sealed blob under a hashed name, and two times.

Each clear column stands in `docs/clear-columns.csv` with its reason.
"""

from django.db import models


class Visit(models.Model):
    """One visit. Row alone opens nothing: the key is made from the cookie, which is never stored."""

    id = models.CharField(max_length=64, primary_key=True)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        # Neither its name nor its times: this may end up in a message.
        return "a visit"
