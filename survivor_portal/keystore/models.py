"""The tables of the second database: keys of cases and of capsules, wrapped under the key of a day.

Only what is in the capsules lies in the first: neither database opens one without the other.

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


class CapsuleKey(models.Model):
    """What opens the outer lock of a capsule. Once it is gone the capsule is gone, for everybody."""

    id = models.CharField(max_length=32, primary_key=True)
    epoch = models.PositiveIntegerField(db_index=True)
    wrapped = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "the key of a capsule"


class Capsule(models.Model):
    """What a worker needs to do one thing, locked twice. It lies in the first database."""

    id = models.CharField(max_length=32, primary_key=True)
    purpose = models.CharField(max_length=40)
    expires_at = models.DateTimeField(db_index=True)
    envelope = models.BinaryField()

    def __str__(self) -> str:
        return "a capsule"
