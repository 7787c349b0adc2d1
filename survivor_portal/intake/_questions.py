"""The questions, in order: which there are, when each is asked, and what it fills in. Not their words."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from survivor_portal.directory import Age, Asker, Happened, Picture
from survivor_portal.intake._answers import Answers
from survivor_portal.intake._items import Item


def _always(_answers: Answers, _items: tuple[Item, ...]) -> bool:
    return True


def _home(answers: Answers, _items: tuple[Item, ...]) -> bool:
    return answers.asker in (Asker.SELF, Asker.PARENT, None) and answers.is_minor_today


def _consent(answers: Answers, _items: tuple[Item, ...]) -> bool:
    # Under 18 nobody can agree; with a mere threat nothing was shown yet.
    return not answers.counts_as_minor and answers.something_is_out and answers.asker is not Asker.FRIEND


def _maker(answers: Answers, _items: tuple[Item, ...]) -> bool:
    # Needed for a young person's own exposure and for copyright; a made-up picture has no such taker.
    return answers.asker is not Asker.FRIEND and answers.picture not in (Picture.AI, Picture.DRAWN)


def _forced(answers: Answers, _items: tuple[Item, ...]) -> bool:
    return answers.picture not in (Picture.AI, Picture.DRAWN)


def _links(answers: Answers, _items: tuple[Item, ...]) -> bool:
    # A friend can tell a hotline about a child's picture; for an adult there is nobody to give the links to.
    for_nobody = answers.asker is Asker.FRIEND and not answers.counts_as_minor
    return not answers.is_young_child_alone and not for_nobody


def _owner(answers: Answers, items: tuple[Item, ...]) -> bool:
    # Writing to a site owner tells the owner that somebody looks (rulings 3): ask first.
    return (
        _links(answers, items) and answers.may_write_letters and any(item.is_unknown_site for item in items)
    )


def _reported(answers: Answers, items: tuple[Item, ...]) -> bool:
    return _links(answers, items) and answers.may_write_letters and answers.happened is not Happened.THREAT


@dataclass(frozen=True, slots=True)
class Question:
    """One page. `fills` are the answers it may set; `free_text` marks the pages where anything is typed."""

    key: str
    fills: tuple[str, ...]
    asked_if: Callable[[Answers, tuple[Item, ...]], bool] = _always
    free_text: bool = False


QUESTIONS: tuple[Question, ...] = (
    Question("safety", ("danger", "device_watched")),
    Question("who", ("asker",)),
    Question("ages", ("age_then", "age_now")),
    Question("home", ("home_safe",), _home),
    Question("happened", ("happened",)),
    Question("picture", ("picture",)),
    Question("consent", ("consent",), _consent),
    Question("maker", ("maker",), _maker),
    Question("forced", ("forced",), _forced),
    Question("place", ("country", "region")),
    Question("links", (), _links, free_text=True),
    Question("owner", ("owner_safe",), _owner),
    Question("reported", ("reported",), _reported, free_text=True),
)
BY_KEY = {question.key: question for question in QUESTIONS}


def next_question(answers: Answers, items: tuple[Item, ...], passed: Collection[str]) -> Question | None:
    """The first question that is asked and was not yet passed (answered or skipped); None: on to the plan.

    `passed` holds question keys. Unknown keys in it are harmless.
    """
    for question in QUESTIONS:
        if question.key not in passed and question.asked_if(answers, items):
            return question
    return None


def asked(answers: Answers, items: tuple[Item, ...]) -> tuple[Question, ...]:
    """All questions this person is asked, as far as the answers so far tell."""
    return tuple(question for question in QUESTIONS if question.asked_if(answers, items))


def position(question: Question, answers: Answers, items: tuple[Item, ...]) -> tuple[int, int]:
    """(number of this question, how many there are) for the line that says how far along one is."""
    keys = [other.key for other in asked(answers, items)]
    return (keys.index(question.key) + 1 if question.key in keys else 1, len(keys))


def settled(answers: Answers, items: tuple[Item, ...]) -> Answers:
    """The answers without those to questions that are not asked (any more): a hidden answer must not steer
    a plan. Whatever a question's condition reads was asked before it. Of two ages that cannot both be true,
    the one in the picture is taken as not sure, which counts as under 18."""
    if answers.age_then is Age.ADULT and answers.counts_as_minor:
        answers = replace(answers, age_then=Age.NOT_SURE)
    kept = Answers()
    for question in QUESTIONS:
        if question.fills and question.asked_if(kept, items):
            kept = replace(kept, **{name: getattr(answers, name) for name in question.fills})
    return kept


def before(question: Question, answers: Answers, items: tuple[Item, ...]) -> Question | None:
    """The question asked before this one, None at the first."""
    keys = [other.key for other in asked(answers, items)]
    place = keys.index(question.key) if question.key in keys else 0
    return BY_KEY[keys[place - 1]] if place > 0 else None
