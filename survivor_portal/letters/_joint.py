"""One list for one platform, of several grown people whom the same organisation helps.

Nearly every law wants each person's own signature or statement. Where one does, the list only goes along with
each person's own request, and says so; it never speaks in their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from survivor_portal.directory import Age, Asker, Consent, Happened, Law, Picture
from survivor_portal.letters._case import one_line
from survivor_portal.letters._conditions import conditions
from survivor_portal.letters._facts import Addressee, Facts, Item
from survivor_portal.letters._letter import GroundState, Letter, Section
from survivor_portal.letters._reading import blocks_of, law_of, needed, period
from survivor_portal.letters._texts import Texts, texts

# What a list can bring by itself. Everything else is about one person, or said by that person.
_OF_A_LIST = frozenset({"items", "ground", "contact", "process", "asks"})
_FACTS = Facts(Asker.ADVOCATE, Age.ADULT, Age.ADULT, Picture.REAL, Happened.POSTED, consent=Consent.NEVER)


@dataclass(frozen=True, slots=True)
class Client:
    """One person of the list: the name it has for them, their items, the laws their request stands on."""

    label: str
    items: tuple[Item, ...]
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agency:
    """Who sends the list: the organisation, who signs for it, and its mail address."""

    name: str
    signer: str
    email: str


def stands_by_itself(law: str) -> bool:
    """Can a list be a valid request under this law? Only where each element it asks for is in a list."""
    found = law_of(law)
    blocks = {block for element in needed(found, _FACTS) for block in blocks_of(element)}
    return bool(blocks) and blocks <= _OF_A_LIST and found.may_be_cited


def joint_list(
    clients: Sequence[Client],
    *,
    to: Addressee,
    agency: Agency,
    reference: str,
    today: date,
    limit: int | None = None,
    language: str = "en",
) -> tuple[Letter, ...]:
    """The list, in parts of at most `limit` items each; the items of a person stay together where they fit.

    Never raises for any names or links. `ready` where somebody signs, can be reached, and each item can be
    found.
    """
    words = texts(language)
    groups = _groups(clients, limit)
    laws = tuple(dict.fromkeys(law for client in clients for law in client.grounds))
    parts = [
        _part(words, group, laws, to, agency, reference, today, (number, len(groups)))
        for number, group in enumerate(groups, 1)
    ]
    return tuple(parts)


def _part(
    words: Texts,
    clients: Sequence[Client],
    laws: Sequence[str],
    to: Addressee,
    agency: Agency,
    reference: str,
    today: date,
    part: tuple[int, int],
) -> Letter:
    subject = words.block("joint", "subject")
    if part[1] > 1:
        subject = words.block("subject", "part").format(subject=subject, part=part[0], parts=part[1])
    standing = [law_of(law) for law in laws if stands_by_itself(law)]
    own = [law_of(law) for law in laws if not stands_by_itself(law)]
    sections = [
        Section("opening", "", _opening(words, clients, to, agency, reference, today, part, subject), True),
        Section("own", words.block("joint", "own_heading"), _what_it_is(words, standing, own), True),
        *(
            Section(f"ground:{law.key}", _law_name(words, law), text, True)
            for law in standing
            if (text := _ground(words, law, to))
        ),
        Section("items", words.heading("joint"), _items(words, clients), True),
        Section("asks", words.block("joint", "asks_heading"), words.block("joint", "asks"), True),
        Section("contact", words.heading("contact"), _contact(words, agency), bool(agency.email.strip())),
        Section("signed", "", _signed(words, agency), bool(agency.signer.strip())),
    ]
    items = [item for client in clients for item in client.items]
    states = [GroundState(law.key, True) for law in standing]
    states += [GroundState(law.key, False) for law in own]
    return Letter(
        subject=subject,
        sections=tuple(sections),
        states=tuple(states),
        ready=bool(items)
        and all(item.can_be_found for item in items)
        and bool(one_line(agency.name) and one_line(agency.signer) and one_line(agency.email)),
    )


def _opening(
    words: Texts,
    clients: Sequence[Client],
    to: Addressee,
    agency: Agency,
    reference: str,
    today: date,
    part: tuple[int, int],
    subject: str,
) -> str:
    number = len({client.label for client in clients})
    people = words.block("joint", "one" if number == 1 else "many").format(number=number)
    text = words.block("joint", "opening").format(
        subject=subject,
        to=one_line(to.name),
        date=words.day(today),
        reference=one_line(reference),
        agency=one_line(agency.name),
        people=people,
    )
    if part[1] > 1:
        text += "\n" + words.block("joint", "part").format(part=part[0], parts=part[1])
    return text


def _what_it_is(words: Texts, standing: Iterable[Law], own: Iterable[Law]) -> str:
    found = []
    if names := "; ".join(_law_name(words, law) for law in own):
        found.append(words.block("joint", "own").format(laws=names))
    if names := "; ".join(_law_name(words, law) for law in standing):
        found.append(words.block("joint", "standing").format(laws=names))
    return "\n".join(found) or words.block("joint", "nothing")


def _ground(words: Texts, law: Law, to: Addressee) -> str:
    request = words.request(law.key)
    if request is None:
        return ""
    fill = {"to": one_line(to.name), "clock": words.period(period(law.clock))}
    return "\n".join(text.format_map(fill) for text in request.own(conditions(_FACTS, to, law)))


def _law_name(words: Texts, law: Law) -> str:
    request = words.request(law.key)
    return request.heading if request is not None and request.heading else law.short_name


def _items(words: Texts, clients: Sequence[Client]) -> str:
    blocks = []
    for client in clients:
        lines = [words.block("joint", "person").format(label=one_line(client.label))]
        lines += [f"{item.number}. {_where(item)}" for item in client.items]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _where(item: Item) -> str:
    """A link; else account and place. Never a word about what it shows."""
    parts = (item.link,) if item.link.strip() else (item.account, item.where, item.when)
    return ", ".join(text for part in parts if (text := one_line(part)))


def _contact(words: Texts, agency: Agency) -> str:
    email = one_line(agency.email)
    return (
        words.block("contact", "email").format(text=email) if email else words.block("contact", "blank_email")
    )


def _signed(words: Texts, agency: Agency) -> str:
    return words.block("joint", "signed").format(name=one_line(agency.signer), agency=one_line(agency.name))


def _groups(clients: Sequence[Client], limit: int | None) -> list[list[Client]]:
    """Each part holds at most `limit` items; a person with more than that is in several parts."""
    if limit is None:
        return [list(clients)]
    groups: list[list[Client]] = [[]]
    room = limit
    for client in clients:
        if len(client.items) > room and len(client.items) <= limit:
            groups.append([])
            room = limit
        rest = client.items
        while rest:
            if room == 0:
                groups.append([])
                room = limit
            groups[-1].append(replace(client, items=rest[:room]))
            rest, room = rest[room:], room - min(room, len(rest))
    return [group for group in groups if group] or [[]]
