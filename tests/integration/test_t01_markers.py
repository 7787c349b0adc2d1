"""T1: of all that people type on this site, nothing can be read in what it keeps, logs or leaves lying about.

Visitors without script walk through the site and put a marker into every box for text they are shown. Then
everything that is kept is searched: both databases as files and cell by cell, the log, the cache, the mails,
the folder for temporary files, and every file that was opened for writing meanwhile.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import logging.config
import re
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import pytest
from django import forms
from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.utils import timezone

from survivor_portal.cases import access, book, records, unlocked
from survivor_portal.cases.models import Arrival, Throttle, Unlocked
from survivor_portal.config.mails import MailOut
from survivor_portal.keystore.models import Shred
from survivor_portal.takedowns import operations
from survivor_portal.visits.models import Visit
from survivor_portal.web.forms import Question
from survivor_portal.web.safety import logs
from survivor_portal.web.survivor.questions import FORMS
from tests.desk import a_team
from tests.markers import Found, Markers, Seen, dresses, search
from tests.visitor import Form, Visitor

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "keys"]), pytest.mark.database]

REFUSAL = (
    "We have reviewed what you sent us and found no violation of our rules, so no action will be taken. "
    "Reference {}. If you believe this is a copyright matter, please use the other form."
)
ADULT = {
    "danger": "no", "device_watched": "no", "asker": "self", "age_then": "adult", "age_now": "adult",
    "home_safe": "yes", "happened": "posted", "picture": "real", "consent": "never", "maker": "other",
    "forced": "no", "country": "US", "region": "US-CA", "owner_safe": "yes", "reported": "refused",
}  # fmt: skip
PARENT = ADULT | {"asker": "parent", "age_then": "13_15", "age_now": "13_15", "maker": "shown"}
JOURNEYS = {
    "an adult with posts": ADULT,
    "an adult in New Zealand who took it": ADULT | {"maker": "shown", "country": "NZ", "region": ""},
    "a parent": PARENT,
    "a parent in Germany, of a picture made with AI": PARENT
    | {"country": "DE", "region": "", "picture": "ai"},
    "a teen": PARENT | {"asker": "self", "home_safe": "no", "age_then": "16_17", "age_now": "16_17"},
    "a teen who is threatened, on a watched device": PARENT
    | {"asker": "self", "happened": "threat", "danger": "yes", "device_watched": "yes"},
    "an advocate": ADULT | {"asker": "advocate", "country": "GB", "region": "", "owner_safe": "no"},
    "a friend": ADULT | {"asker": "friend", "happened": "both", "reported": "silent"},
    "a child alone": PARENT | {"asker": "self", "age_then": "under_13", "age_now": "under_13"},
}
# Which of them keep a case, and with which kind of phrase.
KEPT = {"an adult with posts": "own", "a parent": "digits"}
ENDING = {"close", "keep_delete", "keep_code", "keep_phrase", "keep_phrase_lost"}
MOST_FORMS = 150
# Boxes in which only a time or a number holds: tried with a marker first, and then left as a person would.
RIGHT: dict[str, Any] = {"at": "", "numbers": "", "views": "12", "shares": "", "text": REFUSAL.format}
# So many of them must be found again in the case itself, with its keys: else nothing was looked for.
FEWEST_KEPT = 15
FEWEST_MARKERS, FEWEST_FIELDS = 200, 30


class Everything:
    """All that outlives a request, as bytes by the name of the place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stream = io.StringIO()
        self.heard: list[str] = []
        self.told: list[str] = []
        self.written: set[str] = set()

    def places(self, *, growing: bool = True) -> Iterator[tuple[str, bytes]]:
        """Each with its name; without those that only grow, if the last search of all has them to the end."""
        for alias in settings.DATABASES:
            yield from _database(alias)
        if growing:
            yield "the log", self.stream.getvalue().encode()
            yield "what loggers say", "\n".join(self.heard).encode(errors="replace")
            yield "addresses, headers, cookies and titles", "\n".join(self.told).encode()
        yield "names of files that were written", "\n".join(self.written).encode()
        for name in settings.CACHES:
            yield f"the cache {name}", repr(getattr(caches[name], "_cache", None)).encode()
        from django.core import mail

        yield "the mails", "".join(str(sent.message()) for sent in getattr(mail, "outbox", [])).encode()
        # Ours, and the folder of this run: databases, keys of the days, whatever waits for other processes.
        run = Path(settings.STATIC_ROOT).parent
        files = {
            *self.folder.rglob("*"),
            *settings.EPOCH_DIR.rglob("*"),
            *run.rglob("*"),
            *map(Path, self.written),
        }
        files = {path for path in files if not path.is_relative_to(settings.STATIC_ROOT)}
        for path in sorted(files):
            yield f"the name of {path.name}", str(path).encode()
            if path.is_file():
                yield f"the file {path.name}", path.read_bytes()


def _database(alias: str) -> Iterator[tuple[str, bytes]]:
    connection = connections[alias]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = [
                b"\x00".join(
                    bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                    for cell in row
                )
                for row in cursor.fetchall()
            ]
            yield f"{alias}: {table}", b"\n".join(rows)
    if connection.vendor == "sqlite":
        own: Any = connection.connection
        yield f"{alias}: as SQL", "\n".join(own.iterdump()).encode()
        yield f"{alias}: its pages", own.serialize()


class Hearing(logging.Handler):
    """Hears every logger with all it says, values and tracebacks, which the site's own log leaves out."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(f"{self.format(record)} {record.args!r} {vars(record)!r}")


@pytest.fixture
def everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Everything]:
    """Everything, from now on: the loggers at their most talkative, temporary files in a folder of ours."""
    monkeypatch.setattr(settings, "MAIL_OUT", MailOut("127.0.0.1", 9))  # mail is on; nobody sends any
    access.prepare()
    kept = Everything(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    config = logs.logging_config()
    config["handlers"]["bare"]["stream"] = kept.stream
    config["root"]["level"] = "DEBUG"
    for logger in config["loggers"].values():
        logger["level"] = "DEBUG"
    hearing = Hearing(kept.heard)
    logging.config.dictConfig(config)
    logging.getLogger().addHandler(hearing)
    quoting = logging.getLogger("django.template")
    quoting.addFilter(_only_for_the_own_log)
    _WATCHED.append(kept.written)
    yield kept
    _WATCHED.remove(kept.written)
    logging.getLogger().removeHandler(hearing)
    logging.config.dictConfig(logs.logging_config())
    quoting.removeFilter(_only_for_the_own_log)


def _only_for_the_own_log(record: logging.LogRecord) -> bool:
    """Of each name that a template does not find Django says the whole page it was meant for. The site's own
    log takes it, and leaves the words out; others are spared it."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logs.BareHandler):
            handler.handle(record)
    return False


_WATCHED: list[set[str]] = []


def _hook(event: str, details: tuple[Any, ...]) -> None:
    """Note each file that Python opens for writing while somebody watches."""
    if _WATCHED and event == "open" and isinstance(details[0], str | bytes):
        mode, flags = details[1] or "", details[2] or 0
        if set(mode) & set("wax+") or flags & 3:
            name = details[0] if isinstance(details[0], str) else details[0].decode(errors="replace")
            # A module that is imported for the first time is kept by Python in compiled form.
            if "__pycache__" not in name:
                _WATCHED[-1].add(name)


sys.addaudithook(_hook)


@dataclass
class Done:
    """What somebody did already, so that the next one does something else."""

    filled: set[tuple[str, str]] = field(default_factory=set)
    letters: set[str] = field(default_factory=set)
    forms: set[tuple[str, ...]] = field(default_factory=set)
    tampered: set[tuple[str, str]] = field(default_factory=set)


class Person:
    """One person's way through the site, by what they press."""

    def __init__(self, markers: Markers, told: list[str], done: Done) -> None:
        self.markers, self.done = markers, done
        self.visitor = Visitor(markers, done.filled)
        self.visitor.told = told
        self.secrets: list[str] = []
        self.code = self.phrase = ""

    @property
    def tokens(self) -> list[str]:
        """What this browser's cookies hold: each opens something, and is kept nowhere else."""
        cookies = self.visitor.client.cookies
        return [
            cookies[name].value for name in (settings.VISIT_COOKIE, settings.CASE_COOKIE) if name in cookies
        ]

    # --- before a case ---

    def answers(self, choices: dict[str, str]) -> None:
        """All questions, up to the plan."""
        visitor = self.visitor
        visitor.opens("/next/")
        for _ in range(30):
            form = next((form for form in visitor.forms if form.step in FORMS), None)
            if form is None and visitor.has("go"):
                visitor.sends("go")
                continue
            if form is None:
                break
            given = {
                name: choices[name]
                for name, control in form.controls.items()
                if choices.get(name) in control.options
            }
            visitor.sends(form, given, links=self.links, places=self.places)
        assert visitor.heading == "Your next steps"

    def links(self, marker: str) -> str:
        account, path, query, site = (
            self.markers.new(f"links: {part}") for part in ("account", "path", "query", "host")
        )
        # So many on one site that they are named by numbers further on.
        many = " ".join(f"https://x.com/{account}/status/12345678901234567{n}" for n in range(10, 22))
        return (
            f"{marker} {many} and "
            f"https://www.instagram.com/p/{path}/?igsh={query}\nhttps://{site}.example/{path}/{marker}?q={query}#{path}"
        )

    def places(self, marker: str) -> str:
        account, group = (self.markers.new(f"places: {part}") for part in ("account", "group"))
        return f"Instagram, {account}, in May, {marker}\nA group {group}, about Monday"

    def opens_letters(self, most: int = 99, *, again: bool = False) -> Iterator[None]:
        """Each letter of the plan in turn, signed where it can be; `again`: also those that somebody had."""
        visitor = self.visitor
        self.opens_the_plan()
        found = [form for form in visitor.forms if form.step == "letter"]
        for form in [form for form in found if again or form.value("letter") not in self.done.letters][:most]:
            self.done.letters.add(form.value("letter"))
            self.opens_the_plan()
            visitor.sends(visitor.form("letter", letter=form.value("letter"), site=form.value("site")))
            if visitor.has("sign"):
                visitor.sends("sign", email=lambda marker: f"{marker} at {marker}")
                visitor.sends("sign", ticked(visitor.form("sign")))
            if visitor.has("party"):
                visitor.sends("party", address=lambda marker: f"{marker} at {marker}")
                visitor.sends("party", address=lambda marker: f"{marker}@{marker}.example")
            yield

    def opens_the_plan(self) -> None:
        self.visitor.opens("/next/")
        if self.visitor.heading != "Your next steps":
            self.visitor.sends("plan")
        assert self.visitor.heading == "Your next steps"

    def tampers(self) -> None:
        """Each form that was seen, sent with a marker in place of everything but its step."""
        visitor = self.visitor
        for (action, step), names in sorted(visitor.seen.items()):
            if step in ENDING or (action, step) in self.done.tampered:
                continue
            self.done.tampered.add((action, step))
            visitor.opens(action.partition("#")[0])
            data = {name: self.markers.new(f"tampered: {step} {name}") for name in sorted(names)}
            other = self.markers.new(f"tampered: {step}, a name of its own")
            data |= {"step": step, other: other, "csrfmiddlewaretoken": visitor.token}
            headers = {
                name: self.markers.new(f"header {name}")
                for name in ("user-agent", "x-forwarded-for", "accept-language")
            }
            visitor.client.post(action, data, headers=headers)

    # --- a case ---

    def keeps(self, kind: str) -> None:
        visitor = self.visitor
        self.opens_the_plan()
        visitor.sends("keep")
        visitor.sends("keep_make", {"kind": "own"}, wild=True)
        visitor.sends("keep_make", {"kind": "own"}, own=lambda marker: marker[:12])  # too short
        visitor.sends("keep_make", {"kind": kind, "recovery": "on"}, own=self.an_own_phrase)
        self.reads_the_card()
        visitor.sends("keep_ask")
        visitor.sends("keep_confirm")
        assert visitor.status == 422
        visitor.sends("keep_confirm", phrase=self.phrase)
        self.secrets.append(self.shown("slip-code"))  # the recovery code
        assert Unlocked.objects.exists()

    def an_own_phrase(self, marker: str) -> str:
        return f"a Blue {marker} by the lake"

    def shown(self, name: str) -> str:
        found = re.search(rf'id="{name}">([^<]*)<', self.visitor.page)
        assert found, self.visitor.heading
        return found[1]

    def reads_the_card(self) -> None:
        self.code, self.phrase = self.shown("slip-code"), self.shown("slip-phrase")
        self.secrets += [self.code, self.phrase]

    def sends_letters(self, most: int) -> None:
        """With an open case: each letter that goes out becomes a request."""
        for _ in self.opens_letters(most, again=True):
            self.visitor.sends("sent", wild=True)
            self.visitor.sends("sent", {"how": "mail"}, **RIGHT)
            assert self.visitor.status == 200

    def goes_to_the_board(self) -> None:
        visitor = self.visitor
        visitor.opens("/c/")
        for _ in range(3):
            if visitor.has("close") and not visitor.has("board"):
                return
            visitor.sends("board" if visitor.has("board") else "keep_settings")
        raise AssertionError(f"no way to the board from “{visitor.heading}”")

    def goes_to(self, request: str) -> None:
        """To a request, by the board."""
        self.goes_to_the_board()
        self.visitor.sends(self.visitor.form("request", request=request))

    def requests(self) -> list[str]:
        self.goes_to_the_board()
        return list(
            dict.fromkeys(form.value("request") for form in self.visitor.forms if form.step == "request")
        )

    def gets_an_answer(self, request: str) -> None:
        visitor = self.visitor
        self.goes_to(request)
        visitor.sends("answer")
        visitor.sends("answer", text=REFUSAL.format)
        visitor.sends("answer_keep", wild=True)
        self.goes_to(request)
        visitor.sends("answer")
        visitor.sends("answer", text=REFUSAL.format)
        visitor.sends("answer_keep", {"says": "refused"}, **RIGHT)
        assert visitor.status == 200

    def takes_next_steps(self, request: str) -> None:
        """Open the letter of each next step, sign what it asks, and note one of them."""
        visitor = self.visitor
        self.goes_to(request)
        for form in [form for form in visitor.forms if form.step == "next_letter"]:
            self.goes_to(request)
            visitor.sends(visitor.form("next_letter", rung=form.value("rung")))
            for declared in [form for form in visitor.forms if form.step == "next_letter"]:
                visitor.sends(declared, ticked(declared))
        self.goes_to(request)
        if visitor.has("did"):
            visitor.sends("did")

    def hears_more(self, request: str) -> None:
        visitor = self.visitor
        for what in ("receipt", "threatened", "bounce", "removal", "back_again"):
            self.goes_to(request)
            if not visitor.has("happened"):
                visitor.sends("happen")
            visitor.sends("happened", {"what": what}, wild=True)
            visitor.sends("happened", {"what": what}, **RIGHT)
            assert visitor.status == 200, what
        for step in ("again", "put_right"):
            self.goes_to(request)
            if visitor.has(step):
                visitor.sends(step)
        visitor.opens("/c/")
        visitor.sends("board")
        visitor.sends("timeline")

    def is_late(self, request: str) -> None:
        """The case closes while an answer is typed; it is found as a draft after opening."""
        visitor = self.visitor
        self.goes_to(request)
        visitor.sends("answer")
        long_ago = timezone.now() - timedelta(hours=3)
        Unlocked.objects.update(created_at=long_ago, seen_at=long_ago)
        visitor.sends("answer", text=REFUSAL.format)
        assert Arrival.objects.exists()
        self.opens()
        visitor.sends("draft_use")
        visitor.sends("answer")

    def loses_the_token(self, request: str) -> None:
        """The form's cookie is gone when it is sent: what was typed is shown again."""
        visitor = self.visitor
        self.goes_to(request)
        visitor.sends("answer")
        form = visitor.form("answer")
        del visitor.client.cookies[settings.CSRF_COOKIE_NAME]
        visitor.sends(form, text=REFUSAL.format)

    @contextmanager
    def a_flood(self) -> Iterator[None]:
        """Very many try in vain, so the forms ask for two words more."""
        with mock.patch("survivor_portal.cases.flood.is_on", return_value=True):
            yield

    def opens(self) -> None:
        """The door: wrong in each way, then right."""
        visitor = self.visitor
        with self.a_flood():
            visitor.opens("/c/")
            visitor.sends("open")
            visitor.sends("recover")
            visitor.sends("recover")
        visitor.opens("/c/")
        visitor.sends("open", wild=True)
        visitor.sends("open", code=self.code)
        visitor.sends("open", button="show", code=self.code)
        visitor.sends("recover")
        visitor.sends("recover")
        visitor.sends("recover", code=self.code)
        visitor.opens("/c/")
        waits()
        visitor.sends("open", code=self.code, phrase=self.phrase)
        visitor.opens("/c/")
        assert visitor.has("timeline")

    def lets_somebody_in(self, code: str) -> None:
        """A helpline by its code, with something wrong first, then right; and no more."""
        visitor = self.visitor
        self.goes_to_the_board()
        visitor.sends("let")
        visitor.sends("let_find")
        visitor.sends("let_find", code=code)
        visitor.sends("let_terms", any_choice=True)
        visitor.sends("let_give")
        assert visitor.status == 422
        waits()
        visitor.sends("let_give", phrase=self.phrase)
        visitor.sends("let_back")

    def changes_everything(self) -> None:
        """Code, phrase, recovery code, days, more time: with something wrong first, then right."""
        visitor = self.visitor
        for step in ("keep_phrase", "keep_code", "keep_recovery", "keep_more", "keep_delete"):
            waits()
            self.opens_setting(step)
            visitor.sends(step)
            assert visitor.status == 422
        waits()
        self.opens_setting("keep_days")
        visitor.sends("keep_days", {"days": "30"})
        self.opens_setting("keep_more")
        visitor.sends("keep_more", phrase=self.phrase)
        self.opens_setting("keep_code")
        code = self.shown("slip-code")
        visitor.sends("keep_code", phrase=self.phrase)
        self.opens_setting("keep_phrase")
        self.changes_the_phrase("keep_phrase", self.phrase)
        self.opens_setting("keep_recovery")
        visitor.sends("keep_recovery", phrase=self.phrase)
        recovery = self.shown("slip-code")
        self.secrets += [code, recovery]
        self.code = code
        self.opens_setting("close")
        visitor.sends("recover")
        visitor.sends("recover", code=code, recovery=recovery)
        visitor.sends("keep_phrase_lost")
        visitor.sends("keep_phrase_lost")
        self.changes_the_phrase("keep_phrase_lost", recovery)

    def changes_the_phrase(self, step: str, given: str) -> None:
        self.phrase = self.an_own_phrase(self.markers.new(f"{step} new"))
        self.secrets.append(self.phrase)
        waits()
        self.visitor.sends(step, phrase=given, new=self.phrase, again=self.phrase)
        assert self.visitor.status == 200

    def explores(self, request: str) -> None:
        """Press every form that is found from this request, the board and the settings, once."""
        visitor = self.visitor
        for start in (lambda: self.goes_to(request), self.requests, lambda: self.opens_setting("")):
            start()
            for _ in range(MOST_FORMS):
                form = next((form for form in visitor.forms if self.is_new(form)), None)
                if form is None:
                    start()
                    form = next((form for form in visitor.forms if self.is_new(form)), None)
                if form is None:
                    break
                self.done.forms.add(form.name)
                visitor.sends(form, any_choice=True, wild=True, text=REFUSAL.format)
                if visitor.status == 422 and visitor.has(form.step):
                    visitor.sends(form.step, any_choice=True, **RIGHT)
            else:
                raise AssertionError(f"no end of forms: {form}")

    def is_new(self, form: Form) -> bool:
        return form.action.startswith("/c/") and form.step not in ENDING and form.name not in self.done.forms

    def opens_setting(self, step: str) -> None:
        self.goes_to_the_board()
        self.visitor.sends("keep_settings")
        if step:
            self.visitor.sends(step)

    def deletes(self) -> None:
        self.opens_setting("keep_delete")
        waits()
        self.visitor.sends("keep_delete", {"sure": "on"}, phrase=self.phrase)
        assert not Unlocked.objects.exists()


def kept_in_the_case(person: Person) -> set[str]:
    """The markers that stand in the case when it is opened."""
    token = person.visitor.client.cookies[settings.CASE_COOKIE].value
    session = unlocked.resume(bytes.fromhex(token), timezone.now())
    assert session
    case = session.case
    requests = [operations.read(case, line.id) for line in operations.board(case)]
    text = repr((book.timeline(case), requests, [record.document for record in records.read(case, "plan")]))
    return {marker for marker in person.markers.fields if marker in text}


def waits() -> None:
    """Until the next try counts again."""
    Throttle.objects.update(next_try_at=timezone.now(), strikes=0)


def ticked(form: Form) -> dict[str, str | list[str]]:
    """Every statement of a letter, confirmed."""
    return {c.name: c.options[:1] for c in form.controls.values() if c.kind == "checkbox"}


def boxes_of_the_code() -> set[tuple[str, str]]:
    """Step and name of each box for text in the forms of the site."""

    def all_of(kind: type[Question]) -> Iterator[type[Question]]:
        for one in kind.__subclasses__():
            yield one
            yield from all_of(one)

    return {
        (kind.step, name)
        for kind in all_of(Question)
        # What is typed at a desk by its own people is no survivor's; `typed_parent` see `test_letting_in.py`.
        if kind.__module__.startswith("survivor_portal.")
        and not kind.__module__.startswith("survivor_portal.web.desk.")
        and kind.step
        for name, box in kind.base_fields.items()
        if isinstance(box, forms.CharField)
        and not isinstance(box.widget, forms.HiddenInput)
        and name != "typed_parent"
    }


def test_t01_nothing_that_is_typed_can_be_read_in_what_is_kept(everything: Everything) -> None:
    markers, done, secrets, tokens = Markers(), Done(), list[str](), list[str]()
    seen = Seen()

    def found(*, ends: bool = False, growing: bool = False) -> list[Found]:
        places = list(everything.places(growing=growing))
        of_cookies = [(name, kept) for name, kept in places if not name.startswith("addresses")]
        held = search(places, markers, secrets, ends=ends, seen=seen)
        return held + search(of_cookies, Markers(), tokens, seen=seen)

    helpers = a_team().organisation_code
    for name, choices in JOURNEYS.items():
        person = Person(markers, everything.told, done)
        person.answers(choices)
        for _ in person.opens_letters(2 if name in KEPT else 8):
            pass
        if name in KEPT:
            person.keeps(KEPT[name])
            person.sends_letters(2)
            first, *_ = person.requests()
            person.gets_an_answer(first)
            person.takes_next_steps(first)
            person.hears_more(first)
            person.is_late(first)
            person.loses_the_token(first)
            person.explores(person.requests()[-1])
            person.lets_somebody_in(helpers)
            person.changes_everything()
            assert len(kept_in_the_case(person)) >= FEWEST_KEPT
        person.tampers()
        secrets += person.secrets
        tokens += person.tokens
        assert found(ends=name in KEPT) == [], name
        if name in KEPT:
            person.deletes()
        else:
            person.visitor.opens("/exit/")
    assert found(ends=True, growing=True) == []

    assert len(markers.fields) >= FEWEST_MARKERS
    assert len(done.filled) >= FEWEST_FIELDS
    met = {box for _step, box in done.filled}
    assert {box for _step, box in boxes_of_the_code()} - met == set()
    assert everything.stream.getvalue()
    assert everything.heard


@pytest.mark.parametrize("text", ["qzvkwxjmabcdefghij", "K7QM-2XRT-9PWD", "Anchor blue-Candle door"])
@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc"])
def test_t01_the_search_finds_what_it_looks_for_in_each_dress(text: str, before: bytes) -> None:
    beside = before.decode()
    for worn in (text, text.upper(), text.lower()):
        whole = f"{beside}{worn}{beside}"
        dressed = {
            "plain": whole.encode(),
            "without spaces": (beside + worn.replace(" ", "").replace("-", "")).encode(),
            "UTF-16": whole.encode("utf-16-le"),
            "UTF-16 the other way": whole.encode("utf-16-be"),
            "JSON": json.dumps({"a": [whole]}).encode(),
            "JSON, escaped": "".join(f"\\u{ord(sign):04X}" for sign in whole).encode(),
            "percent": "".join(f"%{byte:02X}" for byte in whole.encode()).encode(),
            "form": urlencode({"a": whole}).encode(),
            "hex": whole.encode().hex().upper().encode(),
            "base64": base64.b64encode(whole.encode()),
            "base64 of addresses": base64.urlsafe_b64encode(whole.encode()),
            "SQL": f"X'{whole.encode().hex()}'".encode(),
        }
        for dress, kept in dressed.items():
            assert search([(dress, b"\x00\xff" + kept + b"\x00")], Markers(), [text]), dress
            assert not search([(dress, kept[: len(kept) // 3])], Markers(), [text]), dress


def test_t01_the_end_of_a_marker_is_found_wherever_it_was_cut_off() -> None:
    markers = Markers()
    first, second = markers.new("one box"), markers.new("another")
    kept = [
        ("alone", first[-10:].encode()),
        ("among letters", f"x{second[-12:].upper()}abc".encode()),
        ("too little", first[-9:].encode()),
        ("in two", f"{first[-10:-5]} {first[-5:]}".encode()),
    ]

    found = search(kept, markers, ends=True)

    assert found == [
        ("alone", "the end of a marker from one box"), ("among letters", "the end of a marker from another"),
    ]  # fmt: skip
    assert search(kept, markers) == []


@pytest.mark.parametrize("dress", ["plain", "JSON"])
def test_t01_what_was_searched_before_is_searched_again_where_it_changed(dress: str) -> None:
    markers, seen = Markers(), Seen()
    text = markers.new("a box")
    needle = dresses(text)[dress][0]
    clean = bytes(100_000)
    assert search([("a file", clean)], markers, seen=seen) == []

    for at in (0, *range(32_768 - len(needle), 32_769), 50_000, len(clean) - len(needle)):
        held = clean[:at] + needle + clean[at + len(needle) :]
        for _ in range(2):
            assert search([("a file", held)], markers, seen=seen), at
    # What is looked for now was not looked for then.
    assert search([("a file", clean)], markers, ["K7QM-2XRT-9PWD"], seen=seen) == []
    assert search([("a file", clean[:-14] + b"K7QM-2XRT-9PWD")], Markers(), ["K7QM-2XRT-9PWD"], seen=seen)


def _in_the_databases(marker: str, _folder: Path) -> None:
    Throttle.objects.create(id=marker, strikes=1, unseen=0, next_try_at=timezone.now())


def _in_the_keys(marker: str, _folder: Path) -> None:
    Shred.objects.create(id=f"{marker:0<32}"[:32], epoch=1, wrapped=b"")


def _in_a_sealed_column(marker: str, _folder: Path) -> None:
    Visit.objects.create(
        id="1", sealed=zlib.compress(b"") + marker.encode(), created_at=timezone.now(), seen_at=timezone.now()
    )


def _beside_the_database(marker: str, _folder: Path) -> None:
    # Where the files of an embedded site are, whatever database this run has.
    (Path(settings.STATIC_ROOT).parent / "site-old").write_bytes(marker.encode())


def _in_the_log(marker: str, _folder: Path) -> None:
    logging.getLogger("survivor_portal.somewhere").debug("it was %s", marker)


def _in_the_cache(marker: str, _folder: Path) -> None:
    caches["default"].set("a", {"b": marker})


def _in_a_temporary_file(marker: str, _folder: Path) -> None:
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(marker.encode().hex().encode())


def _in_a_file_elsewhere(marker: str, folder: Path) -> None:
    (folder / "elsewhere").write_text(marker)


LEFT = (
    _in_the_databases, _in_the_keys, _in_a_sealed_column, _beside_the_database, _in_the_log, _in_the_cache,
    _in_a_temporary_file, _in_a_file_elsewhere,
)  # fmt: skip


@pytest.mark.parametrize("leave", LEFT)
def test_t01_a_marker_that_was_left_anywhere_is_found(
    everything: Everything, leave: Callable[[str, Path], None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    markers = Markers()
    marker = markers.new("on purpose")
    assert search(everything.places(), markers, ends=True) == []

    leave(marker, tmp_path_factory.mktemp("elsewhere"))
    found = search(everything.places(), markers, ends=True)
    caches["default"].clear()
    for file in Path(settings.STATIC_ROOT).parent.glob("*-old"):
        file.unlink()

    assert found
