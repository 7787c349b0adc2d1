"""Find in the plan of a case who takes each step of the ladder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from survivor_portal import directory
from survivor_portal.directory import Law, Purpose, Role
from survivor_portal.intake import Plan, Step, StepKey
from survivor_portal.takedowns._rows import POLICE, Do

_US_REQUEST = "us-tida"
_FTC = "ftc"


@dataclass(frozen=True, slots=True)
class Party:
    """Who takes a step. `law` and `to` as in a rung; `step` with the addresses, where the plan has one.
    `hears`: for an office, the laws of the request whose clocks are its matter."""

    law: str = ""
    to: str = ""
    resources: tuple[str, ...] = ()
    step: Step | None = None
    hears: tuple[str, ...] = ()


def parties(do: Do, plan: Plan, laws: Sequence[Law], platform: str) -> tuple[Party, ...]:
    """Who takes this step, each for itself; empty where nobody does, and the step is left out."""
    find = _FINDERS.get(do)
    return tuple(find(plan, laws, platform)) if find else (Party(),)


def _steps(plan: Plan, key: StepKey) -> Iterator[Step]:
    return (step for step in plan.steps if step.key is key)


def _one_of(key: StepKey, to: str = "") -> Callable[[Plan, Sequence[Law], str], Iterator[Party]]:
    """The first step of that kind, noted as told to its first resource (or to `to`)."""

    def find(plan: Plan, laws: Sequence[Law], platform: str) -> Iterator[Party]:
        for step in _steps(plan, key):
            yield Party(to=to or next(iter(step.resources), key.value), resources=step.resources, step=step)
            return

    return find


def _appeal(plan: Plan, laws: Sequence[Law], platform: str) -> Iterator[Party]:
    """The appeal a law opens, where the request stands on that law's side of the sea; else the platform's
    own desk for appeals."""
    for step in _steps(plan, StepKey.APPEAL):
        if step.platform == platform and any(_same_place(law, step.grounds) for law in laws):
            yield Party(law=step.grounds[0], step=step)
            return
    if platform and any(c.purpose is Purpose.APPEAL for c in directory.platform(platform).channels):
        yield Party()


def _authorities(plan: Plan, laws: Sequence[Law], platform: str) -> Iterator[Party]:
    for step in _steps(plan, StepKey.AUTHORITY):
        yield Party(law=step.grounds[0], to=step.grounds[0], resources=step.resources, step=step)


def _flagger(plan: Plan, laws: Sequence[Law], platform: str) -> Iterator[Party]:
    for step in _steps(plan, StepKey.FLAGGER):
        if any(_same_place(law, step.grounds) for law in laws):
            yield Party(law=step.grounds[0], to=step.grounds[0], resources=step.resources, step=step)
            return


def _regulators(plan: Plan, laws: Sequence[Law], platform: str) -> Iterator[Party]:
    """Regulators of the places whose law the request stands on: those of the plan, then the office a ground
    names itself (India's appellate committee)."""
    covered: set[str] = set()
    for step in _steps(plan, StepKey.REGULATOR):
        party = _regulator(step, laws)
        if party:
            covered |= {party.law, *party.resources, _address(party.law)}
            yield party
    for law in laws:
        if law.role is not Role.REMOVAL_REQUEST or law.clock.bound != "platform":
            continue
        named = {law.key, *law.resources, _address(law.key)}
        if law.complaint_address and not named & covered - {""}:
            covered |= named
            yield Party(law=law.key, to=law.key, hears=(law.key,))


def _regulator(step: Step, laws: Sequence[Law]) -> Party | None:
    """The office of that step, where the request stands on a law of its place. The FTC may be told of any
    request under US law; late is what its own Act says."""
    to = next(iter(step.grounds or step.resources), "")
    if step.letter == _FTC:
        places = {law.jurisdiction for law in laws if law.jurisdiction.startswith("US")}
        own = tuple(law.key for law in laws if law.key == _US_REQUEST)
        return Party(_US_REQUEST, to, step.resources, step, own) if places else None
    if step.grounds:
        own = tuple(law.key for law in laws if _same_place(law, step.grounds))
        return Party(to, to, step.resources, step, own) if own else None
    countries = {directory.resource(key).country for key in step.resources}
    own = tuple(law.key for law in laws if law.jurisdiction in countries)
    return Party(own[0], to, step.resources, step, own) if own else None


def _address(law: str) -> str:
    return directory.law(law).complaint_address


def _same_place(law: Law, grounds: Sequence[str]) -> bool:
    """Is the request's law of the same place? The law of a member state counts as the Union's."""
    places = {directory.law(key).jurisdiction for key in grounds}
    return law.jurisdiction in places or ("EU" in places and directory.eu_member(law.jurisdiction))


def _police(plan: Plan, laws: Sequence[Law], platform: str) -> Iterator[Party]:
    for step in _steps(plan, StepKey.POLICE):
        yield Party(to=POLICE, resources=step.resources, step=step)


def _lawyer(plan: Plan, laws: Sequence[Law], platform: str) -> Iterator[Party]:
    step = next(_steps(plan, StepKey.LAWYER), None)
    yield Party(resources=step.resources if step else (), step=step)


def _request_48h(plan: Plan, laws: Sequence[Law], platform: str) -> Iterator[Party]:
    if all(law.key != _US_REQUEST for law in laws):
        for step in _steps(plan, StepKey.REQUEST_48H):
            if step.platform == platform:
                yield Party(law=_US_REQUEST, step=step)


def _around_it(plan: Plan, laws: Sequence[Law], platform: str) -> Iterator[Party]:
    yield Party(step=next(_steps(plan, StepKey.SEARCH), None))


_FINDERS: dict[Do, Callable[[Plan, Sequence[Law], str], Iterator[Party]]] = {
    Do.SUPPLEMENT: _one_of(StepKey.HOTLINE),
    Do.APPEAL: _appeal,
    Do.AUTHORITY: _authorities,
    Do.FLAGGER: _flagger,
    Do.REGULATOR: _regulators,
    Do.LEGAL_FIRST: _one_of(StepKey.LEGAL_FIRST, to="lawyer"),
    Do.NOTE: _police,
    Do.LAWYER: _lawyer,
    Do.HASH: _one_of(StepKey.HASH),
    Do.REQUEST_48H: _request_48h,
    Do.OTHER_SITE: _around_it,
}
