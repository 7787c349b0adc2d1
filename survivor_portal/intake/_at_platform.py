"""The steps at one platform the directory knows: which channel, on which grounds, with which letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from survivor_portal import directory
from survivor_portal.directory import (
    Ask,
    Channel,
    Consent,
    Happened,
    Kind,
    Law,
    Picture,
    Platform,
    Purpose,
    Reported,
    Risk,
    Role,
    Subject,
)
from survivor_portal.intake._answers import Answers
from survivor_portal.intake._grounds import fitting
from survivor_portal.intake._steps import At, Note, Step, StepKey, When

_CHILD = (Purpose.MINOR_SEXUAL, Purpose.SEXTORTION, Purpose.GENERAL_ABUSE, Purpose.PRIVACY, Purpose.NCII)
_ADULT = (Purpose.NCII, Purpose.PRIVACY, Purpose.GENERAL_ABUSE, Purpose.IMPERSONATION)
_THREAT = (Purpose.SEXTORTION,)
_LAST = (Purpose.US_48H, Purpose.DSA_NOTICE)  # better than nothing where a platform has only these
FALLBACK = "intl-fallback"  # the platform's own rules, where no law fits
_BACK_UP_PRIORITY = 4  # grounds from here on are back-ups with slow clocks


def ways(platform: Platform, purposes: Sequence[Purpose], minor: bool | None) -> tuple[At, ...]:
    """The platform's channels for these purposes, best first. `minor` None: whoever is shown."""
    return _ways(platform.key, tuple(purposes), minor)


@lru_cache(maxsize=8192)
def _ways(key: str, purposes: tuple[Purpose, ...], minor: bool | None) -> tuple[At, ...]:
    subject = Subject.ANY if minor is None else Subject.CHILD if minor else Subject.ADULT
    found = directory.channels(directory.platform(key), purposes, subject)
    sworn = [channel for channel in found if _wants_oath(channel)]
    usable = [channel for channel in found if channel not in sworn]
    if minor is False or (minor is None and Purpose.COPYRIGHT in purposes):
        usable += sworn  # an oath under penalty of perjury: adults only, last (rulings 1)
    by_address = {channel.address: channel for channel in reversed(usable)}
    return tuple(At(key, c.key) for c in usable if by_address[c.address] is c)


def _wants_oath(channel: Channel) -> bool:
    return any(asked.what is Ask.PERJURY for asked in channel.asks_for)


def _report_purposes(answers: Answers) -> tuple[Purpose, ...]:
    first = _THREAT if answers.happened is Happened.THREAT else ()
    usual = _CHILD if answers.counts_as_minor else _ADULT
    later = tuple(p for p in _THREAT if answers.is_threatened and p not in first)
    return tuple(dict.fromkeys((*first, *usual, *later)))


def at_platform(answers: Answers, platform: Platform, numbers: tuple[int, ...]) -> Iterator[Step]:
    """All steps at this platform, in no particular order of urgency."""
    if platform.contact_risk.level is Risk.HOSTILE:
        yield Step(StepKey.SHIELD, When.TODAY, platform=platform.key, items=numbers)
        return
    report = ways(platform, _report_purposes(answers), answers.counts_as_minor)
    anything = report or ways(platform, _LAST, answers.counts_as_minor)
    if not anything:
        yield Step(StepKey.NO_WAY, When.TODAY, platform=platform.key, items=numbers)
        return
    notes = _what_happened(answers)
    if not answers.something_is_out:
        # Nothing can be taken down yet, so no ground of removal fits and no letter says that anything is out.
        yield Step(
            StepKey.THREAT_FORM,
            When.NOW if answers.counts_as_minor else When.TODAY,
            platform=platform.key,
            channels=anything,
            letter="threat",
            items=numbers,
            notes=notes,
        )
        return
    if answers.counts_as_minor:
        duties = fitting(answers, (Role.PROVIDER_DUTY,), (platform,))
        grounds = (
            *duties,
            *(law for law in _of_place(answers, platform) if law.clock.trigger == "provider_knowledge"),
        )
        yield Step(
            StepKey.CHILD_FORM,
            When.NOW,
            platform=platform.key,
            channels=anything,
            grounds=tuple(law.key for law in grounds) or (FALLBACK,),
            letter="request",
            items=numbers,
            notes=(Note.KNOWLEDGE, *notes),
        )
    yield from _requests(answers, platform, numbers, anything, notes)


def _what_happened(answers: Answers) -> tuple[Note, ...]:
    return {Reported.REFUSED: (Note.REFUSED,), Reported.SILENT: (Note.SILENT,)}.get(
        answers.reported or Reported.NOT_YET, ()
    )


def _of_place(answers: Answers, platform: Platform) -> tuple[Law, ...]:
    """Removal grounds of the place where the person lives, without the two with steps of their own."""
    return tuple(
        law
        for law in fitting(answers, (Role.REMOVAL_REQUEST, Role.NATIONAL_NOTES), (platform,))
        if law.jurisdiction not in ("US", "INT") and not law.match.tie_all_of
    )


def _requests(
    answers: Answers,
    platform: Platform,
    numbers: tuple[int, ...],
    anything: tuple[At, ...],
    notes: tuple[Note, ...],
) -> Iterator[Step]:
    """The requests under law: of the place, the US 48 hours, of a state, data protection, copyright."""
    place = _of_place(answers, platform)
    now = [
        law
        for law in place
        if law.clock.trigger != "provider_knowledge"
        and law.priority < _BACK_UP_PRIORITY
        and "-" not in law.jurisdiction
    ]
    # National notes add paragraphs to a request; alone they are none.
    if any(law.role is Role.REMOVAL_REQUEST for law in now):
        own = tuple(law.process for law in now if law.process)
        channels = tuple(dict.fromkeys((*ways(platform, own, answers.counts_as_minor), *anything)))
        yield Step(
            StepKey.REQUEST,
            When.NOW,
            platform=platform.key,
            channels=channels,
            grounds=tuple(law.key for law in now),
            letter="request",
            items=numbers,
            notes=notes,
        )
    world = fitting(answers, (Role.REMOVAL_REQUEST,), (platform,))
    of_us = [
        law for law in world if law.jurisdiction == "US" and "victim_is_author" not in law.match.tie_any_of
    ]
    for law in of_us:
        yield _us_request(answers, law, platform, numbers, anything, notes)
    for law in world:
        if "-" in law.jurisdiction:
            yield Step(
                StepKey.STATE_LAW,
                When.TODAY,
                platform=platform.key,
                channels=anything,
                grounds=(law.key,),
                letter="request",
                items=numbers,
                notes=(Note.STATE_ACCOUNT,) if "account_holder" in law.match.tie_all_of else (),
            )
        elif law.priority >= _BACK_UP_PRIORITY and law.jurisdiction not in ("US", "INT"):
            privacy = ways(platform, (Purpose.PRIVACY,), answers.counts_as_minor) or anything
            yield Step(
                StepKey.DATA_LAW,
                _when_data_law(answers, platform),
                platform=platform.key,
                channels=privacy,
                grounds=(law.key,),
                letter="request",
                items=numbers,
            )
        elif "victim_is_author" in law.match.tie_any_of and not answers.counts_as_minor:
            copyright_ways = ways(platform, (Purpose.COPYRIGHT,), None)
            if copyright_ways:
                yield Step(
                    StepKey.COPYRIGHT,
                    When.LATER,
                    platform=platform.key,
                    channels=copyright_ways,
                    grounds=(law.key,),
                    letter="request",
                    items=numbers,
                    notes=(Note.NAME_RISK,),
                )
    if (
        not any(law.role is Role.REMOVAL_REQUEST for law in now)
        and not answers.counts_as_minor
        and not (of_us and answers.country in ("US", ""))
    ):
        # No law of the place fits: the platform's own rules carry the first request.
        yield Step(
            StepKey.REQUEST,
            When.NOW,
            platform=platform.key,
            channels=anything,
            grounds=(FALLBACK,),
            letter="request",
            items=numbers,
            notes=notes,
        )


def _when_data_law(answers: Answers, platform: Platform) -> When:
    """A back-up with a slow clock, but of the first where few others fit: consent withdrawn, an adult's
    drawn picture (rulings 2), a search result (1c)."""
    first = not answers.counts_as_minor and (
        answers.consent is Consent.WITHDRAWN or answers.picture is Picture.DRAWN
    )
    return When.TODAY if first or platform.kind is Kind.SEARCH else When.LATER


def _us_request(
    answers: Answers,
    law: Law,
    platform: Platform,
    numbers: tuple[int, ...],
    anything: tuple[At, ...],
    notes: tuple[Note, ...],
) -> Step:
    """The 48-hour request. A ground is a match of elements and channel: without the platform's own process
    it goes to each published contact, and neither page nor letter says "48 hours"."""
    own = ways(platform, (Purpose.US_48H,), answers.counts_as_minor)
    abroad = () if answers.country in ("US", "") else (Note.ABROAD,)
    return Step(
        StepKey.REQUEST_48H,
        When.NOW if answers.country in ("US", "") else When.TODAY,
        platform=platform.key,
        channels=own or anything,
        grounds=(law.key,),
        letter="request",
        items=numbers,
        notes=(*(() if own else (Note.PROCESS_UNKNOWN,)), *abroad, *notes),
    )


def around(answers: Answers, sites: tuple[str, ...], numbers: tuple[int, ...]) -> Iterator[Step]:
    """Where a site cannot or should not be written to, or is not known: its host, a CDN in front of it, its
    registrar. Search and hotline stand in every such plan anyway. On a mere threat there is no file to take
    away yet, so the host can wait."""
    for key, letter, when in (
        (StepKey.HOST, "host", When.TODAY if answers.something_is_out else When.LATER),
        (StepKey.CDN, "cdn", When.LATER),
        (StepKey.REGISTRAR, "registrar", When.LATER),
    ):
        yield Step(key, when, sites=sites, letter=letter, items=numbers, notes=(Note.LOOK_UP_HOST,))


def appeals(answers: Answers, platform: Platform, numbers: tuple[int, ...]) -> Iterator[Step]:
    """The complaint to the platform itself after a no: by its own appeal, else where the no came from."""
    if platform.contact_risk.level is Risk.HOSTILE:
        return
    minor = answers.counts_as_minor
    channels = ways(platform, (Purpose.APPEAL, Purpose.DSA_NOTICE), minor) or ways(
        platform, _report_purposes(answers), minor
    )
    for law in fitting(answers, (Role.PLATFORM_APPEAL,), (platform,)) if channels else ():
        yield Step(
            StepKey.APPEAL,
            When.TODAY,
            platform=platform.key,
            channels=channels,
            grounds=(law.key,),
            letter="request",
            items=numbers,
            notes=(Note.REFUSED,),
        )
