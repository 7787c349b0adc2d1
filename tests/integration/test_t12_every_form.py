"""T12: whichever form of an open case is sent after it closed, its words are there after opening.

The forms are found by walking through an open case, so that a new one is tried by itself; every form of the
code that has a box for text must have been met.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from survivor_portal.cases import access, book, records, slot, throttle, unlocked
from survivor_portal.cases.models import Arrival, Unlocked
from survivor_portal.config.mails import MailOut
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.process import Fact, Move
from survivor_portal.takedowns.standing import Entry
from survivor_portal.visits import visit as visits
from survivor_portal.visits.models import Visit
from survivor_portal.web.forms import Question
from tests.desk import a_team
from tests.journeys.story import A_POST, NEWS_CASE, begun

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

PHRASE = "a blue bicycle by the lake"
CASE = {"asker": "self", "age_then": "adult", "age_now": "adult"}
LINKS = f"{A_POST}\nhttps://board.example/one https://board.example/two"
# They would end the walk, or belong to a visit that is not a case.
NOT_PRESSED = {"close", "keep_delete", "open", "recover", "take_read", "take_terms"}
TYPED_IN = {"text", "email", "tel", "search", "url", "number", "textarea"}
# A way in, not words: never kept anywhere (`test_t12_no_phrase_ever_becomes_a_draft`).
SECRET = {"phrase", "new", "again", "recovery", "code", "own"}
# Which of many, and what every form carries.
NO_MATTER = {
    "csrfmiddlewaretoken",
    "draft",
    "draft_boxes",
    "text",
    "seen",
    "channel",
    "entry",
    "at",
    "item",
    "about",
}
MOST = 600


@dataclass
class Form:
    """One form as it stands on a page."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)  # name to kind of box
    choices: dict[str, str] = field(default_factory=dict)  # name to one of its values
    buttons: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)  # name to what can be read in its box

    @property
    def step(self) -> str:
        return self.hidden.get("step", "")

    @property
    def boxes(self) -> set[str]:
        return {name for name, kind in self.text.items() if kind in TYPED_IN and name not in SECRET}

    @property
    def name(self) -> tuple[str, ...]:
        """Two forms of one name do the same."""
        what = {name: value for name, value in self.hidden.items() if name not in NO_MATTER}
        return (self.action, *(f"{k}={v}" for k, v in sorted(what.items())), *sorted(self.text))

    def filled(self, words: dict[str, str]) -> dict[str, str]:
        pressed = {"go": "1"} if "go" in self.buttons else {}
        # Who writes numbers of places means some of them.
        some = {"which": "some"} if "which" in self.choices else {}
        return self.hidden | self.choices | some | {name: words.get(name, "") for name in self.text} | pressed


class Page(HTMLParser):
    """The forms of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = self._box = ""
        # Nothing beside the forms is asked for, and a page is long.
        self.feed("".join(re.findall(r"(?s)<form\b.*?</form>", text)))

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in pairs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "form" and given.get("method") == "post":
            self._form = Form(given.get("action") or "")
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "textarea":
            self._form.text[name] = "textarea"
            self._form.seen[name] = ""
            self._box = name
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and value:
            self._form.choices.setdefault(self._select, value)
        elif tag == "button" or given.get("type") == "submit":
            self._form.buttons.append(name)
        elif tag == "input":
            kind = given.get("type", "text")
            if kind == "hidden":
                self._form.hidden[name] = value
            elif kind in ("radio", "checkbox"):
                if "checked" in given or name not in self._form.choices:
                    self._form.choices[name] = value or "on"
            else:
                self._form.text[name] = kind
                self._form.seen[name] = value

    def handle_data(self, text: str) -> None:
        if self._form and self._box:
            self._form.seen[self._box] += text

    def handle_endtag(self, tag: str) -> None:
        self._box = "" if tag == "textarea" else self._box
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""


def words_for(form: Form, mark: str) -> dict[str, str]:
    """Something for each box that this box may hold, with the mark in it."""
    given = {name: f"{mark}-{name.replace('_', '-')}" for name in sorted(form.boxes)}
    shapes = {
        "links": f"https://board.example/{mark}-links",
        "email": f"{mark}-mail@mail.example",
        "numbers": "13-15, 17-25",
        "text": f"{mark}-text: We removed some of the content you reported.",
    }
    return {name: shapes.get(name, words) for name, words in given.items()}


@pytest.fixture
def new(settings: Settings) -> access.NewCase:
    settings.MAIL_OUT = MailOut("127.0.0.1", 9)  # mail is on; nobody sends any
    access.prepare()
    now = datetime.now(UTC)
    HELPERS[:] = [a_team().organisation_code]
    new = access.open_new(now, phrase=PHRASE)
    visit = visits.read(bytes.fromhex(begun(NEWS_CASE | CASE, LINKS, "On Snapchat, user none, 3 May")), now)
    assert visit
    records.add(new.session.case, "plan", dict(visit.data), book.Note("plan_kept"), now)
    places = [operations.Place(n, f"Place {n}", f"https://board.example/many/{n}") for n in range(1, 26)]
    many = operations.begin(
        new.session.case,
        platform="",
        kind="request",
        label="Many",
        to="It",
        grounds=(),
        places=places,
        now=now,
    )
    due = due_by(now, counts_as_minor=False, zone=UTC)
    gone = Entry(3, Fact.REMOVAL, now, tuple(range(1, 13)))
    operations.note_each(new.session.case, many, [Entry(2, Move.SEND, now), gone], now, due=due)
    return new


def browser_of(new: access.NewCase) -> Client:
    """A browser in which the case is open."""
    client = Client()
    now = datetime.now(UTC)
    client.cookies[settings.CASE_COOKIE] = unlocked.begin(new.session.case, now).token.hex()
    client.cookies[settings.VISIT_COOKIE] = visits.begin(now)[0].hex()
    return client


FOUND: list[Form] = []
HELPERS: list[str] = []  # the code with which a team is found and let in


def walked(new: access.NewCase) -> list[Form]:
    """Every form of an open case. One walk serves all tests; the marks are those of this test's case."""
    if not FOUND:
        FOUND.extend(_walk(new))
        assert len(FOUND) < MOST, len(FOUND)
    mark = {"draft": slot.handle(new.session.case.id, datetime.now(UTC))}
    return [replace(form, hidden=form.hidden | mark) if "draft" in form.hidden else form for form in FOUND]


def _walk(new: access.NewCase) -> list[Form]:
    """Every form that is met by pressing every button of an open case, each of them once."""
    client = browser_of(new)
    met: dict[tuple[str, ...], Form] = {}
    waiting: list[Form] = []

    def look(answer: Any, path: str) -> None:
        for form in Page(answer.content.decode()).forms:
            form.action = form.action or path
            if form.name not in met and form.step not in NOT_PRESSED:
                met[form.name] = form
                waiting.append(form)

    for path in ("/c/", "/next/"):
        look(client.get(path), path)
    while waiting and len(met) < MOST:
        form = waiting.pop(0)
        throttle.Throttle.objects.all().delete()
        typed = form.filled(words_for(form, "walk"))
        if form.step == "let_find":
            typed["code"] = HELPERS[0]
        typed.pop("seen", "")  # other forms were sent since this one was met; that is no other window
        answer = client.post(form.action, typed, follow=True)
        assert answer.status_code < 500, form
        look(answer, answer.redirect_chain[-1][0] if answer.redirect_chain else form.action)
    return list(met.values())


def with_boxes() -> set[str]:
    """The steps of all forms in the code that have a box for words."""
    found = set()
    waiting: list[type[Question]] = list(Question.__subclasses__())
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        boxes = {
            name
            for name, box in form.base_fields.items()
            if isinstance(box, forms.CharField) and not box.widget.is_hidden and name not in SECRET
        }
        # Other tests make forms of their own.
        if form.step and boxes and form.__module__.startswith("survivor_portal.web.survivor."):
            found.add(form.step)
    return found


def test_t12_every_form_with_a_box_for_words_is_met_in_an_open_case(new: access.NewCase) -> None:
    met = {form.step for form in walked(new) if form.boxes}

    assert len(met) >= 5
    assert with_boxes() - NOT_PRESSED - met == set()


@pytest.mark.parametrize("visit_too", [False, True], ids=["case closed", "visit over too"])
def test_t12_what_any_form_holds_is_kept_when_the_case_has_closed(
    visit_too: bool, new: access.NewCase
) -> None:
    lost = []
    tried = set()
    for form in walked(new):
        words = words_for(form, "late")
        if not words or (form.action, form.step) in tried:
            continue
        tried.add((form.action, form.step))
        client = browser_of(new)
        Unlocked.objects.all().delete()
        if visit_too:
            Visit.objects.all().delete()

        late = client.post(form.action, form.filled(words), follow=True).content.decode()
        stored = b"".join(bytes(row.envelope) for row in Arrival.objects.all())
        client.post("/c/", {"step": "open", "code": new.code, "phrase": PHRASE})
        board = Page(client.get("/c/").content.decode()).forms
        shown: dict[str, str] = {}
        for button in board:
            if button.step == "draft_use":
                for again in Page(client.post("/c/", button.hidden).content.decode()).forms:
                    shown |= again.seen
        gone = [name for name, text in words.items() if shown.get(name, "").strip() != text]
        if gone or "What you typed is kept." not in late or b"late-" in stored:
            lost.append((form.action, form.step, gone))
        for record in records.read(new.session.case, "draft"):
            if record.document:
                records.change(new.session.case, record, {}, book.Note("draft_done"), datetime.now(UTC))

    assert lost == []
    assert len(tried) >= 5


def test_t12_a_draft_that_is_sent_on_arrives_where_it_was_meant_to(new: access.NewCase) -> None:
    """Shown again after opening, one button later it is where the form would have put it."""
    (form,) = [form for form in walked(new) if form.step == "links"]
    client = browser_of(new)
    Unlocked.objects.all().delete()
    client.post(form.action, form.filled({"links": "https://board.example/late-links"}))
    client.post("/c/", {"step": "open", "code": new.code, "phrase": PHRASE})
    (use,) = [f for f in Page(client.get("/c/").content.decode()).forms if f.step == "draft_use"]
    (again,) = [f for f in Page(client.post("/c/", use.hidden).content.decode()).forms if "go" in f.buttons]

    client.post(again.action, again.filled({"links": "https://board.example/late-links"}), follow=True)

    (plan,) = records.read(new.session.case, "plan")
    assert [item["url"] for item in plan.document["items"]] == ["https://board.example/late-links"]
    assert "draft_use" not in {f.step for f in Page(client.get("/c/").content.decode()).forms}


def test_t12_nothing_of_it_opens_before_the_phrase_is_typed(new: access.NewCase) -> None:
    (form, *_more) = [form for form in walked(new) if form.step == "answer" and form.boxes]
    client = browser_of(new)
    Unlocked.objects.update(seen_at=datetime.now(UTC) - timedelta(minutes=21))
    client.post(form.action, form.filled(words_for(form, "late")))

    pages = [client.get(path).content.decode() for path in ("/c/", "/next/")]
    pages.append(Client().get("/c/").content.decode())

    assert Arrival.objects.count() == 1
    assert not [page for page in pages if "late-" in page]
