"""One-time codes from a desk: good once, for half an hour, while whoever made them has a seat."""

import re
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from survivor_portal.advocates.models import Membership, Person
from survivor_portal.cases import access, book, codes, ending, flood, keys, offers
from survivor_portal.cases.models import Grant, Offer
from survivor_portal.cases.offers import NoOffer, NotYours, Proposal
from survivor_portal.takedowns.rekey import rekey
from tests.desk import ATeam, a_grant, a_person, a_team
from tests.dumps import dumped
from tests.integration.test_cases_access import calls

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)
OVER = NOW + timedelta(minutes=30)
PROPOSED = Proposal(("read", "act"), 90, "help with the letters")


@pytest.fixture(autouse=True)
def _ready() -> None:
    access.prepare()


@pytest.fixture
def team() -> ATeam:
    return a_team(("Ana Li", "Ben Okoro"))


@pytest.fixture
def case(team: ATeam) -> keys.OpenCase:
    """A case that this team was let into."""
    made = access.open_new(NOW).session.case
    a_grant(made, team, NOW, days=1)
    return made


def another(code: str) -> str:
    """A code of the same length that nobody made."""
    while (drawn := codes.new_one_time_code(len(code))) == code:
        pass
    return drawn


def test_a_code_says_what_the_desk_proposed_until_it_is_used(team: ATeam) -> None:
    ana = team.people[0]

    code = offers.make_let_in(ana.id, team.id, PROPOSED, NOW)
    found = offers.read(f" {codes.shown(code, offers.GROUP).lower()} ", SOON)

    assert (found.kind, found.team_id, found.person_id) == (offers.OfferKind.let_in, team.id, ana.id)
    assert found.proposal == PROPOSED
    assert found.case is None
    assert found.expires_at == OVER
    assert offers.read(code, SOON) == found
    offers.use(found)
    with pytest.raises(NoOffer):
        offers.read(code, SOON)


def test_of_two_who_use_a_code_at_once_one_is_told(team: ATeam) -> None:
    code = offers.make_let_in(team.people[0].id, team.id, PROPOSED, NOW)
    first, second = offers.read(code, SOON), offers.read(code, SOON)

    offers.use(first)

    with pytest.raises(NoOffer):
        offers.use(second)


@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_of_two_who_use_a_code_in_one_moment_one_is_told() -> None:
    access.prepare()
    team = a_team(("Ana Li",))
    code = offers.make_let_in(team.people[0].id, team.id, PROPOSED, NOW)
    found, gate, told = offers.read(code, SOON), threading.Barrier(2, timeout=20), list[str]()

    def use() -> None:
        try:
            gate.wait()
            with transaction.atomic():
                offers.use(found)
            told.append("used")
        except NoOffer:
            told.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(told) == ["told", "used"]


def test_a_code_ends_after_half_an_hour_and_the_sweep_takes_it_away(team: ATeam) -> None:
    code = offers.make_let_in(team.people[0].id, team.id, PROPOSED, NOW)

    assert offers.read(code, OVER - timedelta(seconds=1))
    with pytest.raises(NoOffer):
        offers.read(code, OVER)
    ending.sweep(OVER - timedelta(seconds=1))
    assert Offer.objects.count() == 1
    ending.sweep(OVER)
    assert Offer.objects.count() == 0


def lose_the_seat(team: ATeam) -> None:
    Membership.objects.filter(person_id=team.people[0].id).delete()


def only_read(team: ATeam) -> None:
    Membership.objects.filter(person_id=team.people[0].id).update(role="read_only")


def not_let_in(team: ATeam) -> None:
    Membership.objects.filter(person_id=team.people[0].id).update(key_number=0, sealed=b"")


def switched_off(team: ATeam) -> None:
    Person.objects.filter(pk=team.people[0].id).update(is_active=False)


def end_the_release(team: ATeam) -> None:
    Grant.objects.update(expires_at=SOON)


def take_it_back(team: ATeam) -> None:
    Grant.objects.update(revoked_at=NOW)


@pytest.mark.parametrize("how", [lose_the_seat, only_read, not_let_in, switched_off])
def test_a_code_ends_with_the_seat_of_whoever_made_it(team: ATeam, how: Callable[[ATeam], None]) -> None:
    ana = team.people[0]
    code = offers.make_let_in(ana.id, team.id, PROPOSED, NOW)
    assert [out.id for out in offers.out(ana.id, SOON)] == [offers.offer_id(code)]

    how(team)

    with pytest.raises(NoOffer):
        offers.read(code, SOON)
    assert offers.out(ana.id, SOON) == ()
    with pytest.raises(NotYours):
        offers.make_let_in(ana.id, team.id, PROPOSED, SOON)
    assert Offer.objects.count() == 1


def test_nobody_makes_a_code_for_a_team_they_are_not_in(team: ATeam) -> None:
    stranger = a_person("Cleo Abara")

    with pytest.raises(NotYours):
        offers.make_let_in(stranger.id, team.id, PROPOSED, NOW)

    assert Offer.objects.count() == 0


@pytest.mark.parametrize("how", [lose_the_seat, only_read, end_the_release, take_it_back])
def test_a_code_that_carries_a_key_ends_with_what_it_rests_on(
    team: ATeam, case: keys.OpenCase, how: Callable[[ATeam], None]
) -> None:
    code = offers.make_take_over(team.people[0].id, team.id, case, NOW)
    found = offers.read(code, SOON).case
    assert found is not None
    assert (found.id, found.case_key, found.shred) == (case.id, case.case_key, case.shred)

    how(team)

    with pytest.raises(NoOffer):
        offers.read(code, SOON)
    with pytest.raises(NotYours):
        offers.make_take_over(team.people[0].id, team.id, case, SOON)


def test_a_code_opens_nothing_of_a_case_with_a_new_key_or_without_one(
    team: ATeam, case: keys.OpenCase
) -> None:
    code = offers.make_take_over(team.people[0].id, team.id, case, NOW)
    kept = Offer.objects.get()

    rekeyed = rekey(case, SOON)

    with pytest.raises(NoOffer):
        offers.read(code, SOON)
    # Nor does one that was made in the same moment, or comes out of a backup.
    kept.save(force_insert=True)
    with pytest.raises(NoOffer):
        offers.read(code, SOON)
    kept.delete()
    again = offers.make_take_over(team.people[0].id, team.id, rekeyed, SOON)
    ending.erase_case(case.id, SOON)
    with pytest.raises(NoOffer):
        offers.read(again, SOON)
    assert Offer.objects.count() == 0


def test_that_a_code_was_made_for_a_case_stands_in_its_book_and_ends_the_one_before(
    team: ATeam, case: keys.OpenCase
) -> None:
    first = offers.make_take_over(team.people[0].id, team.id, case, NOW)
    second = offers.make_take_over(team.people[0].id, team.id, case, NOW)

    assert [entry.note.kind for entry in book.timeline(case)][-2:] == ["take_over_offered"] * 2
    with pytest.raises(NoOffer):
        offers.read(first, SOON)
    assert offers.read(second, SOON).case is not None


def test_somebody_withdraws_their_own_codes_and_nobody_elses(team: ATeam) -> None:
    ana, ben = team.people
    code = offers.make_let_in(ana.id, team.id, PROPOSED, NOW)
    name = offers.offer_id(code)

    assert offers.withdraw(ben.id, [name]) == 0
    assert offers.read(code, SOON)
    assert offers.withdraw(ana.id, [name]) == 1
    assert offers.withdraw(ana.id, [name]) == 0
    with pytest.raises(NoOffer):
        offers.read(code, SOON)


def test_a_person_has_so_many_codes_out_and_no_more(team: ATeam) -> None:
    ana, ben = team.people
    for _ in range(offers.MOST):
        offers.make_let_in(ana.id, team.id, PROPOSED, NOW)

    with pytest.raises(offers.TooManyOut):
        offers.make_let_in(ana.id, team.id, PROPOSED, NOW)

    assert offers.make_let_in(ben.id, team.id, PROPOSED, NOW)
    assert offers.make_let_in(ana.id, team.id, PROPOSED, OVER)


@pytest.mark.parametrize("signs", [codes.LET_IN_SIGNS, codes.TAKE_OVER_SIGNS])
def test_an_unknown_code_takes_the_same_steps_as_one_that_is_over(
    signs: int, team: ATeam, case: keys.OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = team.people[0].id
    if signs == codes.LET_IN_SIGNS:
        code = offers.make_let_in(person, team.id, PROPOSED, NOW)
    else:
        code = offers.make_take_over(person, team.id, case, NOW)
    taken = []
    for tried in (code, another(code)):
        with calls(monkeypatch) as seen:
            for _ in range(3):
                with pytest.raises(NoOffer):
                    offers.read(tried, OVER)
        taken.append(seen)

    assert taken[0] == taken[1]
    assert taken[0].count("phrase_key") == taken[0].count("unlock") == 3


def test_guesses_find_nothing_are_counted_for_the_whole_site_and_wait(
    team: ATeam, sizes: Callable[[str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    offers.make_let_in(team.people[0].id, team.id, PROPOSED, NOW)
    noted: list[datetime] = []
    monkeypatch.setattr(flood, "note", noted.append)
    guesses = sizes("wrong_phrases")

    for _ in range(guesses):
        with pytest.raises(NoOffer):
            offers.read(codes.new_one_time_code(codes.LET_IN_SIGNS), SOON)

    assert len(noted) == guesses
    same = codes.new_one_time_code(codes.LET_IN_SIGNS)
    for _ in range(5):
        with pytest.raises(NoOffer):
            offers.read(same, SOON)
    with pytest.raises(offers.WaitUntil):
        offers.read(same, SOON)


def test_the_database_and_the_code_open_nothing_without_the_key_of_the_index(
    team: ATeam, case: keys.OpenCase, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = offers.make_take_over(team.people[0].id, team.id, case, NOW)
    kept = Offer.objects.get()

    everything = repr(dumped("default"))

    for text in (code, codes.shown(code, offers.GROUP), case.case_key.hex(), repr(case.case_key)[2:-1]):
        assert text not in everything
    settings.INDEX_KEY = "another-index-key-0123456789-abcdefghijklmnopqrstuv"
    # Found all the same: the row lies in the stolen database.
    monkeypatch.setattr(offers, "offer_id", lambda _code: kept.pk)
    with pytest.raises(NoOffer):
        offers.read(code, SOON)


@pytest.mark.parametrize("column", ["team_id", "person_id", "kind", "expires_at", "case_id"])
def test_a_row_that_was_changed_opens_nothing(column: str, team: ATeam, case: keys.OpenCase) -> None:
    code = offers.make_take_over(team.people[0].id, team.id, case, NOW)
    other = a_team(("Dia Roy",), name="Helpline South")
    Grant.objects.create(
        id=keys.new_id(), case_id=case.id, team_id=other.id, expires_at=OVER, team_key_number=1
    )
    Membership.objects.create(
        id=keys.new_id(),
        team_id=other.id,
        person_id=team.people[0].id,
        role="lead",
        key_number=1,
        joined_on=NOW.date(),
    )
    changed = {
        "team_id": other.id,
        "person_id": team.people[1].id,
        "kind": "let_in",
        "expires_at": OVER + timedelta(hours=1),
        "case_id": None,
    }[column]
    assert offers.read(code, SOON)

    Offer.objects.update(**{column: changed})

    with pytest.raises(NoOffer):
        offers.read(code, SOON)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_code_nobody_made_or_a_typing_error(typed: str) -> None:
    with pytest.raises((NoOffer, offers.Mistyped, offers.WaitUntil)):
        offers.read(typed, SOON)


@pytest.mark.parametrize("signs", [codes.LET_IN_SIGNS, codes.TAKE_OVER_SIGNS])
def test_a_single_typing_error_is_told_before_anything_is_looked_up(
    signs: int, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    code = codes.new_one_time_code(signs)

    for place, sign in enumerate(code):
        wrong = codes.ALPHABET[(codes.ALPHABET.index(sign) + 1) % 32]
        with django_assert_num_queries(0), pytest.raises(offers.Mistyped):
            offers.read(code[:place] + wrong + code[place + 1 :], NOW)


def test_nothing_of_a_code_is_shown_by_an_offer(team: ATeam, case: keys.OpenCase) -> None:
    code = offers.make_take_over(team.people[0].id, team.id, case, NOW)

    shown = repr(offers.read(code, SOON)) + repr(offers.out(team.people[0].id, SOON))

    assert not re.search(f"{code}|{case.case_key.hex()}|case_key", shown)
