"""T23 for desks: a backup put back lets nobody in who was shut out since, and loses nobody's key."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session

from survivor_portal.advocates import opened, people
from survivor_portal.advocates.models import AtDesk, Membership, Person, Remembered
from survivor_portal.cases import access, departures, ending, grants
from survivor_portal.cases.models import Case, Grant
from survivor_portal.keystore import rotation, shred
from survivor_portal.steward import backups, restoring
from survivor_portal.steward.backups import Part
from survivor_portal.takedowns import rekey
from tests.desk import a_grant, a_team, at_desk
from tests.own_place import NOON

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.database,
    pytest.mark.usefixtures("place"),
]

NOW = NOON
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHRASE = "a blue bicycle by the lake"


def back_up(place: Path) -> dict[Part, Path]:
    return {part: backups.make(part, place / "backups", NOW) for part in Part}


@pytest.mark.parametrize("with_keys", [False, True], ids=["todays keys", "the backup of keys"])
def test_t23_a_restore_leaves_every_person_their_key_and_nobody_an_open_desk(
    place: Path, with_keys: bool
) -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    new = access.open_new(NOW, phrase=PHRASE)
    at_desk(team.people[0], NOW)
    Session.objects.create(session_key="k" * 32, session_data="x", expire_date=NOW + DAY)
    Remembered.objects.create(cache_key="k" * 32, value="x", expires=NOW + DAY)
    old = back_up(place)
    ending.erase_case(new.session.case.id, NOW + HOUR)
    rotation.rotate(NOW + DAY, force=True)

    restoring.restore([old[Part.site], *([old[Part.keys]] if with_keys else [])], NOW + DAY + HOUR)

    assert shred.existing([person.id for person in team.people]) == {person.id for person in team.people}
    for person in team.people:
        assert people.known(person.email, person.password).secret == person.secret
        seat = at_desk(person, NOW).seat(team.id)
        assert seat is not None
        assert seat.secret == team.secret
    assert AtDesk.objects.count() == 2
    assert not Session.objects.exists()
    assert not Remembered.objects.exists()
    assert shred.existing([new.session.case.id]) == set()


def test_t23_somebody_who_was_removed_has_no_seat_and_no_account_after_a_restore(place: Path) -> None:
    team = a_team(("Ana Li", "Bo Ek"))
    ana, bo = team.people
    old = back_up(place)
    departures.remove(at_desk(ana, NOW), team.id, bo.id, NOW + HOUR)

    done = restoring.restore([old[Part.site], old[Part.keys]], NOW + DAY)

    assert done.ended_again == 1
    assert set(Membership.objects.values_list("person_id", flat=True)) == {ana.id}
    assert not Person.objects.get(pk=bo.id).is_active
    assert shred.existing([ana.id, bo.id]) == {ana.id}
    with pytest.raises(people.WrongPassword):
        people.known(bo.email, bo.password)
    with pytest.raises(opened.NotAtDesk):
        at_desk(bo, NOW + DAY)


def test_t23_a_grant_that_was_taken_back_opens_nothing_after_a_restore(place: Path) -> None:
    team, other = a_team(("Ana Li",)), a_team(("Bo Ek",), name="South")
    new = access.open_new(NOW, phrase=PHRASE)
    case = new.session.case
    gone, stays = a_grant(case, team, NOW), a_grant(case, other, NOW)
    old = back_up(place)
    rekey.revoke(access.open_with(new.code, PHRASE, NOW).session.case, gone.grant_id, NOW + HOUR)

    done = restoring.restore([old[Part.site], old[Part.keys]], NOW + DAY)

    assert done.ended_again == 1
    rows = {row.pk: row for row in Grant.objects.all()}
    assert not rows[gone.grant_id].sealed
    assert rows[gone.grant_id].revoked_at == NOW + DAY
    assert rows[stays.grant_id].sealed
    assert Case.objects.get(pk=case.id).wants_new_key
    with pytest.raises(grants.NotLetIn):
        rekey.open_as(at_desk(team.people[0], NOW + DAY), gone.grant_id, NOW + DAY)
    assert rekey.open_as(at_desk(other.people[0], NOW + DAY), stays.grant_id, NOW + DAY).case.id == case.id
