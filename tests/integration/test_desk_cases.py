"""The desk's list of cases: found by label, opened with a line in the book first, closed with the release."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from survivor_portal.advocates.models import Organisation
from survivor_portal.advocates.who import Role
from survivor_portal.cases import access, actors, book, brought, codes, grants, offers, records
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.book import Note
from survivor_portal.cases.brought import Wanted
from survivor_portal.cases.keys import OpenCase
from survivor_portal.cases.models import Grant
from survivor_portal.cases.releases import Consent, Paper
from survivor_portal.takedowns import operations, rekey
from survivor_portal.web.desk import case_list, case_seen
from tests.desk import APerson, ATeam, a_grant, a_team
from tests.desk_pages import comes_in, typed_again

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
MARKER = "marker heron 7731"


@pytest.fixture(autouse=True)
def _ready() -> None:
    access.prepare()


@pytest.fixture
def team() -> ATeam:
    return a_team(("Ana Li", "Ben Okoro"))


def now() -> datetime:
    return datetime.now(UTC)


def a_case(text: str = MARKER, country: str = "DE") -> OpenCase:
    """Somebody's case with a plan in it."""
    case = access.open_new(now()).session.case
    records.add_only(
        case, records.PLAN, {"answers": {"country": country, "picture": text}}, Note("plan_kept"), now()
    )
    return case


def a_client(person: APerson) -> Client:
    client = Client()
    comes_in(client, person)
    return client


def words(response: Any) -> str:
    """What a page says, on one line."""
    text = re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<head>.*?</head>", "", response.content.decode()))
    return " ".join(html.unescape(text).split())


def opens(client: Client, grant_id: str, **more: str) -> Any:
    return client.post(reverse("desk:open"), {"grant": grant_id, **more})


def kinds(case: OpenCase) -> list[str]:
    return [entry.note.kind for entry in book.timeline(case)]


def test_the_list_names_labels_and_until_when_and_nothing_else_of_a_case(team: ATeam) -> None:
    case = a_case()
    a_grant(case, team, label="Blue heron", days=90)
    a_grant(a_case("of another team"), a_team(("Dia Roy",), name="Helpline South"), label="Not theirs")

    response = a_client(team.people[0]).get(reverse("desk:cases"))

    said = words(response)
    assert response.status_code == 200
    assert "Blue heron" in said
    assert f"{now() + timedelta(days=90):%Y}" in said
    assert "Read the case Act for the person" in said
    assert "Not theirs" not in said
    assert MARKER not in response.content.decode()
    assert case.id not in response.content.decode()
    assert kinds(case).count("listed") == 1
    assert grants.accesses(case)[0].team == "Helpline North, Example Helpline"


def test_a_case_opens_at_its_board_and_its_book_says_so_first(team: ATeam) -> None:
    case = a_case()
    release = a_grant(case, team)
    client = a_client(team.people[0])

    response = opens(client, release.grant_id)

    assert (response.status_code, response["Location"]) == (303, "/c/")
    assert kinds(case)[-1] == "opened_by"
    assert grants.accesses(case)[0].name == "Ana Li"
    page = client.get("/c/")
    assert page.status_code == 200
    assert "Where things stand" in words(page)
    # The numbers of the case's own country.
    assert "112" in words(page)


def test_a_case_opens_at_one_of_its_requests(team: ATeam) -> None:
    case = a_case()
    place = operations.Place(1, "A place", "https://x.example/1")
    begun = operations.begin(
        case,
        platform="x",
        kind="request",
        label="Heron letter",
        to="X",
        grounds=("us-tida",),
        places=[place],
        now=now(),
    )
    release = a_grant(case, team)
    client = a_client(team.people[0])

    opens(client, release.grant_id, request=begun.id)

    assert "Heron letter" in words(client.get("/c/"))


def ended_by_the_owner(case: OpenCase, grant_id: str, team: ATeam) -> None:
    rekey.revoke(case, grant_id, now())


def run_out(case: OpenCase, grant_id: str, team: ATeam) -> None:
    Grant.objects.update(expires_at=now())


@pytest.mark.parametrize("how", [ended_by_the_owner, run_out])
def test_what_is_no_longer_granted_is_a_page_that_says_so_and_nothing_else(how: Any, team: ATeam) -> None:
    case = a_case()
    release = a_grant(case, team, label="Blue heron")
    client = a_client(team.people[0])
    opens(client, release.grant_id)
    assert client.get("/c/").status_code == 200

    how(case, release.grant_id, team)

    again = opens(client, release.grant_id)
    assert again.status_code == 404
    assert "This case is not open to you" in words(again)
    for response in (again, client.get(reverse("desk:cases")), client.get("/c/"), client.get("/next/")):
        assert "Blue heron" not in words(response)
        assert MARKER not in response.content.decode()


@pytest.mark.parametrize("grant_id", ["", "0" * 32, "x" * 5000, "\x00", "../../etc"])
def test_an_invented_grant_is_the_same_page(grant_id: str, team: ATeam) -> None:
    case = a_case()
    a_grant(case, team)

    response = opens(a_client(team.people[0]), grant_id)

    assert response.status_code == 404
    assert "This case is not open to you" in words(response)
    assert "opened_by" not in kinds(case)


def test_more_time_on_the_page_that_says_no_leads_to_the_list(team: ATeam) -> None:
    client = a_client(team.people[0])

    for address in (reverse("desk:open"), reverse("desk:take_over")):
        stayed = client.post(address, {"step": "stay"}, follow=True)
        assert stayed.status_code == 200
        assert "Here are the cases you were let into" in words(stayed)


def test_the_list_takes_as_many_queries_for_many_cases_as_for_one(team: ATeam) -> None:
    client = a_client(team.people[0])
    taken = []
    for more in (1, 6):
        for number in range(more):
            a_grant(a_case(), team, label=f"Case {number}")
        # The first list of a day writes into each book that it was shown.
        client.get(reverse("desk:cases"))
        with CaptureQueriesContext(connections["default"]) as queries:
            client.get(reverse("desk:cases"))
        taken.append(len(queries))

    assert taken[0] == taken[1] <= 10


def test_a_case_that_was_open_closes_when_another_is_refused(team: ATeam) -> None:
    release = a_grant(a_case(), team, label="Blue heron")
    client = a_client(team.people[0])
    opens(client, release.grant_id)

    opens(client, "0" * 32)

    assert "Where things stand" not in words(client.get("/c/"))


def test_staff_who_must_not_see_a_case_do_not_see_it_in_the_list(team: ATeam) -> None:
    ana, ben = team.people
    case = a_case()
    release = a_grant(case, team, label="Blue heron", not_for=[ben])

    assert "Blue heron" not in words(a_client(ben).get(reverse("desk:cases")))
    assert opens(a_client(ben), release.grant_id).status_code == 404
    assert "Blue heron" in words(a_client(ana).get(reverse("desk:cases")))


def pages_of(client: Client, **wanted: str) -> list[list[str]]:
    """The labels of each page of the list, walked to its end."""
    found = []
    response = client.post(reverse("desk:cases"), wanted) if wanted else client.get(reverse("desk:cases"))
    while True:
        text = response.content.decode()
        found.append(re.findall(r'<h2 class="sp-h3">([^<]+)</h2>', text))
        place = re.search(r'name="after" value="([^"]+)"', text)
        if place is None:
            return found
        response = client.post(reverse("desk:cases"), {**wanted, "after": html.unescape(place[1])})


def test_pages_hold_every_case_once_and_fill_up_where_somebody_may_not_see_one(
    team: ATeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_list, "PAGE", 2)
    ana, ben = team.people
    for number in range(7):
        # Two end in the same moment.
        days = 10 + number // 2
        a_grant(a_case(), team, label=f"Case {number}", days=days, not_for=[ben] if number in (1, 2) else [])

    assert [len(page) for page in pages_of(a_client(ana))] == [2, 2, 2, 1]
    seen = pages_of(a_client(ben))

    assert [len(page) for page in seen] == [2, 2, 1]
    assert sorted(label for page in seen for label in page) == [f"Case {n}" for n in (0, 3, 4, 5, 6)]


def test_the_way_back_in_the_list_shows_the_page_before(team: ATeam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_list, "PAGE", 2)
    for number in range(5):
        a_grant(a_case(), team, label=f"Case {number}", days=10 + number)
    client = a_client(team.people[0])
    address = reverse("desk:cases")
    after = re.search(r'name="after" value="([^"]+)"', client.get(address).content.decode())
    assert after is not None
    second = client.post(address, {"after": html.unescape(after[1])}).content.decode()
    assert re.findall(r'<h2 class="sp-h3">([^<]+)</h2>', second) == ["Case 2", "Case 3"]

    before = re.search(r'name="before" value="([^"]+)"', second)
    assert before is not None
    first = client.post(address, {"before": html.unescape(before[1])}).content.decode()

    assert re.findall(r'<h2 class="sp-h3">([^<]+)</h2>', first) == ["Case 0", "Case 1"]
    assert 'name="before"' not in first


def test_a_case_is_found_by_its_label_whatever_the_case_of_its_letters(team: ATeam) -> None:
    for label in ("Blue heron", "Grey heron", "Red fox"):
        a_grant(a_case(), team, label=label)
    client = a_client(team.people[0])

    assert [sorted(page) for page in pages_of(client, words=" HERON ")] == [["Blue heron", "Grey heron"]]
    found = client.post(reverse("desk:cases"), {"words": "heron", "soon": "on"})
    assert "Shown now: “heron” · Only releases that end within 14 days" in words(found)
    # What was found stands on top: the form that looked for it is folded.
    assert "<details open" not in found.content.decode().replace(' class="sp-details"', "")
    assert "Who opened what" in words(client.get(reverse("desk:cases")))
    assert "Who opened what" not in words(found)
    assert "2 cases have this in their label" in words(client.post(reverse("desk:cases"), {"words": "heron"}))


def test_a_search_says_where_it_stopped_and_goes_on_from_there(
    team: ATeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_list, "STEP", 2)
    monkeypatch.setattr(case_list, "MOST_SEARCHED", 4)
    for number in range(6):
        a_grant(a_case(), team, label=f"Case {number}", days=10 + number)
    client = a_client(team.people[0])

    assert "The search stopped after 4 cases" in words(
        client.post(reverse("desk:cases"), {"words": "case 5"})
    )
    assert pages_of(client, words="case 5") == [[], ["Case 5"]]


def test_only_releases_that_end_soon_are_shown_where_that_was_asked(team: ATeam) -> None:
    a_grant(a_case(), team, label="Ends", days=13)
    a_grant(a_case(), team, label="Stays", days=15)

    assert pages_of(a_client(team.people[0]), soon="on") == [["Ends"]]


def test_cases_without_a_request_are_one_press_from_the_queue_and_no_others_are_shown(
    team: ATeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_list, "PAGE", 2)
    place = operations.Place(1, "A place", "https://x.example/1")
    for number in range(5):
        a_grant(a_case(), team, label=f"Bare {number}", days=30 + number)
        begun = a_case()
        a_grant(begun, team, label=f"Begun {number}", days=30 + number)
        operations.begin(
            begun, platform="x", kind="request", label="A", to="X", grounds=[], places=[place], now=now()
        )
    client = a_client(team.people[0])

    assert 'name="bare" value="on"' in client.get(reverse("desk:queue")).content.decode()
    found = pages_of(client, bare="on")

    assert found == [["Bare 0", "Bare 1"], ["Bare 2", "Bare 3"], ["Bare 4"]]


@pytest.mark.parametrize(
    "place", ["", "x", "2026-11-23T12:00:00 y", "2026-13-40T99:00:00+00:00 y", "\x00 \x00"]
)
def test_a_place_nobody_wrote_is_the_top_of_the_list(place: str, team: ATeam) -> None:
    a_grant(a_case(), team, label="Blue heron")

    response = a_client(team.people[0]).post(reverse("desk:cases"), {"after": place})

    assert "Blue heron" in words(response)


def test_somebody_nobody_has_let_in_sees_no_case(team: ATeam) -> None:
    waiting = a_team(("Eve Stone", "Fay Wolf"), let_in=False, name="Helpline West")
    a_grant(a_case(), waiting, label="Blue heron")

    said = words(a_client(waiting.people[1]).get(reverse("desk:cases")))

    assert "nobody has let you in yet" in said
    assert "Blue heron" not in said


def test_the_page_of_the_release_says_who_agreed_and_who_looked(team: ATeam) -> None:
    case = a_case()
    release = a_grant(case, team, label="Blue heron")
    client = a_client(team.people[0])

    assert opens(client, release.grant_id, to="release")["Location"] == reverse("desk:case")
    said = words(client.get(reverse("desk:case")))

    for text in (
        "Blue heron",
        "Help with the requests",
        "R. Example",
        "opened by Ana Li",
        "Let somebody help",
    ):
        assert text in said
    assert MARKER not in said


def test_a_label_is_changed_for_the_list_and_stands_in_the_book(team: ATeam) -> None:
    case = a_case()
    release = a_grant(case, team, label="Blue heron")
    client = a_client(team.people[0])
    opens(client, release.grant_id)

    client.post(reverse("desk:case"), {"step": "label", "label": "  Grey swan "})

    assert pages_of(a_client(team.people[1])) == [["Grey swan"]]
    assert "labelled" in kinds(case)
    too_long = client.post(reverse("desk:case"), {"step": "label", "label": "x" * 61})
    assert too_long.status_code == 422
    assert "x" * 61 in too_long.content.decode()


def test_somebody_who_only_reads_changes_no_label(team: ATeam) -> None:
    readers = a_team(("Gus Hall", "Hal Ito"), name="Helpline East", roles=(Role.lead, Role.read_only))
    release = a_grant(a_case(), readers, label="Blue heron")
    client = a_client(readers.people[1])
    opens(client, release.grant_id)

    response = client.post(reverse("desk:case"), {"step": "label", "label": "Grey swan"})

    assert "Grey swan" not in words(response)
    assert pages_of(a_client(readers.people[0])) == [["Blue heron"]]
    typed_again(client)
    assert client.post(reverse("desk:take_over"))["Location"] == reverse("desk:case")


def test_without_an_open_case_the_page_of_the_release_is_the_list(team: ATeam) -> None:
    assert a_client(team.people[0]).get(reverse("desk:case"))["Location"] == reverse("desk:cases")


def test_a_case_its_owner_has_open_in_this_browser_is_none_of_the_desks(team: ATeam) -> None:
    client = a_client(team.people[0])
    new = access.open_new(now())
    typed_again(client)
    client.cookies[settings.CASE_COOKIE] = new.session.token.hex()

    assert client.get(reverse("desk:case"))["Location"] == reverse("desk:cases")
    assert client.post(reverse("desk:take_over"))["Location"] == reverse("desk:cases")


def test_leads_see_who_opened_which_case_and_nobody_else_does(
    team: ATeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben = team.people
    first, second = (
        a_grant(a_case(), team, label=label, days=days)
        for label, days in (("Blue heron", 10), ("Red fox", 20))
    )
    opens(a_client(ben), first.grant_id)
    monkeypatch.setattr(case_seen, "PAGE", 1)

    lead = a_client(ana)
    page = lead.get(reverse("desk:seen"))

    assert "Blue heron" in words(page)
    assert "opened by Ben Okoro (Helpline North, Example Helpline)" in words(page)
    assert "Red fox" not in words(page)
    place = re.search(r'name="after" value="([^"]+)"', page.content.decode())
    assert place is not None
    assert "Red fox" in words(lead.post(reverse("desk:seen"), {"after": html.unescape(place[1])}))
    assert a_client(ben).get(reverse("desk:seen")).status_code == 404
    assert second.grant_id not in page.content.decode()


def test_the_plan_for_danger_is_the_agencys_own_with_help_of_the_country(team: ATeam) -> None:
    client = a_client(team.people[0])
    assert "There is no plan here yet" in words(client.get(reverse("desk:plan")))
    Organisation.objects.update(danger_plan="Call the lead on duty.\n\nThen the emergency number.")
    release = a_grant(a_case(country="DE"), team)
    opens(client, release.grant_id)

    said = words(client.get(reverse("desk:plan")))

    assert "Call the lead on duty." in said
    assert "Emergency number of the country: 112" in said


def test_a_code_to_take_a_case_over_asks_for_the_password_and_is_shown_once(team: ATeam) -> None:
    case = a_case()
    release = a_grant(case, team)
    client = a_client(team.people[0])
    opens(client, release.grant_id)

    assert "Type your password again" in words(client.post(reverse("desk:take_over")))
    assert "take_over_offered" not in kinds(case)
    typed_again(client)
    page = client.post(reverse("desk:take_over"))

    shown = re.search(r'sp-slip__code">([0-9A-Z-]+)<', page.content.decode())
    assert shown is not None
    found = offers.read(codes.read_one_time_code(shown[1]), now())
    assert found.case is not None
    assert found.case.id == case.id
    assert kinds(case)[-1] == "take_over_offered"
    assert book.timeline(case)[-1].note.by.startswith("staff|")
    client.get("/c/")
    assert shown[1] not in client.get(reverse("desk:case")).content.decode()


def brought_along(team: ATeam) -> str:
    """A case this team brought along, on a paper of five days ago; the id of its grant."""
    today = now().date()
    paper = Paper(Consent.adult, today - timedelta(days=5), today + timedelta(days=10))
    wanted = Wanted("Brought", paper, frozenset({Scope.read, Scope.act}))
    person = team.people[0]
    by = actors.staff(person.id, person.name, team.card.name)
    return brought.open_for_team(team.card, wanted, now(), by=by)[1].grant_id


def test_a_case_brought_along_goes_on_by_a_newer_paper_and_by_no_other(team: ATeam) -> None:
    client = a_client(team.people[0])
    grant_id = brought_along(team)
    opens(client, grant_id)
    assert "There is a newer paper" in words(client.get(reverse("desk:case")))
    today = now().date()
    address = reverse("desk:paper")
    given = {"agreed": "adult", "on_file": "on", "until": str(today + timedelta(days=200)), "go": "1"}

    older = client.post(address, {**given, "signed_on": str(today - timedelta(days=5))})
    assert older.status_code == 422
    assert "This paper does not hold" in words(older)
    assert f'value="{today - timedelta(days=5)}"' in older.content.decode()
    assert client.post(address, {**given, "signed_on": "yesterday"}).status_code == 422
    newer = client.post(address, {**given, "signed_on": str(today)})

    assert newer["Location"] == reverse("desk:case")
    assert Grant.objects.get(pk=grant_id).expires_at.date() > today + timedelta(days=20)


def test_a_release_the_person_signed_is_renewed_by_no_paper(team: ATeam) -> None:
    client = a_client(team.people[0])
    release = a_grant(a_case(), team)
    opens(client, release.grant_id)
    today = now().date()

    page = client.post(
        reverse("desk:paper"),
        {
            "agreed": "adult",
            "on_file": "on",
            "until": str(today + timedelta(days=300)),
            "signed_on": str(today),
        },
    )

    assert page["Location"] == reverse("desk:case")
    assert Grant.objects.get().expires_at < now() + timedelta(days=91)
