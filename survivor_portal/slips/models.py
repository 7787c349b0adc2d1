"""The one table of due work: what kind, about which row, when, and how far it got. No content.

Each clear column stands in `docs/clear-columns.csv` with its reason.
"""

from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import Q


class State(StrEnum):
    """How far a slip got. `dead` was tried as often as it may be: it stays until the operator looks."""

    waiting = "waiting"
    taken = "taken"
    done = "done"
    dead = "dead"


class Digits(models.CharField):
    """Always as many digits as it is long, and never looked up by its beginning.

    For the latter PostgreSQL would get a second index of each unique column: two more to be written at each
    step of a slip, which cost a fifth of handing it out where there are a million.
    """

    def db_type(self, connection: Any) -> str:
        return f"char({self.max_length})"


class Slip(models.Model):
    """One thing to do. `due_at` is when to begin; of what is done or dead, when that came to be."""

    id = Digits(max_length=32, primary_key=True)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    key = Digits(max_length=64, unique=True)
    state = models.CharField(max_length=8, choices=[(state.value, state.name) for state in State])
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    token = models.CharField(max_length=32, default="")

    class Meta:
        # State first: what is done, or not due yet, is never looked at, however much of it there is.
        indexes = (
            models.Index(fields=["state", "due_at"], name="slips_what_is_due"),
            models.Index(fields=["state", "lease_until"], name="slips_what_was_left"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state="taken", lease_until__isnull=False) & ~Q(token="")
                | ~Q(state="taken") & Q(lease_until__isnull=True, token=""),
                name="slips_taken_is_leased",
            ),
        )

    def __str__(self) -> str:
        return "a slip"
