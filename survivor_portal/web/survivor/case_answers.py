"""An answer to a request: pasted, read, and kept as the person lets it stand."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from survivor_portal.cases import keys
from survivor_portal.replies import Reading, Remark, ReplyClass, read_reply
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.process import fact_of
from survivor_portal.takedowns.standing import Entry
from survivor_portal.web.survivor import case_words
from survivor_portal.web.survivor.case_desk import UNPROCESSABLE, Desk
from survivor_portal.web.survivor.case_forms import Answered, AnswerKept


def answer(desk: Desk) -> HttpResponse:
    """Paste their words; then see how we read them."""
    takedown = desk.takedown()
    form = Answered(desk.post if "text" in desk.post else None)
    if not form.is_bound or not form.is_valid():
        context = {"form": form, "takedown": takedown}
        return render(
            desk.request, "survivor/case/answer.html", context, status=UNPROCESSABLE if form.errors else 200
        )
    text = form.cleaned_data["text"]
    reading = read_reply(text, platform=takedown.platform or None)
    kept = AnswerKept(
        takedown=takedown,
        initial={
            "says": reading.main.kind.value,
            "items": [str(number) for number in takedown.standing.still_up],
            "at": desk.now,
            "text": text,
        },
    )
    return _reading_page(desk, takedown, reading, text, kept)


def _reading_page(
    desk: Desk, takedown: Takedown, reading: Reading, text: str, form: AnswerKept
) -> HttpResponse:
    context = {
        "form": form,
        "takedown": takedown,
        "says": [
            case_words.ANSWERS[verdict.kind]
            for verdict in reading.classes
            if isinstance(verdict.kind, ReplyClass)
        ],
        "remarks": [
            case_words.REMARKS[verdict.kind]
            for verdict in reading.remarks
            if isinstance(verdict.kind, Remark) and verdict.kind in case_words.REMARKS
        ],
        "pieces": _marked(text, reading),
    }
    return render(
        desk.request, "survivor/case/reading.html", context, status=UNPROCESSABLE if form.errors else 200
    )


def _marked(text: str, reading: Reading) -> list[tuple[str, bool]]:
    """The text in pieces, the deciding words marked."""
    spans = sorted((m.start, m.end) for v in (*reading.classes, *reading.remarks) for m in v.marks)
    pieces: list[tuple[str, bool]] = []
    end = 0
    for start, stop in spans:
        if stop <= end:
            continue
        start = max(start, end)
        pieces += [(text[end:start], False), (text[start:stop], True)]
        end = stop
    pieces.append((text[end:], False))
    return [piece for piece in pieces if piece[0]]


def keep(desk: Desk) -> HttpResponse:
    """Keep the answer word for word, under what the person says it says."""
    takedown = desk.takedown()
    text = desk.post.get("text", "")
    reading = read_reply(text, platform=takedown.platform or None)
    form = AnswerKept(desk.post, takedown=takedown)
    if not form.is_valid():
        return _reading_page(desk, takedown, reading, text, form)
    remarks = frozenset(v.kind for v in reading.remarks if isinstance(v.kind, Remark))
    entry = Entry(
        takedown.next_seq,
        fact_of(form.cleaned_data["says"], remarks),
        form.cleaned_data["at"],
        form.numbers() or takedown.standing.still_up,
        ticket=form.cleaned_data["ticket"],
        reply=keys.new_id(),
        remarks=remarks,
    )
    return desk.note(takedown, entry, reply=text)


ACTIONS = {"answer": answer, "answer_keep": keep}
