"""One counter per channel and month: how often somebody said that an address did not work."""

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
