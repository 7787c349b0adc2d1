"""A visitor without script: fills in forms as a browser would, with a marker in every box for text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, TypeAlias

from django.test import Client

from tests.markers import Markers

# What to type into a box, from the marker for it.
Typed: TypeAlias = "str | Callable[[str], str]"
TEXT = {"", "text", "search", "tel", "url", "email", "password", "textarea"}
# What a form does is told by these; other hidden values say to what.
TELLING = {"step", "rung", "question", "letter"}
OTHER = {"datetime-local", "date", "time", "number", "spare"}


@dataclass
class Control:
    """One input of a form. `options`: the values there are to choose from."""

    name: str
    kind: str
    value: str = ""
    chosen: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass
class Form:
    """A form that posts, as it stands on the page."""

    action: str
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def step(self) -> str:
        return self.value("step")

    def value(self, name: str) -> str:
        return self.controls[name].value if name in self.controls else ""

    @property
    def name(self) -> tuple[str, ...]:
        """Two forms of one name do the same thing."""
        what = (
            f"{control.name}={control.value}" if control.name in TELLING else control.name
            for control in self.controls.values()
        )
        return (self.action, *sorted(what))

    @property
    def boxes(self) -> list[Control]:
        """Where text is typed."""
        return [control for control in self.controls.values() if control.kind in TEXT]


class Forms(HTMLParser):
    """Reads the forms of a page. A button elsewhere that names a form is left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._open: Control | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else "" for name, value in pairs}
        if tag == "form":
            self._form = Form(given.get("action", "")) if given.get("method", "").lower() == "post" else None
            if self._form is not None:
                self.forms.append(self._form)
        elif self._form is None or ("form" in given and tag != "form"):
            return
        elif tag == "input":
            self._input(self._form, given)
        elif tag in ("textarea", "select") and given.get("name"):
            self._open = self._form.controls.setdefault(given["name"], Control(given["name"], tag))
        elif tag == "option" and self._open is not None:
            self._open.options.append(given.get("value", ""))
            if "selected" in given or not self._open.chosen:
                self._open.chosen = [given.get("value", "")]
        elif tag == "button" and given.get("type", "submit") == "submit":
            self._form.buttons.append((given.get("name", ""), given.get("value", "")))

    def _input(self, form: Form, given: Mapping[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text").lower()
        if kind == "submit":
            form.buttons.append((name, given.get("value", "")))
        elif name and kind in ("radio", "checkbox"):
            control = form.controls.setdefault(name, Control(name, kind))
            control.options.append(given.get("value", "on"))
            if "checked" in given:
                control.chosen.append(given.get("value", "on"))
        elif name:
            # What no key leads to is there for programs; a person sees no such box.
            kind = "spare" if given.get("tabindex") == "-1" else kind
            before = form.controls.get(name)
            form.controls[name] = Control(name, kind, given.get("value", ""))
            if before is not None and kind == before.kind == "hidden":
                # One name, several values: a browser sends them all.
                form.controls[name].chosen = [*(before.chosen or [before.value]), given.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._open.kind == "textarea":
            self._open.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag in ("textarea", "select"):
            if self._open is not None and tag == "textarea":
                self._open.value = self._open.value.removeprefix("\r\n").removeprefix("\n")
            self._open = None


class Visitor:
    """One browser. `page` is what it shows; `filled` collects (step, name) of each box that got a marker."""

    def __init__(self, markers: Markers, filled: set[tuple[str, str]]) -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"user-agent": "a browser"})
        self.markers, self.filled = markers, filled
        self.page, self.path, self.status = "", "/", 0
        self._forms: list[Form] = []
        self.seen: dict[tuple[str, str], set[str]] = {}  # each form by address and step: the names in it
        self.told: list[str] = []  # what an answer says beside its page: addresses, headers, cookies

    def opens(self, path: str) -> None:
        self._took(self.client.get(path, follow=True))

    @property
    def forms(self) -> list[Form]:
        return self._forms

    @property
    def heading(self) -> str:
        found = re.search(r"(?s)<h1[^>]*>(.*?)</h1>", self.page)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1])).strip() if found else ""

    @property
    def token(self) -> str:
        """The token of the first form of the page."""
        return next((form.value("csrfmiddlewaretoken") for form in self.forms), "")

    def form(self, step: str, **hidden: str) -> Form:
        """The form of that step, and of these hidden values."""
        found = [
            form
            for form in self.forms
            if form.step == step and all(form.value(name) == value for name, value in hidden.items())
        ]
        assert found, f"no form {step} {hidden} under “{self.heading}”: {[form.step for form in self.forms]}"
        return found[0]

    def has(self, step: str) -> bool:
        return any(form.step == step for form in self.forms)

    def sends(
        self,
        form: Form | str,
        choices: Mapping[str, str | list[str]] | None = None,
        /,
        *,
        wild: bool = False,
        any_choice: bool = False,
        button: str = "go",
        **typed: Typed,
    ) -> None:
        """Fill the form in and press its button. `choices` for what is chosen, `typed` for boxes that need
        something around the marker or no marker at all; every other box gets a marker. `wild`: boxes for
        times get one too, and those no person sees. `any_choice`: where nothing is chosen, something is."""
        form = self.form(form) if isinstance(form, str) else form
        data: dict[str, str | list[str]] = {}
        for control in form.controls.values():
            if control.kind in TEXT or (control.kind in OTHER and (wild or control.name in typed)):
                data[control.name] = self._text(form, control, typed)
            elif control.kind in ("radio", "checkbox", "select"):
                wanted = (choices or {}).get(control.name, control.chosen)
                picked = [wanted] if isinstance(wanted, str) else wanted
                if any_choice and not picked:
                    picked = [self.markers.dice.choice(control.options)]
                assert set(picked) <= {*control.options}, f"{control.name} has no {picked}: {control.options}"
                data[control.name] = picked
            else:
                data[control.name] = control.chosen or control.value
        pressed = next((pair for pair in form.buttons if pair[0] == button), ("", ""))
        if pressed[0]:
            data[pressed[0]] = pressed[1]
        self._took(self.client.post(form.action, data, follow=True))

    def _text(self, form: Form, control: Control, typed: Mapping[str, Typed]) -> str:
        words = typed.get(control.name)
        if isinstance(words, str):
            return words
        marker = self.markers.new(f"{form.step} {control.name}")
        self.filled.add((form.step, control.name))
        if words is not None:
            return words(marker)
        return f"{marker}@{marker}.example" if control.kind == "email" else marker

    def _took(self, response: Any) -> None:
        assert response.status_code < 500, response.status_code
        self.page = response.content.decode() if not response.streaming else ""
        self.status = response.status_code
        self.path = response.request["PATH_INFO"]
        # Only the forms are read: a page of helplines is long.
        self._forms = Forms("".join(re.findall(r"(?s)<form\b.*?</form>", self.page))).forms
        for form in self._forms:
            form.action = form.action or self.path
            self.seen.setdefault((form.action, form.step), set()).update(form.controls)
        self.told += [address for address, _status in response.redirect_chain]
        self.told += [f"{name}: {value}" for name, value in response.headers.items()]
        self.told += [morsel.OutputString() for morsel in response.cookies.values()]
        self.told += re.findall(r"(?s)<title>.*?</title>", self.page)
        # Addresses on the page: they end in histories and referrers.
        self.told += re.findall(r'(?:href|action|src)="(/[^"]*)"', self.page)
