"""Two tables: who may stop a case's notes, and which notes are planned. No address, no text.

Each clear column stands in `docs/clear-columns.csv` with its reason.
"""

from django.db import models


class Reminder(models.Model):
    """A case that gets notes. `id` is a keyed hash of the word in the link that stops them.

    `last_at`, `last_by`: when the hours began in which the last note went out, and which that was, so that
    there is one a day at most. `to_plan`: a form of this case is being done, after which its notes are
    planned anew; what still stands here later was left by a process that ended in between.
    """

    id = models.CharField(max_length=32, primary_key=True)
    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="reminder")
    last_at = models.DateTimeField(null=True)
    last_by = models.CharField(max_length=32, default="")
    to_plan = models.BooleanField(default=False)

    def __str__(self) -> str:
        return "notes for a case"


class Nudge(models.Model):
    """A note that is planned; its id is that of the capsule with address and text."""

    id = models.CharField(max_length=32, primary_key=True)
    reminder = models.ForeignKey(Reminder, on_delete=models.CASCADE, related_name="nudges")
    # A keyed hash of what it says and when, to find out whether a note is the one that is wanted.
    mark = models.CharField(max_length=32)
    # It has no time: it sleeps until an answer comes in.
    for_answer = models.BooleanField(default=False)

    def __str__(self) -> str:
        return "a note"
