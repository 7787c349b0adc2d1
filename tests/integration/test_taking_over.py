"""Somebody makes a case theirs that a helper brought along, page by page, with the one-time code."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from survivor_portal.advocates.models import Organisation
from survivor_portal.cases import access, actors, book, brought, codes, grants, offers, records
from survivor_portal.cases.access import Owner
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import Note
from survivor_portal.cases.brought import Wanted
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Case, Grant, Offer
from survivor_portal.cases.releases import Consent, Paper
from survivor_portal.takedowns import rekey
from survivor_portal.visits import visit
from tests import desk
from tests.desk import ATeam
from tests.reading import measure

pytestmark = [pytest.mark.django_db(databases=["default", "keys"])]

PHRASE = "a blue bicycle by the lake"
ADULT = {"asker": "advocate", "age_then": "adult", "age_now": "adult", "country": "US"}
STAYS = {"stays": "yes", "notice": "on", "consent": "adult", "days": "90", "typed_name": "R. Example"}


@pytest.fixture
def team() -> ATeam:
    return desk.a_team(["Ana Li"])


def a_case(team: ATeam, answers: dict[str, Any] = ADULT) -> OpenCase:
    now = datetime.now(UTC)
    plan = {"answers": answers, "passed": [], "items": [{"number": 1, "url": "https://social.example/1"}]}
    paper = Paper(
        Consent.adult, date.fromordinal(now.toordinal() - 9), date.fromordinal(now.toordinal() + 99)
    )
    scopes = frozenset({Scope.read, Scope.act})
    wanted = Wanted("Blue 1", paper, scopes, [("plan", plan, Note("plan_kept"))])
    by = actors.staff(team.people[0].id, "Ana Li", team.card.name)
    return brought.open_for_team(team.card, wanted, now, by=by)[0]


def code_for(team: ATeam, case: OpenCase) -> str:
    return codes.shown(offers.make_take_over(team.people[0].id, team.id, case, datetime.now(UTC)), 5)


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def reads(client: Client, code: str) -> Any:
    client.post("/next/", {"step": "take"})
    return client.post("/next/", {"step": "take_read", "code": code}, follow=True)


def to_the_card(client: Client, **terms: str) -> tuple[str, str]:
    client.post("/next/", {"step": "take_terms", **terms})
    page = client.post("/next/", {"step": "keep_make", "kind": "words"}, follow=True).content.decode()
    found = [re.search(rf'id="slip-{name}">([^<]*)<', page) for name in ("code", "phrase")]
    code, phrase = found
    assert code, page[-3000:]
    assert phrase, page[-3000:]
    return code[1], phrase[1]


def finishes(client: Client, phrase: str) -> Any:
    client.post("/next/", {"step": "keep_ask"})
    return client.post("/next/", {"step": "keep_confirm", "phrase": phrase}, follow=True)


def test_the_whole_way_and_the_team_is_not_kept(client: Client, team: ATeam) -> None:
    case = a_case(team)
    grant = Grant.objects.get()

    seen = reads(client, code_for(team, case))
    code, phrase = to_the_card(client, who="self", stays="no")
    assert Case.objects.get(pk=case.id).owner == Owner.team
    inside = finishes(client, phrase)

    assert "Helpline North, Example Helpline" in text(seen)
    assert "1 link or place" in text(seen)
    assert inside.request["PATH_INFO"] == "/c/"
    assert inside.status_code == 200
    session = access.open_with(code, phrase, datetime.now(UTC)).session
    (plan,) = records.read(session.case, "plan")
    assert plan.document["answers"]["asker"] == "self"
    assert Case.objects.get(pk=case.id).owner == Owner.person
    with pytest.raises(grants.NotLetIn):
        rekey.open_as(desk.at_desk(team.people[0]), grant.pk, datetime.now(UTC))


def test_the_team_goes_on_with_what_the_person_signed(client: Client, team: ATeam) -> None:
    case = a_case(team)

    reads(client, code_for(team, case))
    code, phrase = to_the_card(client, who="self", **STAYS)
    finishes(client, phrase)

    session = access.open_with(code, phrase, datetime.now(UTC)).session
    (release,) = (one for one in grants.releases(session.case) if one.ended_at is None)
    assert release.terms.consent is Consent.adult
    assert release.terms.typed_name == "R. Example"
    assert release.terms.scopes == {Scope.read, Scope.act}
    assert release.terms.notice == "We must report what we learn about a child in danger."
    assert timedelta(days=89) < release.terms.until - datetime.now(UTC) < timedelta(days=91)
    opened = rekey.open_as(desk.at_desk(team.people[0]), Grant.objects.get().pk, datetime.now(UTC))
    assert opened.case.case_key == session.case.case_key
    # Brought once more with the list, it is known by the name that the list gave it.
    assert release.brought_as == "Blue 1"
    # Taken back: the paper of before ended today as well, and the team is named once.
    taken_back = client.post("/c/", {"step": "let_back", "grant": release.grant_id}, follow=True)
    assert text(taken_back).count("cannot read this any more") == 1


def test_a_visit_that_was_over_says_so_and_the_typed_name_is_kept(client: Client, team: ATeam) -> None:
    code = code_for(team, a_case(team))
    reads(client, code)
    del client.cookies[settings.VISIT_COOKIE]

    late = client.post("/next/", {"step": "take_terms", "who": "self", **STAYS})
    typed = re.search(r'name="typed_name" value="([^"]*)"', late.content.decode())
    assert typed
    seen = client.post("/next/", {"step": "take_read", "code": code, "typed_name": typed[1]}, follow=True)

    assert late.status_code == 409
    assert "This page was open too long, so it closed. Nothing was changed." in text(late)
    assert "Make this yours" in text(seen)
    assert 'value="R. Example"' in seen.content.decode()
    # What they chose is a statement, and is made anew.
    assert not re.search(r'name="(?:stays|consent|notice)"[^>]*checked', seen.content.decode())


@pytest.mark.parametrize("name", ["notice", "consent", "typed_name", "stays"])
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(
    client: Client, team: ATeam, name: str
) -> None:
    case = a_case(team)
    reads(client, code_for(team, case))

    given = {key: value for key, value in STAYS.items() if key != name}
    answer = client.post("/next/", {"step": "take_terms", "who": "self", **given})

    assert answer.status_code == 422
    if name != "typed_name":
        assert "R. Example" in answer.content.decode()
    assert Case.objects.get(pk=case.id).owner == Owner.team


YOUNG = {**ADULT, "age_then": "13_15", "age_now": "13_15"}
CHILD = {**ADULT, "age_then": "under_13", "age_now": "under_13"}


@pytest.mark.parametrize(
    ("answers", "given", "is_fine"),
    [
        (ADULT, {"who": "self", **STAYS}, True),
        (ADULT, {"who": "self", **STAYS, "consent": "minor_alone"}, False),
        (YOUNG, {"who": "self", **STAYS}, False),
        (YOUNG, {"who": "self", **STAYS, "consent": "minor_alone"}, True),
        (YOUNG, {"who": "self", **STAYS, "consent": "minor_and_parent"}, False),
        (YOUNG, {"who": "self", **STAYS, "consent": "minor_and_parent", "typed_parent": "P. Example"}, True),
        (YOUNG, {"who": "parent", **STAYS, "consent": "minor_and_parent"}, True),
        (YOUNG, {"who": "parent", **STAYS, "consent": "minor_alone"}, False),
        ({**YOUNG, "home_safe": False}, {"who": "parent", **STAYS, "consent": "minor_and_parent"}, False),
        (
            {**YOUNG, "home_safe": False},
            {"who": "self", **STAYS, "consent": "minor_and_parent", "typed_parent": "P. Example"},
            False,
        ),
        ({**YOUNG, "home_safe": False}, {"who": "self", **STAYS, "consent": "minor_alone"}, True),
        (CHILD, {"who": "self", "stays": "no"}, False),
        (CHILD, {"who": "parent", "stays": "no"}, True),
        (CHILD, {"who": "parent", **STAYS, "consent": "minor_and_parent"}, True),
    ],
)
def test_who_can_agree_goes_by_age_and_home(
    client: Client, team: ATeam, answers: dict[str, Any], given: dict[str, str], is_fine: bool
) -> None:
    reads(client, code_for(team, a_case(team, answers)))

    answer = client.post("/next/", {"step": "take_terms", **given})

    assert answer.status_code == (303 if is_fine else 422)


def test_a_parent_holds_it_as_a_guardian(client: Client, team: ATeam) -> None:
    case = a_case(team, CHILD)
    reads(client, code_for(team, case))

    _, phrase = to_the_card(client, who="parent", stays="no")
    finishes(client, phrase)

    assert Case.objects.get(pk=case.id).owner == Owner.guardian


def test_a_team_that_has_not_said_what_it_must_report_cannot_stay(client: Client, team: ATeam) -> None:
    Organisation.objects.update(notice="")
    case = a_case(team)

    page = reads(client, code_for(team, case))
    _, phrase = to_the_card(client, who="self", **STAYS)
    finishes(client, phrase)

    assert "They have not written down yet" in text(page)
    assert not Grant.objects.exclude(sealed=b"").exists()


def test_a_form_whose_token_was_lost_shows_what_was_typed(team: ATeam) -> None:
    case = a_case(team)
    client = Client(enforce_csrf_checks=True)
    code = code_for(team, case)

    first = client.post("/next/", {"step": "take_read", "code": code})
    easy = Client()
    reads(easy, code)
    client.cookies[settings.VISIT_COOKIE] = easy.cookies[settings.VISIT_COOKIE].value
    second = client.post("/next/", {"step": "take_terms", "who": "self", **STAYS})

    assert code in first.content.decode()
    assert "R. Example" in second.content.decode()
    assert Case.objects.get(pk=case.id).owner == Owner.team


def test_a_code_that_is_good_for_nothing_changes_nothing(client: Client, team: ATeam) -> None:
    case = a_case(team)
    good = code_for(team, case)
    mistyped, unknown = good[:-1] + ("0" if good[-1] != "0" else "1"), codes.new_one_time_code(20)

    answers = [reads(client, code) for code in (mistyped, unknown, "")]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert "typing error" in text(answers[0])
    assert "not good" in text(answers[1])
    assert all("Make this yours" not in text(answer) for answer in answers)


def test_a_code_that_went_while_the_card_was_written_down_says_so(client: Client, team: ATeam) -> None:
    case = a_case(team)
    reads(client, code_for(team, case))
    _, phrase = to_the_card(client, who="self", stays="no")
    Offer.objects.all().delete()

    answer = finishes(client, phrase)

    assert answer.status_code == 409
    assert "not good any more" in text(answer)
    assert Case.objects.get(pk=case.id).owner == Owner.team


def test_the_last_button_pressed_twice_makes_it_theirs_once(client: Client, team: ATeam) -> None:
    case = a_case(team)
    reads(client, code_for(team, case))
    code, phrase = to_the_card(client, who="self", stays="no")
    client.post("/next/", {"step": "keep_ask"})
    visit_token = client.cookies[settings.VISIT_COOKIE].value
    before = visit.read(bytes.fromhex(visit_token), datetime.now(UTC))
    assert before is not None

    first = client.post("/next/", {"step": "keep_confirm", "phrase": phrase})
    token, second_visit = visit.begin(datetime.now(UTC))
    second_visit.data.update(before.data)
    visit.save(second_visit, datetime.now(UTC))
    other = Client()
    other.cookies[settings.VISIT_COOKIE] = token.hex()
    second = other.post("/next/", {"step": "keep_confirm", "phrase": phrase})

    assert (first.status_code, second.status_code) == (303, 303)
    kinds = [
        e.note.kind for e in book.timeline(access.open_with(code, phrase, datetime.now(UTC)).session.case)
    ]
    assert kinds.count("taken_over") == 1


def test_somebody_who_lost_the_phrase_gets_another_and_their_team_stays(client: Client, team: ATeam) -> None:
    now = datetime.now(UTC)
    mine = access.open_new(now, phrase=PHRASE)
    records.add(mine.session.case, "plan", {"answers": ADULT, "items": []}, Note("plan_kept"), now)
    release = desk.a_grant(mine.session.case, team, now)

    page = reads(client, code_for(team, mine.session.case))
    code, phrase = to_the_card(client)
    finishes(client, phrase)

    assert "A new code and phrase" in text(page)
    session = access.open_with(code, phrase, now).session
    assert session.case.id == mine.session.case.id
    for old_code, old_phrase in ((mine.code, PHRASE), (mine.code, phrase), (code, PHRASE)):
        with pytest.raises(access.NotOpened):
            access.open_with(old_code, old_phrase, now)
    opened = rekey.open_as(desk.at_desk(team.people[0]), release.grant_id, now)
    assert opened.case.case_key == session.case.case_key
    assert "owner_anew" in [e.note.kind for e in book.timeline(session.case)]


def test_whoever_answers_questions_in_between_keeps_a_case_of_their_own(client: Client, team: ATeam) -> None:
    case = a_case(team)
    reads(client, code_for(team, case))
    client.post("/next/", {"step": "take_terms", "who": "self", "stays": "no"})

    client.post("/next/", {"step": "safety", "danger": "no"})
    client.post("/next/", {"step": "keep"})
    page = client.post("/next/", {"step": "keep_make", "kind": "words"}, follow=True).content.decode()
    phrase = re.search(r'id="slip-phrase">([^<]*)<', page)
    assert phrase
    finishes(client, phrase[1])

    assert Case.objects.get(pk=case.id).owner == Owner.team
    assert Case.objects.filter(owner=Owner.person).count() == 1


def test_the_way_in_is_on_the_page_of_the_code_where_there_are_desks(client: Client, settings: Any) -> None:
    settings.DESK_OPEN = True
    assert "A helper gave me a one-time code" in text(client.get("/c/"))

    settings.DESK_OPEN = False
    assert "A helper gave me" not in text(client.get("/c/"))


def test_the_pages_are_plain_enough_for_everybody(client: Client, team: ATeam) -> None:
    client.post("/next/", {"step": "take"})
    mine = access.open_new(datetime.now(UTC), phrase=PHRASE).session.case
    records.add(mine, "plan", {"answers": ADULT, "items": []}, Note("plan_kept"), datetime.now(UTC))
    desk.a_grant(mine, team, datetime.now(UTC))

    pages = [
        client.get("/next/"),
        reads(client, code_for(team, a_case(team, YOUNG))),
        client.post("/next/", {"step": "take_terms", "who": "self", "stays": "yes"}),
        reads(client, code_for(team, mine)),
    ]

    for page in pages:
        measured = measure(page.content.decode(), ("Example Helpline", "Helpline North"))
        assert measured.sentences > 3
        assert measured.grade <= 6, page.content.decode()
        assert measured.too_long == ()
