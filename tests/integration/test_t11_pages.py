"""T11: on no page does a cookie alone, a row alone, an expired or another person's session show a case."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from survivor_portal import seals
from survivor_portal.cases import access, book, records, unlocked
from survivor_portal.cases.models import Unlocked
from survivor_portal.takedowns import operations
from survivor_portal.visits import visit as visits
from survivor_portal.web.survivor import case_page, keeping
from tests.journeys.story import NEWS_CASE, begun
from tests.pages import addresses

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]

PHRASE = "a blue bicycle by the lake"
MARK = "theirs-only"
STEPS = sorted(
    {*keeping.CASE_STEPS, *keeping.STEPS, *case_page.ACTIONS, "plan", "letter", "change", "save", "stay"}
)


@pytest.fixture
def theirs() -> access.NewCase:
    """Somebody's open case, full of what only they may see."""
    access.prepare()
    now = datetime.now(UTC)
    new = access.open_new(now, phrase=PHRASE)
    case = new.session.case
    visit = visits.read(
        bytes.fromhex(begun(NEWS_CASE, f"https://board.example/{MARK}", f"On {MARK}, app, 3 May")), now
    )
    assert visit
    records.add(case, "plan", {**visit.data, "signer": {"name": MARK}}, book.Note("plan_kept"), now)
    draft = {"at": now.isoformat(), "step": "answer", "fields": [["text", f"{MARK} in a draft"]]}
    records.add(case, "draft", draft, book.Note("draft_kept"), now)
    place = operations.Place(1, f"{MARK} place", f"https://board.example/{MARK}")
    operations.begin(
        case, platform="", kind="request", label=f"{MARK} request", to=MARK, grounds=(), places=[place],
        now=now,
    )  # fmt: skip
    return new


def _cookie_of(session: unlocked.Session) -> str:
    return session.token.hex()


def cookie_alone(theirs: access.NewCase) -> str:
    """The row was deleted; somebody has the cookie."""
    Unlocked.objects.all().delete()
    return _cookie_of(theirs.session)


def row_alone(theirs: access.NewCase) -> str:
    """The row is there; somebody has a cookie of their own making."""
    return seals.new_token().hex()


def name_of_the_row(theirs: access.NewCase) -> str:
    """Somebody read the name of the row in a dump and sends it as the cookie."""
    return Unlocked.objects.get().pk


def idle_too_long(theirs: access.NewCase) -> str:
    Unlocked.objects.update(seen_at=datetime.now(UTC) - timedelta(minutes=20))
    return _cookie_of(theirs.session)


def open_too_long(theirs: access.NewCase) -> str:
    now = datetime.now(UTC)
    Unlocked.objects.update(created_at=now - timedelta(hours=2), seen_at=now)
    return _cookie_of(theirs.session)


def anothers_cookie_on_their_row(theirs: access.NewCase) -> str:
    """The sealed half of theirs was put under another's name."""
    now = datetime.now(UTC)
    mine = access.open_new(now).session
    stolen = bytes(Unlocked.objects.get(pk=seals.token_id(theirs.session.token).hex()).sealed)
    Unlocked.objects.filter(pk=seals.token_id(mine.token).hex()).update(sealed=stolen)
    return _cookie_of(mine)


def another_case(theirs: access.NewCase) -> str:
    """Somebody with a case of their own, well opened."""
    now = datetime.now(UTC)
    mine = access.open_new(now).session
    records.add(mine.case, "plan", {"answers": {"country": "DE"}}, book.Note("plan_kept"), now)
    return _cookie_of(mine)


def the_case_was_deleted(theirs: access.NewCase) -> str:
    from survivor_portal.cases import ending

    ending.erase(theirs.session.case, PHRASE, datetime.now(UTC))
    return _cookie_of(theirs.session)


STATES = [
    cookie_alone, row_alone, name_of_the_row, idle_too_long, open_too_long, anothers_cookie_on_their_row,
    another_case, the_case_was_deleted,
]  # fmt: skip


def everything(cookie: str, names: dict[str, str]) -> str:
    """All that a browser with this cookie gets to see: every address, every step, with every name."""
    seen = []
    client = Client()
    for path in addresses():
        client.cookies[settings.CASE_COOKIE] = cookie
        seen.append(client.get(path).content.decode())
    for step in STEPS:
        for path in ("/c/", "/next/"):
            client.cookies[settings.CASE_COOKIE] = cookie
            fields = {"step": step, "item": "1", "question": "links", "letter": "x", "before": "99", **names}
            seen.append(client.post(path, fields, follow=True).content.decode())
    return "".join(seen)


@pytest.mark.parametrize("state", STATES)
def test_t11_nobody_else_sees_or_changes_anything_of_a_case_on_any_page(
    state: Callable[[access.NewCase], str], theirs: access.NewCase
) -> None:
    (line,) = operations.board(theirs.session.case)
    (draft,) = records.read(theirs.session.case, "draft")
    cookie = state(theirs)
    before = _book(theirs)
    more = {"text": "some words", "what": "removal", "how": "form", "days": "30"}

    seen = everything(cookie, {"request": line.id, "draft": draft.id, **more})

    assert MARK not in seen
    assert _book(theirs) == before


def test_t11_its_owner_sees_all_of_it(theirs: access.NewCase) -> None:
    """Else the test above would be content with pages that show nobody anything."""
    (line,) = operations.board(theirs.session.case)
    client = Client()
    client.cookies[settings.CASE_COOKIE] = _cookie_of(theirs.session)

    board = client.get("/c/").content.decode()
    request = client.post("/c/", {"step": "request", "request": line.id}, follow=True).content.decode()

    assert f"{MARK} request" in board
    assert f"{MARK} in a draft" in board
    assert f"{MARK} place" in request
    assert MARK in client.get("/next/").content.decode()


def _book(theirs: access.NewCase) -> list[bytes]:
    from survivor_portal.cases.models import Entry

    return [bytes(row.envelope) for row in Entry.objects.filter(case_id=theirs.session.case.id)]
