"""Every page a survivor can come to reads at grade 6 or lower and uses no word that blames or promises."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import textstat
from django.conf import settings
from django.test import Client
from django.utils import timezone

from survivor_portal import directory, intake
from survivor_portal.config.env import HOUSE
from survivor_portal.visits import visit as visits
from survivor_portal.web.survivor import flow
from tests.reading import measure, sentences

pytestmark = pytest.mark.django_db

HARDEST = 6.0
HARDEST_SENTENCE = 11.0  # "This is general information, not legal advice." has 10.7
FOR_CHILDREN = 5.0
TABLES = ("words", "questions", "notes", "cards", "letters_page")

# Places of each kind: a form, a mail, an app, a host, a search engine, a site nobody knows, and only words.
LINKS = """https://x.com/example/status/1234567890123456789
https://www.instagram.com/p/Cabcdefghij/
https://t.me/example/12
https://discord.com/channels/1/2/3
https://www.xvideos.com/video123/example
https://unknown-place.example/v/1
https://bit.ly/3abcdef"""
PLACES = "A chat in an app, account @example, 3 November"

CHILD = {"age_then": "13_15", "age_now": "13_15", "happened": "posted", "picture": "real", "maker": "shown"}
ADULT = {"age_then": "adult", "age_now": "adult", "happened": "posted", "picture": "real", "maker": "other"}
CASES: dict[str, dict[str, Any]] = {
    "parent, refused": CHILD | {"asker": "parent", "home_safe": True, "reported": "refused", "forced": True},
    "parent who fears home": CHILD | {"asker": "parent", "home_safe": False},
    "teen alone": CHILD | {"asker": "self", "home_safe": True},
    "teen, home is not safe": CHILD | {"asker": "self", "home_safe": False, "reported": "silent"},
    "teen under threat": CHILD | {"asker": "self", "home_safe": True, "happened": "threat"},
    "under 13, alone": CHILD | {"asker": "self", "age_then": "under_13", "age_now": "under_13"},
    "pictures of long ago": CHILD | {"asker": "self", "age_now": "adult", "forced": True, "maker": "other"},
    "friend of a child": CHILD | {"asker": "friend"},
    "adult, ex": ADULT | {"asker": "self", "consent": "withdrawn", "reported": "partly"},
    "adult, own picture": ADULT | {"asker": "self", "consent": "never", "maker": "shown"},
    "adult, made by AI": ADULT | {"asker": "self", "consent": "never", "picture": "ai", "owner_safe": True},
    "adult under threat": ADULT | {"asker": "self", "happened": "both", "consent": "not_sure"},
    "advocate for an adult": ADULT | {"asker": "advocate", "consent": "never", "owner_safe": False},
    "friend of an adult": ADULT | {"asker": "friend"},
    "age not sure, drawn": ADULT | {"asker": "self", "age_then": "not_sure", "picture": "drawn"},
    "everything skipped": {},
}
PLACES_TO_LIVE = ["US", "DE", "GB", "IN", "BR", "AU", "FR", "TD"]

# What part 2 of the words page tells to avoid, and what nobody can promise. Whole words, any case.
AVOIDED = [
    *("successfully", "revenge", "child porn", "kiddie", "child pornography", "underage", "prostitute"),
    *("self-generated", "self-produced", "scam", "sexting", "fell for", "just a fake", "not really you"),
    *("predator", "monster", "boyfriend", "lover", "admit", "admitted", "confess", "alleged", "allegedly"),
    *("you claim", "you should have", "be more careful", "why did you", "zero-knowledge", "end-to-end"),
    *("leave no trace", "anonymously", "guarantee", "completely safe", "100%", "don't worry", "good job"),
    *("well done", "congratulations", "oops", "committed suicide", "epidemic", "always works"),
    *("not in trouble with the law", "will be removed", "will be deleted"),
]
PATTERN = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, AVOIDED))})(?![\w-])", re.IGNORECASE)


@cache
def names() -> tuple[str, ...]:
    """What the directory calls things; nobody can make those words easier."""
    records = (*directory.platforms(), *directory.laws(), *directory.resources())
    short = (law.short_name for law in directory.laws())
    countries = (country.name for country in directory.countries())
    return tuple({name for name in (*(r.name for r in records), *short, *countries) if name})


def words_of_page(html: str) -> str:
    """The page without its frame: the help box has short lines that would make any page look easy. Without
    what is law: the text of a letter stands in <pre>, and a declaration is shown whole, beside its box."""
    start = html.index("<main")
    page = html[start : html.index("</main>", start)]
    return re.sub(r'<label for="id_confirm_.*?</label>', "", page, flags=re.DOTALL)


def trouble(html: str, hardest: float = HARDEST) -> list[str]:
    """What is wrong with the words of this page: too hard as a whole, sentences too long."""
    page = words_of_page(html)
    measured = measure(page, names())
    found = [f"{len(sentence.split())} words: {sentence}" for sentence in measured.too_long]
    if measured.grade > hardest:
        found.append(f"grade {measured.grade:.1f}")
    # A long page of short sentences would hide one that nobody can read.
    found += [f"hard: {one}" for one in sentences(page, names()) if _grade(one) > HARDEST_SENTENCE]
    return found


@cache
def _grade(sentence: str) -> float:
    return float(textstat.flesch_kincaid_grade(sentence))


def visitor(answers: Mapping[str, Any], at: str = "", links: str = LINKS) -> Client:
    """A browser in the middle of the flow, with these answers."""
    client = Client()
    token, opened = visits.begin(timezone.now())
    opened.data["answers"] = dict(answers)
    flow.answer(opened.data, "links", {}, {"links": links, "places": PLACES if links else ""})
    opened.data["passed"] = list(intake.BY_KEY)
    opened.data["at"] = at
    if not at:
        flow.open_plan(opened.data)
    visits.save(opened, timezone.now())
    client.cookies[settings.VISIT_COOKIE] = token.hex()
    return client


def read(client: Client) -> str:
    response = client.get("/next/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("path", ["/", "/about/", "/privacy/", "/accessibility/", "/operator/", "/none/"])
def test_the_open_pages_are_easy_to_read(client: Client, path: str) -> None:
    assert trouble(client.get(path).content.decode()) == []


def test_the_notice_for_children_is_easier_than_the_rest(client: Client) -> None:
    assert trouble(client.get("/privacy-for-children/").content.decode(), FOR_CHILDREN) == []


def test_the_helplines_of_every_country_are_easy_to_read(client: Client) -> None:
    countries = sorted({one.country for one in directory.resources()} - {"INT", "EU"})
    pages = {
        code: client.post("/helplines/", {"country": code}).content.decode() for code in ["", *countries]
    }

    assert {code: found for code, html in pages.items() if (found := trouble(html))} == {}


def test_the_help_box_of_every_country_is_easy_to_read(client: Client) -> None:
    for country in ["", *sorted({one.country for one in directory.resources()} - {"INT", "EU"})]:
        html = client.post("/helplines/", {"country": country}).content.decode()
        frame = html[html.index("<aside") : html.index("</aside>")] + html[html.index("</main>") :]

        assert measure(frame, names()).grade <= HARDEST, country
        assert measure(frame, names()).too_long == (), country


@pytest.mark.parametrize("asker", ["self", "parent", "advocate", "friend"])
def test_every_question_is_easy_to_read_in_every_voice(asker: str) -> None:
    found: dict[str, list[str]] = {}
    for answers in (CHILD, ADULT):
        for key in intake.BY_KEY:
            client = visitor(answers | {"asker": asker}, at=key)
            pages = [read(client), client.post("/next/", {"step": key, "links": "?"}).content.decode()]
            wrong = [line for html in pages if html for line in trouble(html)]
            found |= {key: wrong} if wrong else {}

    assert found == {}


@pytest.mark.parametrize(
    "sent",
    [
        {"step": "links", "links": "no link at all"},
        {"step": "links", "links": "data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAA" * 40},
        {"step": "links", "links": "\n".join(f"https://a.example/{n}" for n in range(3000))},
        {"step": "ages", "age_then": "adult", "age_now": "13_15"},
        {"step": "who", "asker": "nobody"},
    ],
    ids=["no link", "a picture", "too many", "ages", "not offered"],
)
def test_every_message_about_a_mistake_is_easy_to_read(sent: dict[str, str]) -> None:
    response = visitor({"asker": "self"}, links="").post("/next/", sent)

    assert response.status_code == 422
    assert trouble(response.content.decode()) == []


@pytest.mark.parametrize("country", PLACES_TO_LIVE)
@pytest.mark.parametrize("case", CASES)
def test_every_plan_is_easy_to_read(case: str, country: str) -> None:
    html = read(visitor(CASES[case] | {"country": country}))

    assert "sp-steps" in html
    assert trouble(html) == []


@pytest.mark.parametrize("case", ["parent, refused", "adult, ex", "teen alone", "advocate for an adult"])
def test_every_letter_page_is_easy_to_read_around_its_letter(case: str) -> None:
    found: dict[str, list[str]] = {}
    for country in ("US", "DE", "GB", "AU"):
        client = visitor(CASES[case] | {"country": country})
        steps = re.findall(r'name="letter" value="([^"]+)"', read(client))
        assert steps
        for step in dict.fromkeys(steps):
            client.post("/next/", {"step": "letter", "letter": step})
            if wrong := trouble(read(client)):
                found[f"{country} {step}"] = wrong
            client.post("/next/", {"step": "plan"})

    assert found == {}


def test_the_page_in_danger_and_the_page_of_a_lost_visit_are_easy_to_read(client: Client) -> None:
    danger = visitor({"danger": True}, at=flow.DANGER, links="")
    lost = client.post("/next/", {"step": "links", "links": "nothing"})

    assert trouble(read(danger)) == []
    assert trouble(lost.content.decode()) == []


@pytest.mark.parametrize("page", ["400", "403", "404", "500", "files", "full"])
def test_every_error_page_is_easy_to_read(page: str) -> None:
    from django.template.loader import render_to_string

    from survivor_portal.web.safety import crisis

    assert trouble(render_to_string(f"errors/{page}.html", crisis.everywhere())) == []


def test_no_word_to_avoid_stands_in_a_template_or_a_table_of_words() -> None:
    templates = [*(HOUSE / "templates").rglob("*.html"), *(HOUSE / "templates").rglob("*.txt")]
    tables = [HOUSE / "survivor_portal" / "web" / "survivor" / f"{name}.py" for name in TABLES]
    texts = {
        path: re.sub(r"{%\s*comment.*?endcomment\s*%}", "", path.read_text("utf-8"), flags=re.S)
        for path in [*templates, *tables]
    }

    assert {path.name: hits for path, text in texts.items() if (hits := PATTERN.findall(text))} == {}


def test_no_word_to_avoid_stands_in_what_helplines_are_said_to_do() -> None:
    texts = {
        one.key: f"{one.does} {one.does_not} {one.hours}"
        for one in directory.resources()
        if one.list_by_default
    }

    assert {key: hits for key, text in texts.items() if (hits := PATTERN.findall(text))} == {}


def test_a_hard_page_a_long_sentence_and_a_word_to_avoid_would_be_found() -> None:
    frame = '<aside class="sp-help"><p>{}</p></aside><main><p>{}</p></main>'
    easy = "You can call them now. " * 40
    hard = (
        "Notwithstanding jurisdictional considerations, administrators evaluate institutional accountability."
    )

    assert trouble(frame.format(easy, easy)) == []
    assert trouble(frame.format(easy, hard))[0].startswith("grade")
    assert trouble(frame.format(easy, easy + hard)) == [f"hard: {hard}"]
    assert trouble(frame.format(easy, "We " + "go on and " * 9 + "end."))[0].startswith("29 words")
    assert PATTERN.findall("You Successfully did it; revenge.") == ["Successfully", "revenge"]
