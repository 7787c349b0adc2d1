"""The letters that follow the first one: reminder, answer, appeal, complaint and what goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from survivor_portal.directory import Asker, Law, Reported, Role
from survivor_portal.letters._again import again, internal_complaint
from survivor_portal.letters._case import Case, Outcome, may_not_sign, one_line
from survivor_portal.letters._complaints import (
    NOT_ABOUT_DELAY,
    asked_of_platforms,
    complaint_laws,
    heard_by,
)
from survivor_portal.letters._compose import compose, subject
from survivor_portal.letters._conditions import conditions
from survivor_portal.letters._facts import Addressee, Facts, Signer
from survivor_portal.letters._history import History, is_late, timed
from survivor_portal.letters._letter import GroundState, LeftOut, Letter, Missing, Section
from survivor_portal.letters._reading import WHO_ELSE, bars, blocks_of, law_of, period
from survivor_portal.letters._second_blocks import HEADING, LINE, Stand, block
from survivor_portal.letters._services import platforms_of
from survivor_portal.letters._texts import Request, Texts, texts


class SecondKind(StrEnum):
    """What a letter after the first one is for."""

    REMINDER = "reminder"
    ANSWER = "answer"
    PARTLY = "partly"
    AGAIN = "again"
    APPEAL = "appeal"
    REGULATOR = "regulator"
    HOTLINE_SUPPLEMENT = "hotline_supplement"
    HOTLINE_CHECK = "hotline_check"  # what was said to be gone: trained staff may see whether it is
    INVESTIGATOR = "investigator"
    LAWYER = "lawyer"


# What each letter cannot do without. (`again` is a first letter and has the elements of its laws.)
REQUIRED: dict[SecondKind, frozenset[str]] = {
    SecondKind.REMINDER: frozenset({"thread", "items"}),
    SecondKind.ANSWER: frozenset({"thread", "quote", "elements", "items"}),
    SecondKind.PARTLY: frozenset({"thread", "removed", "items"}),
    SecondKind.APPEAL: frozenset({"thread", "quote", "items"}),
    SecondKind.REGULATOR: frozenset({"breach", "items"}),
    SecondKind.HOTLINE_SUPPLEMENT: frozenset({"breach", "items"}),
    SecondKind.HOTLINE_CHECK: frozenset({"items"}),
    SecondKind.INVESTIGATOR: frozenset({"breach", "items"}),
    SecondKind.LAWYER: frozenset({"breach"}),
}
TO_PLATFORM = frozenset({SecondKind.REMINDER, SecondKind.ANSWER, SecondKind.PARTLY, SecondKind.APPEAL})
TO_HOTLINE = frozenset({SecondKind.HOTLINE_SUPPLEMENT, SecondKind.HOTLINE_CHECK})  # anybody may tell one
DECIDED = (Reported.REFUSED, Reported.ASKED_MORE, Reported.PARTLY)


def second_letter(
    kind: str,
    grounds: Sequence[str],
    *,
    to: Addressee,
    facts: Facts,
    signer: Signer,
    history: History,
    today: date,
    language: str = "en",
    part: tuple[int, int] = (1, 1),
    complaint: str = "",
) -> Letter:
    """The letter of that kind (a SecondKind) after the request on these grounds.

    `facts.items` are the items of that request; for `again` those that are back. `to.process_known` is
    about the platform, whoever gets the letter. `complaint` is the law a `regulator` letter is made under, by
    default the first of `complaints_for`. Never raises for any answers; ValueError for an unknown kind."""
    wanted, keys = SecondKind(kind), tuple(dict.fromkeys(grounds))
    open_now = replace(facts, items=history.still_up(facts.items))
    if wanted is SecondKind.AGAIN:
        return again(
            keys, to=to, facts=open_now, signer=signer, history=history, today=today, language=language,
            part=part,
        )  # fmt: skip
    if wanted is SecondKind.APPEAL and "eu-dsa-20" in keys:
        return internal_complaint(
            to=to, facts=open_now, signer=signer, history=history, today=today, language=language, part=part
        )
    own: tuple[str, ...] = ()
    if wanted in TO_PLATFORM:
        own = keys
    elif wanted is SecondKind.REGULATOR:
        own = complaint_laws(keys, facts, complaint)
    # The day of signing is that of this letter, not of the first.
    signing = replace(signer, signed_on=None)
    return _Draft(wanted, keys, own, to, facts, signing, history, today, texts(language), part).letter()


@dataclass(frozen=True, slots=True)
class _Draft:
    """One letter on its way: `grounds` of the first request, `own` those this letter itself stands on."""

    kind: SecondKind
    grounds: tuple[str, ...]
    own: tuple[str, ...]
    to: Addressee
    facts: Facts
    signer: Signer
    history: History
    today: date
    words: Texts
    part: tuple[int, int]

    def letter(self) -> Letter:
        barred = {key: self._bars(law_of(key)) for key in self.own}
        standing = tuple(law_of(key) for key in self.own if not set(barred[key]) - WHO_ELSE)
        file = self._file()
        code = self._nothing_to_write(standing)
        if code or file is None:
            return _unwritten(barred, code or "block_not_written")
        stand = self._stand(standing)
        true = self._true(stand)
        found = {name: block(name, stand) for name in file.blocks(true) if name != "laws"}
        missing = (*_lacking(stand.case.required, found), *self._too_early(standing), *self._nameless(stand))
        heading = self._subject(file, stand)
        states = tuple(self._state(key, barred[key], missing, stand.first) for key in self.own)
        return Letter(
            subject=heading,
            sections=tuple(self._sections(file, stand, found, true, heading)),
            states=states,
            left_out=self._left_out(barred, found, missing),
            ready=not missing and all(state.ready for state in states),
        )

    def _file(self) -> Request | None:
        if self.kind is SecondKind.REGULATOR:
            own = self.words.own(self.own[0], "complaint") if self.own else None
            return own or self.words.second(self.kind.value)
        return self.words.second(self.kind.value)

    def _bars(self, law: Law) -> tuple[str, ...]:
        found = bars(law, self.facts, self.signer)
        if self.kind in TO_PLATFORM and not asked_of_platforms(law):
            return (*found, "law_not_for_platform")
        return found

    def _fits(self, law: Law) -> bool:
        return not set(bars(law, self.facts, self.signer)) - WHO_ELSE

    def _nothing_to_write(self, standing: tuple[Law, ...]) -> str:
        if self.facts.asker is Asker.FRIEND and self.kind not in TO_HOTLINE:
            return "friend_no_letter"
        # A law that does not fit is not named; without any there is nothing to stand on.
        if self.kind in TO_PLATFORM and not standing:
            return "law_not_for_platform"
        if self.kind is SecondKind.REGULATOR and (not standing or standing[0].key != self.own[0]):
            return "no_complaint"
        return ""

    def _stand(self, standing: tuple[Law, ...]) -> Stand:
        """What the blocks look at: the first request put together again, and its laws that fit."""
        keys = self.grounds
        if self.kind is SecondKind.REGULATOR:
            keys = heard_by(self.own[0], self.grounds)
        laws = tuple(law for key in keys if asked_of_platforms(law := law_of(key)) and self._fits(law))
        to_whom = self.to
        if self.kind not in TO_PLATFORM:
            to_whom = Addressee(platforms_of(self.facts), process_known=self.to.process_known)
        first = compose(
            [law.key for law in laws], to=to_whom, facts=self.facts, signer=self.signer, today=self.today,
            language=self.words.language,
        )  # fmt: skip
        case = Case(
            replace(self.facts, items=self.history.still_up(self.facts.items)),
            self.signer,
            self.to,
            self.today,
            self.words,
            standing,
            required=REQUIRED[self.kind] | _asked_by_the_desk(standing),
            named=self.kind not in TO_PLATFORM or first.section("signature") is not None,
        )
        clocks = tuple(c for law in laws if (c := timed(law, self.history, self.to, self.today)))
        return Stand(case, self.history, first, laws, clocks, self.kind in TO_PLATFORM)

    def _true(self, stand: Stand) -> tuple[str, ...]:
        """The words an [if ...] may use that hold here."""
        law = stand.case.laws[0] if stand.case.laws else None
        result = self.history.result
        truth = {
            "request": law is not None and law.key in self.grounds,
            "law": stand.rests_on_law,
            "refused": result == Reported.REFUSED,
            "asked": result == Reported.ASKED_MORE,
            "partly": result == Reported.PARTLY,
            "received": self.history.received_at is not None,
            "ticket": bool(one_line(self.history.ticket)),
            "replied": self.history.answered,
        }
        return (*self._true_for(law), *(word for word, holds in truth.items() if holds))

    def _true_for(self, law: Law | None) -> tuple[str, ...]:
        return (*conditions(self.facts, self.to, law), *(("late",) if self._late(law) else ()))

    def _late(self, law: Law | None) -> bool:
        """By the law's own clock, where the request stands on it; else by any that ran."""
        if law is None or law.key not in self.grounds:
            return self.history.late_since is not None
        return is_late(law, self.history, self.to, self.today)

    def _too_early(self, standing: tuple[Law, ...]) -> tuple[Missing, ...]:
        """A complaint needs a refusal, a demand, a part left undone, or a time that has run out."""
        if self.kind is not SecondKind.REGULATOR or standing[0].key in NOT_ABOUT_DELAY:
            return ()
        law = standing[0]
        if self.history.result in DECIDED or self._late(law):
            return ()
        own = timed(law, self.history, self.to, self.today)
        unproven = own is not None and own.end is None and self.history.late_since is not None
        return (Missing("", "breach", "receipt_not_proven" if unproven else "not_due_yet"),)

    def _nameless(self, stand: Stand) -> tuple[Missing, ...]:
        """A letter in a thread that was signed needs somebody who may sign; any other names the platform."""
        if self.kind in TO_PLATFORM:
            code = may_not_sign(self.facts) if stand.case.named else ""
            return (Missing("", "signature", code),) if code else ()
        return () if platforms_of(self.facts) else (Missing("", "items", "platform_not_named"),)

    def _state(
        self, key: str, barred: tuple[str, ...], missing: tuple[Missing, ...], first: Letter
    ) -> GroundState:
        """Not ready for what this letter lacks, nor, where it says that the request was whole, for what the
        request lacked."""
        found = [Missing("", "", code) for code in barred]
        if not set(barred) - WHO_ELSE:
            found += missing
            found += [
                lacked
                for state in first.states
                if self.kind is SecondKind.REGULATOR or (self.kind is SecondKind.ANSWER and state.law == key)
                for lacked in state.missing
            ]
        return GroundState(key, not found, tuple(dict.fromkeys(found)))

    def _subject(self, file: Request, stand: Stand) -> str:
        words = file.heading
        if self.kind in TO_PLATFORM:
            words = stand.say("subject", "second", kind=words, subject=subject(stand.case, (1, 1)))
            if ticket := one_line(self.history.ticket):
                words = stand.say("subject", "numbered", subject=words, ticket=ticket)
        number, parts = self.part
        if parts > 1:
            words = stand.say("subject", "part", subject=words, part=str(number), parts=str(parts))
        return words

    def _sections(
        self, file: Request, stand: Stand, found: dict[str, Outcome], true: tuple[str, ...], heading: str
    ) -> list[Section]:
        """In the order of the file: own words and blocks take turns."""
        day = self.words.day(self.today)
        opening = stand.say("opening", "service", subject=heading, to=one_line(self.to.name), date=day)
        sections = [Section("opening", "", opening, True)]
        law = stand.case.laws[0] if stand.case.laws else None
        for paragraph in file.paragraphs:
            if not paragraph.holds(true):
                continue
            if paragraph.text:
                sections.append(Section("text", "", self._fill(paragraph.text, law), True))
            for name in paragraph.blocks:
                if name == "laws":
                    sections += self._of_laws(stand, true)
                else:
                    sections.append(_section(name, found[name], stand))
        return [section for section in sections if section.text]

    def _of_laws(self, stand: Stand, true: tuple[str, ...]) -> list[Section]:
        """What each law adds in words of its own."""
        sections = []
        for law in stand.asked:
            request = self.words.own(law.key, self.kind.value)
            if request is None:
                continue
            own = {*true} - {"clock", "late"} | {*self._true_for(law)}
            text = "\n".join(self._fill(words, law) for words in request.own(own))
            if text:
                sections.append(Section(f"ground:{law.key}", request.heading, text, True))
        return sections

    def _fill(self, text: str, law: Law | None) -> str:
        return text.format_map(
            {
                "to": one_line(self.to.name),
                "platforms": platforms_of(self.facts) or LINE,
                "clock": self.words.period(period(law.clock)) if law is not None else "",
            }
        )

    def _left_out(
        self, barred: dict[str, tuple[str, ...]], found: dict[str, Outcome], missing: tuple[Missing, ...]
    ) -> tuple[LeftOut, ...]:
        quiet = {"name_not_needed"}
        if self.kind in TO_HOTLINE:
            quiet |= {"friend_no_letter"}
        elif self.kind is not SecondKind.INVESTIGATOR:
            quiet |= {"no_report_number"}  # only those two are asked to find the report by it
        left = [LeftOut(f"ground:{key}", code) for key, codes in barred.items() for code in codes]
        left += [LeftOut(lack.block, lack.code) for lack in missing]
        left += [LeftOut(name, o.code) for name, o in found.items() if o.code and o.code not in quiet]
        return tuple(dict.fromkeys(left))


def _asked_by_the_desk(standing: tuple[Law, ...]) -> frozenset[str]:
    """The blocks a regulator's own law wants in a complaint; its own paragraphs are always there."""
    return frozenset(
        name
        for law in standing
        if law.role is Role.REGULATOR_COMPLAINT
        for element in law.elements
        if element.required
        for name in blocks_of(element)
        if name != "ground"
    )


def _lacking(required: frozenset[str], found: dict[str, Outcome]) -> tuple[Missing, ...]:
    """Checked on the blocks that were placed, never on words."""
    gone = Outcome(False, code="block_not_written")
    outcomes = {name: found.get(name, gone) for name in sorted(required)}
    return tuple(
        Missing("", name, outcome.code)
        for name, outcome in outcomes.items()
        if not (outcome.placed or outcome.needless)
    )


def _section(name: str, outcome: Outcome, stand: Stand) -> Section:
    """A line to fill in by hand stands only where the letter cannot do without the block."""
    text = outcome.text if outcome.placed or name in stand.case.required else ""
    return Section(name, stand.case.texts.heading(HEADING.get(name, name)), text, outcome.placed)


def _unwritten(barred: dict[str, tuple[str, ...]], code: str) -> Letter:
    left = [LeftOut(f"ground:{key}", why) for key, codes in barred.items() for why in codes]
    return Letter(
        "",
        (),
        states=tuple(
            GroundState(key, False, tuple(Missing("", "", why) for why in codes or (code,)))
            for key, codes in barred.items()
        ),
        left_out=(*left, LeftOut("", code)),
    )
