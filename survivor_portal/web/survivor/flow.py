"""Where a visitor stands: reads and changes the plain data of a visit. No request, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from survivor_portal import intake
from survivor_portal.directory import Answer

Data = dict[str, Any]

PLAN = "plan"
DANGER = "danger"
# The boxes where text is typed, by question.
TYPED = {"links": ("links", "places"), "reported": ("told_on", "ticket")}
BOXES = tuple(box for boxes in TYPED.values() for box in boxes)


@dataclass(frozen=True, slots=True)
class Stand:
    """What a page needs to know. `at` is "" (the next open question), a question's key, "plan", "danger" or
    "letter"; `letter` the step's id and `site` the site its letter goes to."""

    answers: intake.Answers
    items: tuple[intake.Item, ...]
    passed: tuple[str, ...]
    at: str
    letter: str
    site: str
    typed: Mapping[str, str]
    leftovers: tuple[str, ...]
    short: tuple[int, ...]
    doubles: int
    been_at_plan: bool
    lost: bool  # this visit began with an answer that belonged to one that was over
    signer: Mapping[str, Any]
    confirmed: Mapping[str, list[str]]
    parties: Mapping[str, Any]  # by site and role: the company a letter goes to

    @property
    def question(self) -> intake.Question | None:
        """The question to show, None when it is the plan's (or a letter's) turn."""
        if self.at in intake.BY_KEY:
            return intake.BY_KEY[self.at]
        if self.at:
            return None
        return intake.next_question(self.answers, self.items, self.passed)

    @property
    def watched(self) -> bool:
        """May somebody else see this device? "Not sure" counts as yes."""
        return self.answers.device_watched in (Answer.YES, Answer.UNKNOWN)

    @property
    def plan(self) -> intake.Plan:
        return intake.plan(self.answers, self.items)


def stand(data: Mapping[str, Any] | None) -> Stand:
    """Read a visit's data. None: nobody answered anything yet."""
    data = data or {}
    items = tuple(intake.item_from_plain(item) for item in data.get("items", ()))
    answers = intake.settled(intake.from_plain(data.get("answers", {})), items)
    return Stand(
        answers=answers,
        items=() if answers.is_young_child_alone else items,
        passed=tuple(data.get("passed", ())),
        at=str(data.get("at", "")),
        letter=str(data.get("letter", "")),
        site=str(data.get("site", "")),
        typed={name: str(data.get(name, "")) for name in BOXES},
        leftovers=tuple(data.get("leftovers", ())),
        short=tuple(data.get("short", ())),
        doubles=int(data.get("doubles", 0)),
        been_at_plan=bool(data.get("been_at_plan")),
        lost=bool(data.get("lost")),
        signer=data.get("signer", {}),
        confirmed=data.get("confirmed", {}),
        parties=data.get("parties", {}),
    )


def answer(data: Data, key: str, given: Mapping[str, Any], typed: Mapping[str, str]) -> None:
    """Take in one page of answers and move on. An answer left open takes back an earlier one."""
    before = stand(data)
    data.pop("lost", None)
    data.pop("taking", None)  # whoever answers begins something of their own
    answers: Data = data.setdefault("answers", {})
    for name, value in given.items():
        if value is None or value == "":
            answers.pop(name, None)
        else:
            answers[name] = value
    data["watched"] = stand(data).watched
    data |= {name: typed.get(name, "") for name in TYPED.get(key, ())}
    if key == "links":
        intake.take_links(data, typed.get("links", ""), typed.get("places", ""))
    after = stand(data)
    if (after.answers, after.items, after.typed) != (before.answers, before.items, before.typed):
        data.pop("confirmed", None)  # it was said about other letters than those there are now
    if after.answers.is_young_child_alone:
        forget_typed(data)
    passed = data.setdefault("passed", [])
    if key not in passed:
        passed.append(key)
    data["at"] = DANGER if key == "safety" and answers.get("danger") else ""
    _settle(data)


def forget_typed(data: Data) -> None:
    """A child under 13 alone: nothing that was typed stays (rulings 1)."""
    for name in (*BOXES, "items", "leftovers", "short", "doubles", "signer", "confirmed", "parties"):
        data.pop(name, None)
    for name in ("letter", "site"):
        data.pop(name, None)


def _settle(data: Data) -> None:
    """With no question left, it is the plan's turn."""
    if not data["at"] and stand(data).question is None:
        data["at"] = PLAN
        data["been_at_plan"] = True


def go_on(data: Data) -> None:
    """From a page between two questions on to the next."""
    data["at"] = ""
    _settle(data)


def go_back(data: Data) -> None:
    """One page back: from a letter to the plan, from the plan or a question to the question before."""
    now = stand(data)
    if now.at == "letter":
        data["at"] = PLAN
        return
    shown = now.question
    if shown is None:
        passed = [q for q in intake.asked(now.answers, now.items) if q.key in now.passed]
        earlier = passed[-1] if passed else None
    else:
        earlier = intake.before(shown, now.answers, now.items)
    if earlier is not None:
        data["at"] = earlier.key


def go_to(data: Data, key: str) -> None:
    """To one question, to change its answer. An unknown key changes nothing."""
    now = stand(data)
    if key in {question.key for question in intake.asked(now.answers, now.items)}:
        data["at"] = key


def open_plan(data: Data) -> None:
    data["at"] = ""
    _settle(data)


def open_letter(data: Data, step_id: str, site: str) -> None:
    """To one letter of the plan. A step that is not (any more) in the plan changes nothing."""
    step = stand(data).plan.step(step_id)
    if step is not None and step.letter:
        data |= {"at": "letter", "letter": step_id, "site": site if site in step.sites else ""}


def sign(data: Data, place: str, signer: Mapping[str, Any], confirmed: list[str], today: date) -> None:
    """Keep who signs (asked once, used in each letter) and what was confirmed at this letter."""
    data["signer"] = {**signer, "on": today.isoformat()}
    data.setdefault("confirmed", {})[place] = confirmed


def place_of(step_id: str, site: str) -> str:
    """The name of one letter: a step may have one for each of several sites."""
    return f"{step_id} {site}"
