"""Which letters may leave from here, to which address, and what they say when they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone

from survivor_portal import directory
from survivor_portal.correspondence import outgoing
from survivor_portal.correspondence.messages import is_address
from survivor_portal.correspondence.threads import Leaving, Thread
from survivor_portal.directory import Channel, Confidence, Method, Risk
from survivor_portal.intake import Note, Step
from survivor_portal.takedowns.ladder import Do, Rung
from survivor_portal.takedowns.operations import Takedown
from survivor_portal.web.survivor.drafting import Draft, draft, may_type
from survivor_portal.web.survivor.flow import Stand

# A letter is composed with an address in it; which one, does not matter for what else it says.
SOME = "someone@relay.example"
# The address of such a letter is not offered again.
_NOT_TAKEN = (Leaving.failed, Leaving.returned)
# What goes to the platform itself.
_TO_THE_PLATFORM = frozenset({Do.SEND, Do.SEND_ELSEWHERE, Do.REMIND, Do.ANSWER, Do.APPEAL})
# A note for the police or a lawyer goes with the person, not ahead of them.
_TO_OTHERS = frozenset({Do.REGULATOR, Do.SUPPLEMENT})
OF_THE_PLAN = frozenset({Do.SEND, Do.SEND_ELSEWHERE})


@dataclass(frozen=True, slots=True)
class To:
    """Somebody a letter may go to. `channel`: the directory's key of the address, "" for one found elsewhere;
    `passes_on`: they are known to tell others who wrote."""

    address: str
    name: str
    channel: str = ""
    passes_on: bool = False


def is_offered(stand: Stand) -> bool:
    """May this person have letters sent from here? A child under 13 alone types and sends nothing."""
    return outgoing.is_on() and may_type(stand)


def drafted(stand: Stand, step: Step, site: str, address: str, today: date, to: To | None = None) -> Draft:
    """The letter of the plan as it leaves from here: answers come to `address`, not to the person's own.
    `to`: whom it is written to, by default the first address of the step."""
    if to and to.channel:
        own = tuple(at for at in step.channels if at.channel == to.channel)
        step = replace(step, channels=own + tuple(at for at in step.channels if at not in own))
    return draft(answered_at(stand, address), step, site, today)


def answered_at(stand: Stand, address: str) -> Stand:
    """The same person, who can be reached at the request's address."""
    return replace(stand, signer={**stand.signer, "email": address})


def ways_of_plan(stand: Stand, step: Step, site: str) -> tuple[To, ...]:
    """Where the letter of this step may go to by mail; nowhere while it is not ready."""
    if not is_offered(stand):
        return ()
    made = drafted(stand, step, site, SOME, timezone.now().date())
    return tuple(_known(_of_plan(stand, step, made))) if all(part.ready for part in made.parts) else ()


def ways_of_rung(stand: Stand, takedown: Takedown, rung: Rung, thread: Thread | None) -> tuple[To, ...]:
    """Where the letter of a next step may go to by mail. Whether it is ready, is not looked at."""
    if not is_offered(stand) or rung.do not in _TO_THE_PLATFORM | _TO_OTHERS:
        return ()
    gone = {one.to for one in thread.letters if one.state in _NOT_TAKEN} if thread else set()
    return tuple(one for one in _known(_of_rung(stand, takedown, rung, thread)) if one.address not in gone)


def plan_draft(
    stand: Stand, takedown: Takedown, address: str, today: date, to: To | None = None
) -> Draft | None:
    """The letter of the plan this request came from, for its own places; None where the plan lost it."""
    mine = {place.of_case for place in takedown.places}
    own = replace(stand, items=tuple(item for item in stand.items if item.number in mine))
    step = own.plan.step(takedown.step)
    if step is None or not step.letter:
        return None
    return drafted(own, step, takedown.site, address, today, to)


def may_leave(stand: Stand, takedown: Takedown, rung: Rung, thread: Thread | None) -> bool:
    """Is the first letter of this request ready to leave from here, now or another way than before?"""
    if rung.do not in OF_THE_PLAN or not ways_of_rung(stand, takedown, rung, thread):
        return False
    made = plan_draft(stand, takedown, SOME, timezone.now().date())
    return made is not None and all(part.ready for part in made.parts)


def _of_plan(stand: Stand, step: Step, made: Draft) -> Iterator[To]:
    if step.platform:
        # Where they have a process of their own for this, a mail to another desk of theirs starts no clock.
        anywhere = Note.PROCESS_UNKNOWN in step.notes or step.channel is None
        for at in step.channels:
            if anywhere or (step.channel and at.record.purpose is step.channel.purpose):
                yield from _by_channel(at.platform, at.record)
    elif step.resources and not made.site:
        yield from _by_resources(step.resources)
    if not step.platform and not _was_typed(stand, made):
        yield To(made.to.address, made.to.name)


def _was_typed(stand: Stand, made: Draft) -> bool:
    """Did the person type this address? Then she sends the letter herself: else anybody could have letters of
    ours, signed by us, sent to whomever they like."""
    companies = stand.parties.get(made.site, {}).values() if made.site else ()
    return any(one.get("how") == "hand" and one.get("address") == made.to.address for one in companies)


def _of_rung(stand: Stand, takedown: Takedown, rung: Rung, thread: Thread | None) -> Iterator[To]:
    if rung.do not in _TO_THE_PLATFORM:
        yield from _by_resources(rung.resources)
        if rung.law and (law := directory.law(rung.law)).confidence is not Confidence.LOW:
            yield To(law.complaint_address, law.regulator or law.short_name)
        return
    made = plan_draft(stand, takedown, SOME, timezone.now().date())
    if rung.do in OF_THE_PLAN and made:
        yield from _of_plan(stand, made.step, made)
    elif rung.do is Do.APPEAL and rung.step:
        for at in rung.step.channels:
            yield from _by_channel(at.platform, at.record)
    elif takedown.platform:
        for channel in _alike(takedown, thread):
            yield from _by_channel(takedown.platform, channel)
    else:
        for letter in thread.letters if thread else ():
            if not letter.whom:
                yield To(letter.to, takedown.to)
        if made and not _was_typed(stand, made):
            yield To(made.to.address, made.to.name)


def _alike(takedown: Takedown, thread: Thread | None) -> list[Channel]:
    """Where it went before, then its own channel, then others for the same purpose."""
    every = directory.platform(takedown.platform).channels
    before = {letter.to for letter in thread.letters if not letter.whom} if thread else set()
    own = next((one for one in every if one.key == takedown.channel), None)
    alike = [one for one in every if own and one.purpose is own.purpose]
    return sorted(alike, key=lambda one: (one.address not in before, one is not own))


def _by_channel(platform: str, channel: Channel) -> Iterator[To]:
    record = directory.platform(platform)
    if channel.method is Method.EMAIL and channel.is_mail and record.contact_risk.level is not Risk.HOSTILE:
        passes_on = record.contact_risk.level is Risk.NAME_PASSED_ON
        yield To(channel.address, record.name, channel.key, passes_on)


def _by_resources(keys: Iterable[str]) -> Iterator[To]:
    for key in keys:
        record = directory.resource(key)
        if record.email and record.confidence is not Confidence.LOW and record.list_by_default:
            yield To(record.email, record.name)


def _known(found: Iterable[To]) -> list[To]:
    """Each address once, and only what is one."""
    return list({one.address: one for one in reversed(list(found)) if is_address(one.address)}.values())[::-1]
