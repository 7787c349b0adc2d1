"""The tables of kept cases: envelopes, and as little beside them as can be.

Each clear column stands in `docs/clear-columns.csv` with its reason. Exact times are inside the envelopes.
"""

from enum import StrEnum

from django.db import models


class Owner(StrEnum):
    """Who holds the case. `nobody` is the one that stands in where a code is unknown.

    `team`: a desk brought it along, with a written release on file; no phrase opens it.
    """

    person = "person"
    guardian = "guardian"
    team = "team"
    nobody = "nobody"


class Case(models.Model):
    """One case: how it is found, how it is opened, when it goes."""

    id = models.CharField(max_length=32, primary_key=True)
    code_index = models.CharField(max_length=32, unique=True)
    owner = models.CharField(max_length=10, choices=[(owner.value, owner.name) for owner in Owner])
    kdf = models.PositiveSmallIntegerField(default=1)
    salt = models.BinaryField()
    wrap = models.BinaryField(default=bytes)
    recovery_salt = models.BinaryField(default=bytes)
    recovery_wrap = models.BinaryField(default=bytes)
    public_key = models.BinaryField(default=bytes)
    # The case's key, sealed to the pair whose secret half is what phrase and recovery code open.
    owner_key = models.BinaryField(default=bytes)
    sealed_key = models.BinaryField(default=bytes)
    key_number = models.PositiveIntegerField(default=1)
    # Somebody who once had the key is no longer let in: whoever opens the case next gives it a new one.
    wants_new_key = models.BooleanField(default=False)
    book_length = models.PositiveIntegerField(default=0)
    book_mark = models.BinaryField(default=bytes)
    expires_on = models.DateField(db_index=True)
    last_active_on = models.DateField()
    # Only until the phrase was typed back; empty from then on.
    confirm_by = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return "a case"


class Record(models.Model):
    """One sealed document of a case."""

    id = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="records")
    kind = models.CharField(max_length=20)
    revision = models.PositiveIntegerField()
    envelope = models.BinaryField()

    def __str__(self) -> str:
        return "a record"


class Entry(models.Model):
    """One line of a case's book. Never changed; a correction is a new line."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="entries")
    seq = models.PositiveIntegerField()
    day = models.DateField()
    leaf = models.BinaryField()
    head = models.BinaryField()
    envelope = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "seq"], name="one_entry_a_number"),)

    def __str__(self) -> str:
        return "an entry"


class Arrival(models.Model):
    """Something put in through the case's letter slot while nobody was there to open the door."""

    id = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="arrivals")
    kind = models.CharField(max_length=20)
    envelope = models.BinaryField()

    def __str__(self) -> str:
        return "an arrival"


class Entrusted(models.Model):
    """Which capsule a worker holds of which case, so that it goes when the case goes."""

    id = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="entrusted")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "a capsule of a case"


class Unlocked(models.Model):
    """An opened case, for as long as its cookie lives. Row alone opens nothing, nor does the cookie."""

    id = models.CharField(max_length=64, primary_key=True)
    tag = models.CharField(max_length=32, db_index=True)
    sealed = models.BinaryField()
    # Opened from a desk: the limits are those of a desk, and it closes with it.
    at_desk = models.CharField(max_length=64, default="", blank=True, db_index=True)
    created_at = models.DateTimeField(db_index=True)
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "an opened case"


class Grant(models.Model):
    """A written release to one team, as far as it must be seen without keys.

    `sealed` holds the key of the case and what the team may do, sealed to the team's public key; it is
    emptied when the grant ends. The words of the release stand in the case itself.
    """

    id = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="grants")
    team = models.ForeignKey("advocates.Team", on_delete=models.CASCADE, related_name="grants")
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)
    team_key_number = models.PositiveIntegerField()
    sealed = models.BinaryField(default=bytes)
    # The day on which a list last showed the case to the team; the case's own book says so too.
    listed_on = models.DateField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "team"], name="one_grant_a_case_and_team"),)

    def __str__(self) -> str:
        return "a grant"


class Look(models.Model):
    """That somebody opened a case from an open desk already, so that its book says so once. A blind name."""

    id = models.CharField(max_length=32, primary_key=True)
    made_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "a look"


class OfferKind(StrEnum):
    """What a one-time code from a desk is for."""

    let_in = "let_in"
    take_over = "take_over"


class Offer(models.Model):
    """A one-time code that a desk gave to a person, by phone or chat. Found by a keyed hash of the code."""

    id = models.CharField(max_length=32, primary_key=True)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.name) for kind in OfferKind])
    team = models.ForeignKey("advocates.Team", on_delete=models.CASCADE, related_name="offers")
    person = models.ForeignKey("advocates.Person", on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="offers")
    sealed = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "a one-time code"


class Throttle(models.Model):
    """How often somebody tried a code in vain, whether or not a case has it."""

    id = models.CharField(max_length=48, primary_key=True)
    strikes = models.PositiveIntegerField()
    unseen = models.PositiveIntegerField()
    next_try_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "a count of tries"


class Gone(models.Model):
    """A blind name of something that was ended for good, so that no backup brings it back."""

    id = models.CharField(max_length=32, primary_key=True)
    gone_on = models.DateField(db_index=True)

    def __str__(self) -> str:
        return "something ended"
