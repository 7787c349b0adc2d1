"""A case that is open from a desk: what may be done there, under whose name, and what is refused."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.conf import settings as site

from survivor_portal import directory
from survivor_portal.advocates.who import Role
from survivor_portal.cases import book, records, slot, unlocked
from survivor_portal.cases.access import NewCase
from survivor_portal.cases.actors import Actor, Scope
from survivor_portal.takedowns import operations, rekey, releases
from survivor_portal.takedowns.process import State
from survivor_portal.visits import visit as visits
from survivor_portal.web.survivor import (
    around,
    case_actor,
    case_page,
    keeping,
    questions,
    views,
)
from survivor_portal.web.survivor.case_actor import Needs
from tests.desk import ATeam, a_grant, a_team, at_desk
from tests.integration.test_letting_in import PHRASE, a_case, inside
from tests.markers import Markers
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

ALL = frozenset(Scope)
PLACE = operations.Place(1, "Place 1", "https://board.example/1")


@pytest.fixture
def team(db: None) -> ATeam:
    return a_team(("Ana Li", "Ben Oz"))


def at_work(
    new: NewCase, team: ATeam, person: int = 0, scopes: frozenset[Scope] = ALL, label: str = "Blue 7"
) -> Visitor:
    """Somebody of the team with the case open from their desk."""
    release = a_grant(new.session.case, team, scopes=scopes, label=label)
    return opens(team, person, release.grant_id)


def opens(team: ATeam, person: int, grant_id: str) -> Visitor:
    now = datetime.now(UTC)
    session = rekey.open_as(at_desk(team.people[person]), grant_id, now)
    visitor = Visitor(Markers(Random(11)), set())
    visitor.client.cookies[site.CASE_COOKIE] = session.token.hex()
    visitor.client.cookies[site.VISIT_COOKIE] = visits.begin(now)[0].hex()
    visitor.opens("/c/")
    return visitor


def a_request(new: NewCase, label: str = "X, 48 hours") -> operations.Takedown:
    return operations.begin(
        new.session.case,
        platform="x",
        kind="request_48h",
        label=label,
        to="X",
        grounds=["us-tida"],
        places=[PLACE],
        now=datetime.now(UTC),
    )


def posts(visitor: Visitor, step: str, **fields: str) -> None:
    """A form as somebody could send it who did not wait for a button."""
    data = {"step": step, "csrfmiddlewaretoken": visitor.token, **fields}
    visitor._took(visitor.client.post("/c/", data, follow=True))


# The table


def every_step() -> set[str]:
    of_the_case = {*case_page.ACTIONS, *keeping.CASE_STEPS, "stay"}
    of_the_flow = {*questions.FORMS, *views._MOVES, *around.STEPS, *keeping.STEPS}
    return of_the_case | of_the_flow | {"sign", "sent", "later", "save", "stay", "wrong_address"}


def test_each_step_of_a_case_says_who_at_a_desk_may_take_it() -> None:
    assert every_step() - case_actor.STEPS.keys() == set()


def test_a_step_that_is_in_no_list_is_open_to_nobody_at_a_desk() -> None:
    assert not case_actor.may(an_actor(ALL), "a step somebody added yesterday")


OWNERS = {
    "keep_delete", "keep_phrase", "keep_phrase_lost", "keep_code", "keep_recovery", "keep_days", "keep_more",
    "keep_settings", "let", "let_find", "let_terms", "let_give", "let_renew", "let_back", "let_seen",
    "notes", "notes_ask", "notes_code", "notes_off", "open", "recover",
}  # fmt: skip


def test_what_is_the_owners_alone_is_open_to_no_scope_and_no_role() -> None:
    assert {step for step in case_actor.STEPS if case_actor.STEPS[step] is Needs.owner} >= OWNERS
    for role in Role:
        assert not [step for step in OWNERS if case_actor.may(an_actor(ALL, role), step)]


@pytest.mark.parametrize("role", Role)
def test_without_the_scope_or_in_a_role_that_only_reads_nothing_is_written(role: Role) -> None:
    scopes = ALL if role is Role.read_only else ALL - {Scope.act}

    writing = [step for step, needs in case_actor.STEPS.items() if needs in (Needs.write, Needs.send_mail)]

    assert len(writing) > 40
    assert not [step for step in writing if case_actor.may(an_actor(scopes, role), step)]


def an_actor(scopes: frozenset[Scope], role: Role = Role.lead) -> Actor:
    now = datetime.now(UTC)
    return Actor("p1", "Ana Li", "t1", "North", "g1", scopes, role, "d1", now, now + timedelta(days=1))


# Pages


def test_every_page_names_the_case_the_person_at_work_and_the_ways_back(team: ATeam) -> None:
    visitor = at_work(a_case(), team)

    for _ in range(2):
        for words in ("Blue 7", "Helpline North", "under your name, Ana Li", 'href="/desk/"', "/desk/plan/"):
            assert words in visitor.page
        visitor.opens("/next/")


@pytest.mark.parametrize(
    ("country", "told"),
    [
        ("DE", "Times are in Berlin time. That is the clock of the person."),
        ("AU", "Times are in UTC. Your clock may differ."),
    ],
)
def test_who_works_in_a_case_reads_whose_clock_it_is(country: str, told: str, team: ATeam) -> None:
    assert told in at_work(a_case(country=country), team).page


def test_the_owners_steps_are_refused_and_change_nothing(team: ATeam) -> None:
    new = a_case()
    visitor = at_work(new, team)
    before = book.timeline(new.session.case)
    done = []

    for step in sorted(OWNERS):
        posts(visitor, step, phrase=PHRASE, go="1", sure="on", days="30", code=team.organisation_code)
        if (visitor.status, visitor.heading) != (403, "This was not done"):
            done.append(step)

    assert done == []
    assert book.timeline(new.session.case) == before


def test_what_was_typed_into_a_refused_form_is_shown_for_copying(team: ATeam) -> None:
    new = a_case()
    takedown = a_request(new)
    visitor = at_work(new, team, scopes=frozenset({Scope.read}))

    posts(visitor, "answer", request=takedown.id, text="They wrote: we removed it today.")

    assert visitor.status == 403
    assert "They wrote: we removed it today." in visitor.page
    assert operations.read(new.session.case, takedown.id).revision == 1


def test_who_may_only_read_sees_the_case_though_something_waits_in_its_slot(team: ATeam) -> None:
    new = a_case()
    slot.drop(new.session.case.id, "mail", {"request": "x"}, datetime.now(UTC))

    visitor = at_work(new, team, scopes=frozenset({Scope.read}))

    assert visitor.status == 200
    assert "You may only read" in visitor.page
    assert slot.is_waiting(new.session.case)


def test_a_page_of_the_owner_is_not_shown_because_the_browser_stood_there(team: ATeam) -> None:
    visitor = at_work(a_case(), team)
    token = bytes.fromhex(visitor.client.cookies[site.VISIT_COOKIE].value)
    visits.change(token, datetime.now(UTC), lambda data: data.update(page="keep_delete"))

    visitor.opens("/c/")

    assert visitor.heading == "Where things stand"


def test_a_form_of_another_case_is_not_done_and_its_words_go_to_their_own_case(team: ATeam) -> None:
    first, second = a_case(), a_case()
    mine, other = a_request(first), a_request(second)
    visitor = at_work(first, team)
    visitor.sends("request", request=mine.id) if visitor.has("request") else None
    posts(visitor, "answer", request=mine.id)
    form = visitor.form("answer")
    beside = at_work(second, team)
    visitor.client.cookies[site.CASE_COOKIE] = beside.client.cookies[site.CASE_COOKIE].value

    visitor.sends(form, text="They wrote: this stays up, for the first one.")

    assert visitor.status == 409
    assert "This page was of another case." in visitor.page
    assert "What you typed is kept in the case it belongs to." in visitor.page
    assert operations.read(second.session.case, other.id).revision == 1
    assert slot.is_waiting(first.session.case)
    assert not slot.is_waiting(second.session.case)


def test_every_form_of_a_desk_says_which_case_it_is_of(team: ATeam) -> None:
    new = a_case()
    a_request(new)
    visitor = at_work(new, team)
    visitor.sends("request")
    pages = [visitor.forms]
    for path in ("/c/", "/next/"):
        visitor.opens(path)
        pages.append(visitor.forms)

    forms = [form for page in pages for form in page if form.action in ("/c/", "/next/")]

    now = datetime.now(UTC)
    assert len(forms) > 20
    without = [
        form.step
        for form in forms
        if slot.case_of(form.value("draft"), now) != new.session.case.id and form.step != "stay"
    ]
    assert without == []


def test_half_written_words_are_shown_to_whoever_wrote_them(team: ATeam) -> None:
    new = a_case()
    takedown = a_request(new)
    owner = inside(new)
    posts(owner, "answer", request=takedown.id)
    hers = owner.form("answer")
    ana = at_work(new, team)
    posts(ana, "answer", request=takedown.id)
    anas = ana.form("answer")
    unlocked.end_all(new.session.case.id)
    owner.sends(hers, text="What the owner had typed so far.")
    ana.sends(anas, text="What Ana had typed so far.")

    again = at_work(new, team)
    bens = at_work(new, team, person=1)
    back = inside(new)

    assert "What Ana had typed so far." in again.page
    assert "What the owner had typed" not in again.page
    assert "had typed so far" not in bens.page
    back.opens("/c/")
    back.sends("board")
    assert "What the owner had typed so far." in back.page
    assert "What Ana had typed" not in back.page


# Who noted what


def test_a_line_says_to_each_reader_who_noted_it(team: ATeam) -> None:
    new = a_case()
    takedown = a_request(new)
    ana = at_work(new, team)
    posts(ana, "request", request=takedown.id)
    ana.sends("happened", {"what": "removal"}, ticket="", at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M"))
    assert operations.read(new.session.case, takedown.id).standing.state is State.REMOVED

    assert "It is gone, as far as you were told" in ana.page
    assert "noted: It is gone, as far as you were told" not in ana.page
    owner = inside(new)
    posts(owner, "request", request=takedown.id)
    assert (
        "Ana Li of Helpline North, Example Helpline noted: It is gone, as far as you were told" in owner.page
    )
    owner.sends("board")
    owner.sends("timeline")
    assert "It is gone, as far as you were told (Ana Li of Helpline North, Example Helpline)" in owner.page
    assert "Example Helpline was let in" in owner.page
    ben = at_work(new, team, person=1)
    posts(ben, "request", request=takedown.id)
    assert "Ana Li of Helpline North, Example Helpline noted: It is gone, as far as you were told" in ben.page


# A yes for each request


def sends_it(visitor: Visitor, takedown: operations.Takedown) -> None:
    posts(visitor, "send", request=takedown.id)
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M")
    visitor.sends("sent", {"how": "form"}, at=at, ticket="T-7")


def test_what_goes_out_for_somebody_asks_first_what_they_agreed_to(team: ATeam) -> None:
    new = a_case()
    takedown = a_request(new)
    ana = at_work(new, team)

    sends_it(ana, takedown)

    assert ana.heading == "Did the person agree to this?"
    assert operations.read(new.session.case, takedown.id).standing.state is State.DRAFTED
    today = datetime.now(UTC).date()
    days = {"yes_day": today.isoformat(), "yes_until": (today + timedelta(days=30)).isoformat()}
    ana.sends("sent", {"yes_way": "phone"}, yes_purpose="To get it down", yes_agreed_by="The person", **days)
    noted = operations.read(new.session.case, takedown.id)
    assert noted.standing.state is State.SENT
    assert noted.standing.tickets == ("T-7",)
    (yes,) = releases.every(new.session.case)
    assert (yes.request, yes.to, yes.agreed_by, yes.way) == (
        takedown.id,
        "X",
        "The person",
        releases.Way.phone,
    )


def test_a_yes_that_lacks_something_is_told_and_nothing_goes_out(team: ATeam) -> None:
    new = a_case()
    takedown = a_request(new)
    ana = at_work(new, team)
    sends_it(ana, takedown)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()

    ana.sends("sent", yes_purpose="To get it down", yes_agreed_by="Her", yes_day=tomorrow, yes_until=tomorrow)

    assert ana.status == 422
    assert "This day is still to come." in ana.page
    assert 'value="Her"' in ana.page
    assert releases.every(new.session.case) == ()
    assert operations.read(new.session.case, takedown.id).standing.state is State.DRAFTED


def test_more_time_on_the_page_that_asks_keeps_what_was_typed_and_sends_nothing(team: ATeam) -> None:
    new = a_case()
    takedown = a_request(new)
    ana = at_work(new, team)
    sends_it(ana, takedown)
    form = ana.form("sent")
    sent = {name: one.chosen or one.value for name, one in form.controls.items()}

    half = sent | {"step": ["sent", "stay"], "yes_agreed_by": "The person and"}
    ana._took(ana.client.post("/c/", half, follow=True))

    assert ana.heading == "Did the person agree to this?"
    assert 'value="The person and"' in ana.page
    assert ana.form("sent").value("ticket") == "T-7"
    assert releases.every(new.session.case) == ()


def test_a_letter_of_the_plan_asks_too_and_its_yes_goes_to_its_request(team: ATeam) -> None:
    new = a_case()
    ana = at_work(new, team)
    ana.opens("/next/")
    letter = next(form for form in ana.forms if form.step == "letter" and "us-tida" in form.value("letter"))
    ana.sends(letter)

    ana.sends("sent", {"how": "form"}, at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M"), ticket="T-8")
    assert ana.heading == "Did the person agree to this?"
    assert not operations.board(new.session.case)
    today = datetime.now(UTC).date().isoformat()
    who = {"yes_purpose": "To get it down", "yes_agreed_by": "The person"}
    ana.sends("sent", {"yes_way": "in_person"}, **who, yes_day=today, yes_until=today)

    (line,) = operations.board(new.session.case)
    assert operations.read(new.session.case, line.id).standing.tickets == ("T-8",)
    (yes,) = releases.every(new.session.case)
    assert yes.request == line.id


def test_it_is_asked_once_for_a_request_and_the_owner_never(team: ATeam) -> None:
    new = a_case()
    takedown, other = a_request(new), a_request(new, "Another")
    ana = at_work(new, team)
    today = datetime.now(UTC).date()
    given = releases.PlatformRelease(
        "X", (releases.Data.links,), "to ask", "The person", releases.Way.chat, today, today, takedown.id
    )
    releases.record(new.session.case, given, datetime.now(UTC))

    sends_it(ana, takedown)
    owner = inside(new)
    sends_it(owner, other)

    assert operations.read(new.session.case, takedown.id).standing.state is State.SENT
    assert operations.read(new.session.case, other.id).standing.state is State.SENT


def test_the_owner_sees_the_yes_and_takes_it_back(team: ATeam) -> None:
    new = a_case()
    takedown = a_request(new)
    today = datetime.now(UTC).date()
    given = releases.PlatformRelease(
        "X", (releases.Data.links,), "to ask", "The person", releases.Way.chat, today, today, takedown.id
    )
    releases.record(new.session.case, given, datetime.now(UTC))
    owner = inside(new)
    assert "agreed by The person" in owner.page

    owner.sends("release_back")

    assert releases.of_request(new.session.case, takedown.id, today) is None


# Signing


def test_the_records_say_which_laws_let_an_advocate_sign() -> None:
    lets = {law.key for law in directory.laws() if law.advocate_may_sign}

    # Read one by one in what each record says of who may file; what is new or changed here was read again.
    assert lets == {
        "au-class1", "au-iba", "ca-cybertip", "ca-reporting", "de-national", "eu-dsa-16", "fr-national",
        "in-3-2-b", "intl-fallback", "kr-national", "nl-national", "uk-osa-20a", "us-2258a", "us-dmca",
        "us-tida", "us-tida-criminal", "za-fpb",
    }  # fmt: skip
    assert all(directory.law(key).who_may_file for key in lets)


def test_nobody_at_a_desk_signs_or_states_for_the_person(team: ATeam) -> None:
    new = a_case()
    ana = at_work(new, team)
    ana.opens("/next/")
    letter = next(form for form in ana.forms if form.step == "letter" and "us-tida" in form.value("letter"))

    ana.sends(letter)

    assert "This letter needs the person’s own name and word." in ana.page
    assert ana.form("sign").boxes
    assert {control.name for control in ana.form("sign").boxes} <= {"email", "phone", "post"}
    ana.sends("sign", email="desk@work.example")
    (plan,) = records.read(new.session.case, "plan")
    assert plan.document["signer"]["email"] == "desk@work.example"
    assert not plan.document["signer"].get("name")
    data: dict[str, Any] = {
        "name": "The Survivor",
        "confirm_good_faith": "on",
        "letter": letter.value("letter"),
    }
    token = {"csrfmiddlewaretoken": ana.token}
    ana._took(ana.client.post("/next/", {"step": "sign", **data, **token}, follow=True))
    (plan,) = records.read(new.session.case, "plan")
    assert not plan.document["signer"].get("name")
    assert not plan.document.get("confirmed")


def test_a_closed_case_leads_somebody_at_a_desk_back_to_the_list(team: ATeam) -> None:
    new = a_case()
    visitor = at_work(new, team)
    unlocked.end_all(new.session.case.id)
    visitor.client.cookies[site.DESK_COOKIE] = "ab" * 32

    visitor.opens("/c/")

    assert visitor.heading == "This case is closed"
    assert 'href="/desk/"' in visitor.page
    # No code and no phrase is asked of them; the person beside them gets to where they are typed.
    assert 'name="phrase"' not in visitor.page
    visitor.sends("open")
    assert 'name="phrase"' in visitor.page
