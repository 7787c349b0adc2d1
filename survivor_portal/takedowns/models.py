"""One table: a request as far as it must be seen without keys, and two sealed documents."""

from django.db import models

from survivor_portal.takedowns.next_action import NEVER
from survivor_portal.takedowns.process import State

OTHER = "other"  # every site outside the directory; its name is sealed


class Takedown(models.Model):
    """One request to one party. What is clear stands in `docs/clear-columns.csv` with its reason."""

    id = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="takedowns")
    platform = models.CharField(max_length=60, default=OTHER)
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20, choices=[(state.value, state.name) for state in State])
    due_at = models.DateTimeField(null=True)  # to the hour
    # When a desk has to look at it next, to the hour: the queue's one order, so it is never empty.
    next_action_at = models.DateTimeField(default=NEVER)
    assignee = models.CharField(max_length=32, default="", blank=True)  # a person at a desk; "" for nobody
    revision = models.PositiveIntegerField()
    overview = models.BinaryField()
    details = models.BinaryField()

    class Meta:
        indexes = (
            models.Index(fields=["case", "due_at"], name="takedowns_by_due"),
            models.Index(fields=["next_action_at", "id"], name="takedowns_queue"),
            models.Index(fields=["assignee", "next_action_at", "id"], name="takedowns_of_person"),
        )

    def __str__(self) -> str:
        return "a request"
