"""What is over at the desk is deleted, and what is not stays; and where sign-ins are remembered."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone

from survivor_portal.advocates import organisations, remembered, second_factor, tickets, upkeep
from survivor_portal.advocates.models import AtDesk, Deed, Person, Remembered, Ticket
from survivor_portal.jobs import table
from survivor_portal.keystore import shred
from tests.desk import a_person, at_desk

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LONG = "an older secret key of this site, fifty signs or longer, say sixty"


def a_bit_of_everything(at: datetime) -> None:
    """A desk, a sign-in, a deed, something remembered; a link made so that it ends half an hour after."""
    person = a_person(f"Person of {at:%Y %j}")
    at_desk(person, at)
    _, team_id = organisations.make("Helpline", "", "Team", at)
    tickets.invite_first(team_id, person.email, at - tickets.JOIN_LASTS + timedelta(minutes=30))
    later = at + timedelta(minutes=30)
    Session.objects.create(session_key=person.id, session_data="x", expire_date=later)
    Remembered.objects.create(cache_key=person.id, value="x", expires=later)


def test_the_worker_deletes_what_is_over_and_nothing_else() -> None:
    a_bit_of_everything(NOW - timedelta(days=366))
    a_bit_of_everything(NOW)
    gone = a_person("Gone Away")
    Person.objects.filter(pk=gone.id).update(is_active=False)

    for _ in range(2):
        table.HANDLERS["desk"](mock.Mock(), NOW + timedelta(minutes=1))

    counted = [model.objects.count() for model in (AtDesk, Ticket, Deed, Session, Remembered)]
    assert counted == [1, 1, 1, 1, 1]
    assert Deed.objects.get().at == NOW
    assert Person.objects.count() == 3
    assert shred.existing([gone.id]) == set()
    upkeep.sweep(NOW + timedelta(minutes=31))
    assert not any(model.objects.exists() for model in (AtDesk, Ticket, Session, Remembered))


def test_what_is_remembered_is_named_by_nobody_and_lasts_its_time() -> None:
    used = "mfa.totp.used?user=ana&code=123456"
    assert cache.add(used, True, timeout=60)
    assert not cache.add(used, True, timeout=60)
    row = Remembered.objects.get()
    assert used not in f"{row.cache_key} {row.value}"
    assert row.expires > timezone.now()
    assert row.cache_key == remembered.name(used, "", 1)
    with mock.patch.object(site, "SECRET_KEY", LONG):
        assert remembered.name(used, "", 1) != row.cache_key


def test_the_secret_of_a_second_step_opens_with_the_current_and_with_an_older_key(settings) -> None:
    first = settings.SECRET_KEY
    envelope = second_factor.encrypt("JBSWY3DPEHPK3PXP é")
    assert "JBSWY3DPEHPK3PXP" not in envelope
    assert envelope != second_factor.encrypt("JBSWY3DPEHPK3PXP é")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = LONG, [first]
    assert second_factor.decrypt(envelope) == "JBSWY3DPEHPK3PXP é"
    assert second_factor.encrypt("x").split(".")[1] != envelope.split(".")[1]
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(second_factor.Unreadable):
        second_factor.decrypt(envelope)


def test_no_changed_secret_of_a_second_step_opens() -> None:
    envelope = second_factor.encrypt("JBSWY3DPEHPK3PXP")
    _, name, sealed = envelope.split(".")
    wrong = ["", "JBSWY3DPEHPK3PXP", f"2.{name}.{sealed}", f"1.{name}.", f"1.{name}.%%%"]
    wrong += [f"1.00000000.{sealed}"]
    for place in range(2, len(envelope) - 4, 37):
        sign = "A" if envelope[place] != "A" else "B"
        wrong.append(envelope[:place] + sign + envelope[place + 1 :])
    for one in wrong:
        with pytest.raises(second_factor.Unreadable):
            second_factor.decrypt(one)
