"""A case opened in one room with the person: theirs, signed, and the desk comes in as a team let in."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.urls import reverse

from survivor_portal.advocates.models import Organisation
from survivor_portal.advocates.who import Role
from survivor_portal.cases import access, book, grants, records, unlocked
from survivor_portal.cases.models import Case, Grant, Unlocked
from survivor_portal.cases.opening import keys_are_elsewhere
from survivor_portal.cases.releases import Consent
from survivor_portal.visits import visit as visits
from survivor_portal.web.desk.together_forms import Release
from tests.desk import ATeam, a_team
from tests.desk_pages import comes_in
from tests.dumps import dumped
from tests.integration.test_desk_cases import a_client, words
from tests.markers import Markers, search

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
SIGNED = "R. Example"
PURPOSE = "so that Ana can write the letters with me"


@pytest.fixture(autouse=True)
def _ready() -> None:
    access.prepare()


@pytest.fixture
def team() -> ATeam:
    return a_team(("Ana Li", "Ben Okoro"))


def post(client: Client, step: str, **given: Any) -> Any:
    return client.post(reverse("desk:together"), {"step": step, "go": "1", **given}, follow=True)


def noticed(client: Client, team: ATeam) -> Any:
    return post(client, "together_notice", team=team.id, read="on")


def whose(client: Client, **other: Any) -> Any:
    return post(client, "together_whose", **({"owner": "person", "age": "adult"} | other))


def release(client: Client, **other: Any) -> Any:
    given = {
        "purpose": PURPOSE, "scopes": ["act"], "days": "30", "consent": "adult", "typed_name": SIGNED,
        "no_harm": "on", "label": "Blue heron",
    }  # fmt: skip
    return post(client, "together_release", **(given | other))


def card(client: Client, **given: Any) -> tuple[str, str]:
    """Code and phrase, as they stand on the card."""
    text = post(client, "together_make", **({"kind": "words", "keep": "90"} | given)).content.decode()
    code, phrase = (
        re.search(f'sp-slip__{name}" id="slip-{name}">([^<]+)<', text) for name in ("code", "phrase")
    )
    assert code is not None
    assert phrase is not None
    return html.unescape(code[1]), html.unescape(phrase[1])


def opened(client: Client, team: ATeam) -> tuple[str, str, Any]:
    """The whole way, to the first page in the case."""
    noticed(client, team)
    whose(client)
    release(client)
    code, phrase = card(client)
    post(client, "together_card")
    return code, phrase, post(client, "together_sign", phrase=phrase)


def cases() -> int:
    return Case.objects.exclude(owner="nobody").count()


def test_a_case_is_opened_together_and_the_desk_goes_on_as_a_team_that_was_let_in(team: ATeam) -> None:
    client = a_client(team.people[0])

    code, phrase, first = opened(client, team)

    assert first.redirect_chain[-1] == (settings.FLOW_PATH, 303)
    (row,) = Unlocked.objects.all()
    assert row.at_desk != ""
    session = unlocked.resume(bytes.fromhex(client.cookies[settings.CASE_COOKIE].value), datetime.now(UTC))
    assert session is not None
    assert session.actor is not None
    assert session.actor.name == "Ana Li"
    assert session.actor.may_write
    (paper,) = grants.releases(session.case)
    assert (paper.terms.purpose, paper.terms.typed_name, paper.label) == (PURPOSE, SIGNED, "Blue heron")
    assert paper.terms.consent is Consent.adult
    assert paper.terms.notice == "We must report what we learn about a child in danger."
    assert paper.terms.until - datetime.now(UTC) < timedelta(days=30)
    # The person opens it with what is on the card, and it is theirs.
    by_owner = access.open_with(code, phrase, datetime.now(UTC)).session.case
    assert by_owner.id == session.case.id
    assert [entry.note.kind for entry in book.timeline(by_owner)][:4] == [
        "case_opened", "plan_kept", "released", "opened_by",
    ]  # fmt: skip


def test_neither_code_nor_phrase_is_anywhere_once_the_case_is_open(team: ATeam) -> None:
    client = a_client(team.people[0])

    code, phrase, first = opened(client, team)

    pages = [
        first,
        client.get("/c/"),
        client.get(reverse("desk:together")),
        client.get(reverse("desk:cases")),
    ]
    for page in pages:
        assert phrase not in html.unescape(page.content.decode())
        assert code not in page.content.decode()


def test_an_empty_case_opens_at_the_questions_and_asks_nothing_twice(team: ATeam) -> None:
    client = a_client(team.people[0])

    _code, _phrase, first = opened(client, team)

    assert "Are you in danger right now?" in words(first)
    # Nothing of it stays in this visit only.
    assert "is kept in this person’s case" in words(first)
    assert "stay for this visit only" not in words(first)
    client.post("/next/", {"step": "safety", "danger": "no", "device_watched": "no", "go": "1"})
    after = words(client.get("/next/"))
    assert "Who are you in this?" not in after
    session = unlocked.resume(bytes.fromhex(client.cookies[settings.CASE_COOKIE].value), datetime.now(UTC))
    assert session is not None
    (plan,) = records.read(session.case, records.PLAN)
    assert plan.document["answers"] == {
        "asker": "self", "age_now": "adult", "danger": False, "device_watched": "no",
    }  # fmt: skip
    assert book.timeline(session.case)[-1].note.by.startswith("staff|")
    board = words(client.get("/c/"))
    assert "Not all questions are answered yet." in board
    assert "Nothing has to be done today." not in board


def test_sent_twice_it_is_one_case_with_one_release(team: ATeam) -> None:
    client = a_client(team.people[0])
    noticed(client, team)
    whose(client)
    release(client)
    _code, phrase = card(client)
    post(client, "together_card")
    visit = client.cookies[settings.VISIT_COOKIE].value

    kept = visits.read(bytes.fromhex(visit), datetime.now(UTC))
    assert kept is not None
    data = dict(kept.data)
    post(client, "together_sign", phrase=phrase)
    # The second press came with the same visit, before the first was answered.
    token, _ = visits.begin(datetime.now(UTC))
    visits.change(token, datetime.now(UTC), lambda found: found.update(data))
    client.cookies[settings.VISIT_COOKIE] = token.hex()
    again = post(client, "together_sign", phrase=phrase)

    assert again.status_code == 200
    assert (cases(), Grant.objects.count()) == (1, 1)
    assert "Are you in danger right now?" in words(again)
    # Nor does a tab that still shows the signature begin anew.
    assert "Are you in danger right now?" in words(post(client, "together_sign", phrase=phrase))


def rows() -> Iterator[tuple[str, bytes]]:
    """Every value in both databases, with where it stands."""
    for database in ("default", "keys"):
        for table, found in dumped(database).items():
            for row in found:
                for column, value in row.items():
                    yield f"{table}.{column}", bytes(value) if is_bytes(value) else str(value).encode()
                    if column == "session_data":
                        # It is packed, and no search would find anything in it.
                        yield f"{table}.{column}", repr(SessionStore().decode(value)).encode()


def is_bytes(value: object) -> bool:
    return isinstance(value, bytes | memoryview)


def test_t01_nothing_typed_together_stands_in_a_database_or_a_log(
    team: ATeam, caplog: pytest.LogCaptureFixture
) -> None:
    markers = Markers()
    client = a_client(team.people[0])
    noticed(client, team)
    whose(client, age="16_17", home="no")
    names = ("purpose", "typed_name", "typed_parent", "label")
    # With something wrong first: what is shown again stands nowhere else.
    release(client, days="", **{name: markers.new(name) for name in names})
    release(client, consent="minor_and_parent", **{name: markers.new(name) for name in names})
    code, phrase = card(client)
    post(client, "together_card")
    post(client, "together_sign", phrase=f"{phrase} {markers.new('phrase')}")

    assert search(rows(), markers, [code, phrase]) == []
    post(client, "together_sign", phrase=phrase)
    assert cases() == 1
    client.get(reverse("desk:cases"))
    client.get(reverse("desk:case"))
    assert search(rows(), markers, [code, phrase]) == []
    assert search([("log", caplog.text.encode())], markers, [code, phrase]) == []


def test_without_the_agencys_words_nothing_is_opened(team: ATeam) -> None:
    Organisation.objects.update(notice="")
    client = a_client(team.people[0])

    page = noticed(client, team)

    assert "has not written down yet what its people must report" in words(page)
    assert 'name="read"' not in page.content.decode()
    assert "Whose case is it?" not in words(whose(client))


def test_the_agencys_words_are_confirmed_first_and_read_anew_where_they_changed(team: ATeam) -> None:
    client = a_client(team.people[0])
    page = client.get(reverse("desk:together"))
    assert "We must report what we learn about a child in danger." in words(page)
    assert "Ask first, without names." in words(page)
    assert post(client, "together_notice", team=team.id).status_code == 422
    assert "Whose case is it?" in words(noticed(client, team))

    Organisation.objects.update(notice="Other words.")

    assert "Other words." in words(whose(client))
    assert "Whose case is it?" in words(noticed(client, team))


@pytest.mark.parametrize(
    ("answers", "goes_on"),
    [
        ({"age": "under_13"}, False),
        ({"age": "under_13", "home": "no"}, False),
        ({"owner": "guardian", "age": "under_13", "home": "no"}, True),
        ({"owner": "guardian", "age": "13_15", "home": "yes"}, False),
        ({"age": "13_15", "home": "yes"}, True),
        ({"age": "not_sure"}, True),
        ({"age": "adult", "home": "yes"}, True),
    ],
)
def test_a_child_never_agrees_alone_and_no_parent_does_where_home_is_not_safe(
    answers: dict[str, str], goes_on: bool, team: ATeam
) -> None:
    client = a_client(team.people[0])
    noticed(client, team)

    page = whose(client, **answers)

    assert ("What the team may do" in words(page)) is goes_on
    assert ("nobody here can agree" in words(page)) is not goes_on
    assert page.status_code == (200 if goes_on else 422)


def test_where_home_is_not_safe_no_parent_is_even_named(team: ATeam) -> None:
    client = a_client(team.people[0])
    noticed(client, team)

    page = whose(client, age="16_17", home="yes").content.decode()

    assert "typed_parent" not in page
    # Nor is a child asked about lists of many people.
    assert 'value="joint"' not in page
    assert "parent" not in re.sub(r"(?s)<aside.*?</aside>", "", page).lower()
    done = release(client, consent="minor_alone", typed_parent="Somebody at home")
    assert "Code and phrase" in words(done)


def test_a_young_person_and_a_parent_both_type_their_names(team: ATeam) -> None:
    client = a_client(team.people[0])
    noticed(client, team)
    whose(client, age="16_17", home="no")

    without = release(client, consent="minor_and_parent")
    assert without.status_code == 422
    assert "let the parent or guardian type their name" in words(without)
    release(client, consent="minor_and_parent", typed_parent="P. Example")
    _code, phrase = card(client)
    sign = post(client, "together_card")
    assert "P. Example" in words(sign)
    post(client, "together_sign", phrase=phrase)

    session = unlocked.resume(bytes.fromhex(client.cookies[settings.CASE_COOKIE].value), datetime.now(UTC))
    assert session is not None
    (paper,) = grants.releases(session.case)
    assert (paper.terms.consent, paper.terms.typed_parent) == (Consent.minor_and_parent, "P. Example")


@pytest.mark.parametrize(
    "wrong", [{"typed_name": ""}, {"purpose": ""}, {"no_harm": ""}, {"days": "4000"}, {"consent": "on_file"}]
)
def test_a_release_that_lacks_something_is_told_and_nothing_typed_is_lost(
    wrong: dict[str, str], team: ATeam
) -> None:
    client = a_client(team.people[0])
    noticed(client, team)
    whose(client)

    page = release(client, **wrong)

    assert page.status_code == 422
    kept = {"purpose": PURPOSE, "typed_name": SIGNED, "label": "Blue heron"}
    for name, text in kept.items():
        assert (text in page.content.decode()) is (name not in wrong)


def test_staff_who_must_not_see_it_do_not(team: ATeam) -> None:
    ana, ben = team.people
    client = a_client(ana)
    noticed(client, team)
    assert "Ben Okoro" in words(whose(client))
    release(client, not_for=[ben.id])
    _code, phrase = card(client)
    assert "Ben Okoro" in words(post(client, "together_card"))
    post(client, "together_sign", phrase=phrase)

    assert "Blue heron" in words(client.get(reverse("desk:cases")))
    assert "Blue heron" not in words(a_client(ben).get(reverse("desk:cases")))


def test_a_wrong_phrase_makes_no_case_and_the_card_can_be_shown_again(team: ATeam) -> None:
    client = a_client(team.people[0])
    noticed(client, team)
    whose(client)
    release(client)
    code, phrase = card(client)
    post(client, "together_card")

    wrong = post(client, "together_sign", phrase="six words that are not these")

    assert wrong.status_code == 422
    assert "not the same phrase" in words(wrong)
    assert cases() == 0
    again = post(client, "together_card", again="1").content.decode()
    assert code in again
    assert html.escape(phrase) in again


def test_who_stops_leaves_nothing_behind(team: ATeam) -> None:
    client = a_client(team.people[0])
    noticed(client, team)
    whose(client)
    release(client)
    card(client)

    page = post(client, "together_stop")

    assert page.redirect_chain[-1][0] == reverse("desk:cases")
    assert cases() == 0
    assert "Open a case together" in words(client.get(reverse("desk:together")))


def test_somebody_else_at_the_same_computer_sees_nothing_of_it(team: ATeam) -> None:
    client = a_client(team.people[0])
    noticed(client, team)
    whose(client)
    release(client)

    comes_in(client, team.people[1])

    page = client.get(reverse("desk:together"))
    assert SIGNED not in page.content.decode()
    assert "Open a case together" in words(page)


def test_steps_out_of_order_lead_to_where_they_stand(team: ATeam) -> None:
    client = a_client(team.people[0])
    for step in (
        "together_whose",
        "together_release",
        "together_make",
        "together_card",
        "together_sign",
        "x",
    ):
        assert "Open a case together" in words(post(client, step, phrase="x"))
    noticed(client, team)
    for step in ("together_release", "together_make", "together_card", "together_sign", "together_back"):
        page = post(client, step, phrase="x")
        assert page.status_code == 200
        assert cases() == 0
    noticed(client, team)
    whose(client)
    release(client)
    code, _phrase = card(client)
    # Once the card is made, an earlier page in another tab changes nothing that is signed.
    assert code in release(client, purpose="something else").content.decode()
    assert PURPOSE in words(post(client, "together_card"))


def test_somebody_who_only_reads_opens_nothing() -> None:
    readers = a_team(("Gus Hall", "Hal Ito"), roles=(Role.lead, Role.read_only))

    page = noticed(a_client(readers.people[1]), readers)

    assert "Cases are opened by advocates and leads" in words(page)


@pytest.mark.parametrize("why", [access.Busy, access.CodeTaken])
def test_when_very_many_are_here_everything_is_kept_for_the_next_try(
    why: type[Exception], team: ATeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is anything lost where the case of an earlier press of the button is still being made."""
    client = a_client(team.people[0])
    noticed(client, team)
    whose(client)
    release(client)
    _code, phrase = card(client)
    post(client, "together_card")

    def busy(*args: Any, **more: Any) -> None:
        raise why

    with monkeypatch.context() as patch:
        patch.setattr(access, "open_new", busy)
        page = post(client, "together_sign", phrase=phrase)
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "60"

    assert "Are you in danger right now?" in words(post(client, "together_sign", phrase=phrase))
    assert not keys_are_elsewhere()


def test_the_words_of_the_release_hold_the_laws_of_who_may_agree() -> None:
    assert [way.value for way in Release((Consent.minor_alone,), ()).ways] == ["minor_alone"]
