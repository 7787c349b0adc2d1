"""Counters by month: addresses that did not work, and what a team's work came to."""

from django.db import models


class WrongAddress(models.Model):
    """`channel` is "platform:channel" of the directory, `month` its first day."""

    channel = models.CharField(max_length=120)
    month = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["channel", "month"], name="one_counter_a_channel_and_month"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.month:%Y-%m}"


class TeamCount(models.Model):
    """One counter per team, month, kind of event and row. `row`: "" for all, or a site or a law."""

    team = models.CharField(max_length=32)
    month = models.DateField()
    what = models.CharField(max_length=10)
    row = models.CharField(max_length=80, default="", blank=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["team", "month", "what", "row"], name="one_counter_a_team_month_and_row"
            ),
        )

    def __str__(self) -> str:
        return f"{self.what} {self.month:%Y-%m}"
