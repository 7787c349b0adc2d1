"""What is raised while the keys cannot be had just now. Nothing was changed; a minute later it may work."""

SECONDS = 60


class NotNow(Exception):
    """The keys cannot be had just now. `seconds`: when it is worth trying again."""

    seconds = SECONDS


class NoAnswer(NotNow):
    """The process that holds the keys does not answer, or cannot reach its own database."""


class TooMany(NotNow):
    """More keys were asked for in this minute than the process that holds them gives out."""
