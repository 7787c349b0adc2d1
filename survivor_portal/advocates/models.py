"""The tables of the people at a desk: who they are, their teams, and what their keys are locked with.

These are staff, never survivors. A team's secret half is sealed to each member's
public key, and a member's secret half opens with the password and a shred key of its own.
"""

from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from survivor_portal.advocates.who import Role


class TicketKind(StrEnum):
    """What a link for one person is good for."""

    invitation = "join"
    reset = "reset"
    # The second step as well.
    anew = "anew"


class Organisation(models.Model):
    """A helpline, a law clinic, a child advocacy centre: its public words, and how a survivor finds it."""

    id = models.CharField(max_length=32, primary_key=True)
    # Short, public, read aloud on the phone.
    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, default="", blank=True)
    # In the agency's own words: what its people must report, and what they do when a life is in danger.
    notice = models.TextField(default="", blank=True)
    danger_plan = models.TextField(default="", blank=True)
    # Whose clock its people see unless they chose another one; "" for UTC.
    zone = models.CharField(max_length=40, default="", blank=True)
    created_on = models.DateField()

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People of an organisation who share what was granted to them. Without a pair until its first lead."""

    id = models.CharField(max_length=32, primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=120)
    public_key = models.BinaryField(default=bytes)
    key_number = models.PositiveIntegerField(default=0)
    # The team's secret half for whoever has the printed recovery key; empty where none was printed.
    recovery_key = models.BinaryField(default=bytes)
    recovery_sealed = models.BinaryField(default=bytes)
    created_on = models.DateField()

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["Person"]):
    """Finds people by their work address, whatever the case of its letters."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody who works at a desk."""

    id = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    # Of somebody who left, in place of the address: who comes back with it is the same person to a case that
    # is not to be shown to them.
    left_mark = models.CharField(max_length=32, default="", blank=True)
    public_key = models.BinaryField(default=bytes)
    salt = models.BinaryField(default=bytes)
    wrap = models.BinaryField(default=bytes)
    # The clock they chose; "" for their organisation's.
    zone = models.CharField(max_length=40, default="", blank=True)
    created_on = models.DateField()
    # When somebody last came in is nobody's business.
    last_login = None

    objects = People()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's seat in a team. `sealed` is empty until a colleague has let them in."""

    id = models.CharField(max_length=32, primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=[(role.value, role.name) for role in Role])
    key_number = models.PositiveIntegerField(default=0)
    sealed = models.BinaryField(default=bytes)
    joined_on = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["team", "person"], name="one_seat_a_person_and_team"),)

    def __str__(self) -> str:
        return "a seat"


class Ticket(models.Model):
    """A link for one person, good once: to join a team, or to set a new password."""

    id = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.name) for kind in TicketKind])
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="tickets")
    role = models.CharField(max_length=12, default="", blank=True)
    email = models.EmailField(default="", blank=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="tickets")
    made_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "a link for one person"


class AtDesk(models.Model):
    """Somebody's open desk, for as long as the cookie lives. Row alone opens nothing, nor does the cookie."""

    id = models.CharField(max_length=64, primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="at_desk")
    sealed = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "an open desk"


class Deed(models.Model):
    """What somebody did with a team, for its leads: who joined, left, got a new password. Kept for a year."""

    id = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=30)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="deeds")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    about = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return "a deed"


class SavedFilter(models.Model):
    """A way of looking at the queue that somebody kept, sealed to that person."""

    id = models.CharField(max_length=32, primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="filters")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return "a saved filter"


class Remembered(models.Model):
    """What the accounts' library remembers for minutes, such as a code that was used. See `remembered`."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "something remembered"
