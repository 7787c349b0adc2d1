"""An answer to a request: pasted, read, and kept as the person lets it stand, place by place."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from survivor_portal import links
from survivor_portal.cases import keys
from survivor_portal.replies import LONGEST, Reading, Remark, ReplyClass, read_reply
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.takedowns.process import Fact, fact_of
from survivor_portal.takedowns.standing import Entry
from survivor_portal.web.forms import PUT_OFF, Words
from survivor_portal.web.survivor import case_words, mail_kept
from survivor_portal.web.survivor.case_desk import UNPROCESSABLE, Desk, here
from survivor_portal.web.survivor.case_forms import Answered, AnswerKept, WhichGone
from survivor_portal.web.survivor.case_items import BadNumbers, named, read_numbers, span
from survivor_portal.web.survivor.case_request import page
from survivor_portal.web.survivor.case_writing import CHANGED, as_seen, write
from survivor_portal.web.survivor.mail_kept import Kept
from survivor_portal.web.survivor.mail_shown import confirm_links, mail_words


def answer(desk: Desk) -> HttpResponse:
    """Paste their words; then see how we read them."""
    takedown = desk.takedown()
    form = Answered(desk.post if "text" in desk.post else None, initial={"about": desk.post.get("about", "")})
    if not form.is_bound or not form.is_valid():
        context = {"form": form, "takedown": takedown}
        return render(
            desk.request, "survivor/case/answer.html", context, status=UNPROCESSABLE if form.errors else 200
        )
    text = form.cleaned_data["text"]
    reading = read_reply(text, platform=takedown.platform or None)
    kept = AnswerKept(
        takedown=takedown,
        preset=_about(takedown, text, form),
        initial={"says": reading.main.kind.value, "at": desk.now, "text": text},
    )
    return _reading_page(desk, takedown, reading, text, kept)


def _about(takedown: Takedown, text: str, form: Answered) -> tuple[int, ...]:
    """The places to fill in beforehand: those the answer names, else those it was said to be about. Who names
    the part that is gone speaks of all; which part is asked on a page of its own."""
    found = () if _says_part(takedown, text) else _named(takedown, text)
    state = form.cleaned_data["about"]
    if found or state is None:
        return found
    some = tuple(item.number for item in takedown.standing.items if item.state is state)
    return some if set(some) != set(takedown.standing.still_up) else ()


def _says_part(takedown: Takedown, text: str) -> bool:
    reading = read_reply(text, platform=takedown.platform or None)
    return reading.main.kind is ReplyClass.PARTLY_REMOVED


def _named(takedown: Takedown, text: str) -> tuple[int, ...]:
    """The places their words name. All that wait is no choice: that is what we take anyway."""
    found = named(text, takedown.places)
    return found if set(found) != set(takedown.standing.still_up) else ()


def read_again(desk: Desk, takedown: Takedown, old: Entry) -> HttpResponse:
    """We read it wrong: the same words again, with what was kept of them, to be changed."""
    lines = of_reply(takedown, old)
    every = tuple(sorted({number for line in lines for number in line.items}))
    says = ReplyClass.PARTLY_REMOVED if len(lines) > 1 else _class_of(old)
    form = AnswerKept(takedown=takedown, old=replace(old, items=every), initial={"says": says.value})
    return _kept_page(desk, takedown, old, form)


def of_reply(takedown: Takedown, old: Entry) -> tuple[Entry, ...]:
    """The lines one answer became; the line alone where it was none."""
    if not old.reply:
        return (old,)
    return tuple(entry for entry in takedown.standing.happenings if entry.reply == old.reply)


def _class_of(entry: Entry) -> ReplyClass:
    """What an answer was taken to say; of two that mean the same, the plainer one."""
    plainer = (ReplyClass.ACKNOWLEDGED, ReplyClass.REMOVED, *ReplyClass)
    return next((one for one in plainer if fact_of(one) is entry.happening), ReplyClass.UNCLEAR)


def _kept_page(desk: Desk, takedown: Takedown, old: Entry, form: AnswerKept, why: Words = "") -> HttpResponse:
    text = takedown.replies[old.reply]
    reading = read_reply(text, platform=takedown.platform or None)
    return _reading_page(desk, takedown, reading, text, form, why, mail=mail_of(desk, old.reply))


def mail_of(desk: Desk, reply: str) -> Kept | None:
    """The mail this answer came by, if it came by mail."""
    return next((one for one in mail_kept.every(desk.case) if one.reply == reply), None) if reply else None


def read_mail(desk: Desk, takedown: Takedown, mail: Kept) -> HttpResponse:
    """A mail that nobody has read yet: as if the person had just pasted it."""
    text = mail_kept.words(desk.case, mail)
    reading = read_reply(text, platform=takedown.platform or None)
    form = AnswerKept(
        takedown=takedown,
        preset=_named(takedown, text),
        initial={"says": reading.main.kind.value, "at": mail.at, "text": text},
    )
    return _reading_page(desk, takedown, reading, text, form, mail=mail)


def _reading_page(
    desk: Desk,
    takedown: Takedown,
    reading: Reading,
    text: str,
    form: AnswerKept,
    why: Words = "",
    *,
    mail: Kept | None = None,
) -> HttpResponse:
    context = {
        "mail": mail and mail_words(mail),
        "unsure": reading.main.kind is ReplyClass.UNCLEAR,
        # Noted as unclear by itself, because nobody stands for it or it is not what the person said before.
        "waits": bool(
            mail and form.old and form.old.seq == mail.entry and form.old.happening is Fact.UNCLEAR
        ),
        "confirm": confirm_links(takedown, text) if reading.says(ReplyClass.ASKS_TO_CONFIRM) else (),
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
        # With one place nothing is filled in; of a form sent back, what stands there is the person's own.
        "named": span(_named(takedown, text))
        if "which" in form.fields
        and not (form.is_bound or form.old)
        and reading.main.kind is not ReplyClass.PARTLY_REMOVED
        else "",
        "entry": form.old,
        "why": why,
    }
    failed = form.errors or why
    return render(
        desk.request, "survivor/case/reading.html", context, status=UNPROCESSABLE if failed else 200
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
    """Keep the answer word for word, under what the person says it says. Where part of it is gone, one more
    page asks which part."""
    takedown = desk.takedown()
    seen = as_seen(desk, takedown)
    old = _old(desk, seen)
    if old is None and desk.post.get("entry"):
        return here()
    text = _text(desk, takedown, old)
    form = AnswerKept(desk.post, takedown=seen, old=old)

    def again(now: Takedown, why: Words) -> HttpResponse:
        return _shown_again(desk, now, old, text, why)

    if not form.is_valid():
        return again(takedown, "")
    says, given = form.cleaned_data["says"], form.cleaned_data
    if says is ReplyClass.PARTLY_REMOVED and len(form.chosen) > 1:
        if seen is not takedown:
            return again(takedown, CHANGED)
        carried = {name: desk.post.get(name, "") for name in WhichGone.CARRIED} | {"about": span(form.chosen)}
        preset = tuple(number for number in _named(takedown, text) if number in form.chosen)
        which = WhichGone(takedown=takedown, among=form.chosen, preset=preset, initial=carried)
        return _gone_page(desk, takedown, which, preset=span(preset))
    remarks = old.remarks if old else _remarks(takedown, text)
    said = Entry(0, fact_of(says, remarks), given["at"], form.chosen, ticket=given["ticket"], remarks=remarks)
    return write(desk, takedown, _of_one(desk, seen, old, [said]), again, reply="" if old else text)


def keep_gone(desk: Desk) -> HttpResponse:
    """Part of it is gone: these are, the rest is only partly, under the same answer."""
    takedown = desk.takedown()
    seen = as_seen(desk, takedown)
    old = _old(desk, seen)
    if old is None and desk.post.get("entry"):
        return here()
    text = _text(desk, takedown, old)
    among = _among(desk, seen)
    before = AnswerKept(_without_which(desk), takedown=seen, old=old)
    form = WhichGone(desk.post, takedown=seen, among=among)

    def again(now: Takedown, why: Words) -> HttpResponse:
        if old is not None and _old(desk, now) is None:
            return page(desk, now, why=why)
        return _gone_page(desk, now, WhichGone(desk.post, takedown=now, among=among), why=why)

    if not before.is_valid():
        return _shown_again(desk, takedown, old, text)
    if not form.is_valid():
        return again(takedown, "")
    given = before.cleaned_data
    remarks = old.remarks if old else _remarks(takedown, text)
    rest = tuple(number for number in among if number not in form.chosen)
    entries = [
        Entry(0, fact, given["at"], numbers, ticket=given["ticket"], remarks=remarks)
        for fact, numbers in ((Fact.PARTLY, rest), (Fact.REMOVAL, form.chosen))
        if numbers
    ]
    return write(desk, takedown, _of_one(desk, seen, old, entries), again, reply="" if old else text)


def _of_one(desk: Desk, takedown: Takedown, old: Entry | None, entries: list[Entry]) -> list[Entry]:
    """The lines of one answer. Those it had before are stood in for, or taken back; the words stay."""
    lines = of_reply(takedown, old) if old else ()
    reply = old.reply if old else keys.new_id()
    told = [replace(entry, reply=reply) for entry in entries]
    told[: len(lines)] = [replace(entry, corrects=line.seq) for entry, line in zip(told, lines, strict=False)]
    return told + [Entry(0, None, desk.now, corrects=line.seq) for line in lines[len(told) :]]


def _shown_again(
    desk: Desk, takedown: Takedown, old: Entry | None, text: str, why: Words = ""
) -> HttpResponse:
    """The page of the answer with all that was chosen; that of the request where the line is gone by now."""
    if old is not None:
        held = _old(desk, takedown)
        if held is None:
            return page(desk, takedown, why=why)
        return _kept_page(desk, takedown, held, AnswerKept(desk.post, takedown=takedown, old=held), why)
    reading = read_reply(text, platform=takedown.platform or None)
    return _reading_page(desk, takedown, reading, text, AnswerKept(desk.post, takedown=takedown), why)


def _gone_page(
    desk: Desk, takedown: Takedown, form: WhichGone, preset: str = "", why: Words = ""
) -> HttpResponse:
    context = {"takedown": takedown, "form": form, "named": preset, "why": why}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(desk.request, "survivor/case/which_gone.html", context, status=status)


def _old(desk: Desk, takedown: Takedown) -> Entry | None:
    """The line that is put right, None for a new answer."""
    name = desk.post.get("entry", "")
    held = takedown.standing.happenings
    return next((e for e in held if str(e.seq) == name and e.reply in takedown.replies), None)


def _text(desk: Desk, takedown: Takedown, old: Entry | None) -> str:
    if old is not None:
        return takedown.replies[old.reply]
    return links.cut_image_data(desk.post.get("text", ""))[0][:LONGEST]


def _remarks(takedown: Takedown, text: str) -> frozenset[Remark]:
    reading = read_reply(text, platform=takedown.platform or None)
    return frozenset(v.kind for v in reading.remarks if isinstance(v.kind, Remark))


def _among(desk: Desk, takedown: Takedown) -> tuple[int, ...]:
    every = [place.number for place in takedown.places]
    try:
        return read_numbers(desk.post.get("about", "")[:2000], every) or tuple(every)
    except BadNumbers:
        return tuple(every)


def _without_which(desk: Desk) -> QueryDict:
    """What was said on the page before; the places in this form are those that are gone."""
    post = desk.post.copy()
    for name in ("which", "numbers", "items"):
        post.pop(name, None)
    post["says"] = ReplyClass.PARTLY_REMOVED.value
    post.pop(PUT_OFF, None)  # that is said of the second page, not of the one before
    return post


ACTIONS = {"answer": answer, "answer_keep": keep, "answer_gone": keep_gone}
