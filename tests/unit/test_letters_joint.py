"""One list for several people: what it says of itself, its parts, and that no item is lost."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from survivor_portal import directory
from survivor_portal.letters import Addressee, Agency, Client, Item, joint_list, stands_by_itself
from tests.conftest import size

TODAY = date(2026, 11, 22)
AGENCY = Agency("Example Helpline", "Ana Li", "answers@work.example")
TO = Addressee("X")


def client(label: str, count: int, *laws: str) -> Client:
    items = tuple(Item(n, f"https://video.example/{label}/{n}") for n in range(1, count + 1))
    return Client(label, items, laws)


def written(*clients: Client, limit: int | None = None) -> list[str]:
    made = joint_list(clients, to=TO, agency=AGENCY, reference="L-1", today=TODAY, limit=limit)
    return [part.text for part in made]


def test_people_stand_under_their_labels_and_the_organisation_signs() -> None:
    (text,) = written(client("Blue 7", 2, "us-tida"), client("Red 1", 1, "us-tida"))

    assert "To: X\nDate: 22 November 2026\nOur reference: L-1" in text
    assert "This list comes from Example Helpline." in text
    assert "2 people" in text
    assert "Blue 7\n1. https://video.example/Blue 7/1\n2. https://video.example/Blue 7/2" in text
    assert "Red 1\n1. https://video.example/Red 1/1" in text
    assert "Ana Li, for Example Helpline" in text
    assert "E-mail: answers@work.example" in text


def test_where_a_law_wants_each_persons_own_words_the_list_says_that_it_is_no_request() -> None:
    made = joint_list([client("Blue 7", 1, "us-tida")], to=TO, agency=AGENCY, reference="L-1", today=TODAY)

    assert "It does not take its place" in made[0].text
    assert [(state.law, state.ready) for state in made[0].states] == [("us-tida", False)]


def test_only_laws_that_ask_for_nothing_of_a_person_let_a_list_stand_by_itself() -> None:
    personal = {"signature", "belief", "intimate", "accurate", "perjury", "consent", "authority"}

    for law in directory.laws():
        blocks = {b for e in law.elements if e.required for b in e.block.split("+")}
        assert not (stands_by_itself(law.key) and blocks & personal), law.key
    assert not stands_by_itself("us-tida")


def test_a_list_nobody_signs_or_can_answer_is_not_ready() -> None:
    for agency in (Agency("", "Ana", "a@b.example"), Agency("E", " ", "a@b.example"), Agency("E", "Ana", "")):
        (part,) = joint_list([client("Blue", 1)], to=TO, agency=agency, reference="L", today=TODAY)
        assert not part.ready
    (empty,) = joint_list([], to=TO, agency=AGENCY, reference="L", today=TODAY)
    assert not empty.ready


@settings(max_examples=size("property_examples"), deadline=None)
@given(st.lists(st.integers(1, 7), max_size=6), st.integers(1, 5))
def test_no_item_is_lost_or_told_twice_and_no_part_is_too_long(counts: list[int], limit: int) -> None:
    clients = [client(f"C{n}", count) for n, count in enumerate(counts)]

    parts = written(*clients, limit=limit)

    links = [line.split(". ", 1)[1] for text in parts for line in text.splitlines() if ". https://" in line]
    assert sorted(links) == sorted(item.link for one in clients for item in one.items)
    assert all(sum(". https://" in line for line in text.splitlines()) <= limit for text in parts)


@settings(max_examples=size("property_examples"), deadline=None)
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_name_breaks_a_line_of_the_list(label: str, link: str, name: str) -> None:
    one = Client(label, (Item(1, link, account=name),))

    (part,) = joint_list(
        [one], to=Addressee(name), agency=Agency(name, name, name), reference=label, today=TODAY
    )

    text = part.text
    assert all(char.isprintable() or char == "\n" for char in text)
    assert (
        "{" not in text.replace(label, "").replace(link, "").replace(name, "") or "{" in label + link + name
    )
