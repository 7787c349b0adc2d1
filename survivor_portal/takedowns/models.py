"""One table: a request as far as it must be seen without keys, and two sealed documents."""

from django.db import models

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
    revision = models.PositiveIntegerField()
    overview = models.BinaryField()
    details = models.BinaryField()

    class Meta:
        indexes = (models.Index(fields=["case", "due_at"], name="takedowns_by_due"),)

    def __str__(self) -> str:
        return "a request"
