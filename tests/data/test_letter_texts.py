"""The words of letters: complete, ours, without numbers typed by hand, without words that hurt."""

import csv
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from survivor_portal import directory
from survivor_portal.config.env import HOUSE
from survivor_portal.letters import CODES, Addressee, SecondKind, compose, service_text
from survivor_portal.letters._blocks import AFTER, BEFORE
from survivor_portal.letters._reading import blocks_of
from survivor_portal.letters._second import REQUIRED as LATER_REQUIRED
from survivor_portal.letters._second_blocks import SECOND
from survivor_portal.letters._services import REQUIRED
from survivor_portal.letters._texts import CONDITIONS, TextError, read_request, texts
from tests.letter_cases import ADULT, ALL, CHILD, SIGNER, TODAY, addressee, fitting_cells
from tests.reading import measure

LAWS = directory.DATA / "laws"
LETTERS = HOUSE / "survivor_portal" / "letters"
REQUESTS = sorted(LAWS.glob("*/request.md")) + sorted(LAWS.glob("*/note.md"))
SERVICES = sorted((LETTERS / "services").glob("*.md"))
SECONDS = sorted((LETTERS / "second").glob("*.md"))
OWN_WORDS = sorted(path for kind in ("reminder", "answer", "complaint") for path in LAWS.glob(f"*/{kind}.md"))
LATER = [*SECONDS, *OWN_WORDS]
BLOCKS = LETTERS / "blocks.toml"
FILES = [*REQUESTS, *SERVICES, *LATER, BLOCKS]
TITLES = (  # names of laws are the same for everybody
    "Articles 3 to 7 of Directive 2011/93/EU",
    "the Information Technology (Intermediary Guidelines and Digital Media Ethics Code) Rules 2021",
)
PLACES = {"to", "clock", "platforms"}
AVOIDED = (
    "successfully", "revenge", "child porn", "kiddie", "underage", "self-generated", "self-produced", "admit",
    "confess", "alleged", "claimed", "prostitute", "guarantee", "promise", "just a fake", "not really",
    "predator", "monster", "passport", "birth", "street",
)  # fmt: skip
# A letter says where an item is and whose it is, never what is to be seen on it.
DESCRIBING = (
    "naked", "nude ", "breast", "genital", "penis", "vagina", "buttock", "masturbat", "intercourse",
    "undress", "topless", "underwear", "face is", "wearing", "pose",
)  # fmt: skip


def relative(path: Path) -> str:
    return str(path.relative_to(HOUSE / "survivor_portal"))


def test_there_are_34_requests_or_more_one_for_each_law_that_asks_for_something():
    assert len(ALL) >= 34
    assert {path.parent.name for path in LAWS.glob("*/request.md")} == set(ALL)


@pytest.mark.parametrize("path", [*REQUESTS, *SERVICES], ids=relative)
def test_a_text_file_reads_and_names_only_blocks_and_conditions_that_exist(path):
    request = read_request(path)

    assert any(part.text for part in request.paragraphs)
    for part in request.paragraphs:
        assert set(part.blocks) <= BEFORE.keys() | AFTER.keys()
        assert {word.removeprefix("no_") for word in part.conditions} <= CONDITIONS
        assert set(re.findall(r"\{(\w*)\}", part.text)) <= PLACES


@pytest.mark.parametrize("key", ALL)
def test_a_request_lists_every_block_its_elements_name_and_each_only_once(key):
    law = directory.law(key)
    blocks = [block for part in read_request(LAWS / key / "request.md").paragraphs for block in part.blocks]

    named = {block for element in law.elements for block in blocks_of(element)} - {"ground"}
    assert named <= set(blocks)
    assert len(blocks) == len(set(blocks))


@pytest.mark.parametrize("path", LATER, ids=relative)
def test_a_text_of_a_later_letter_names_only_blocks_and_conditions_that_exist(path):
    request = read_request(path)
    blocks = [block for part in request.paragraphs for block in part.blocks]
    complaint = path.stem == "complaint" or path in SECONDS

    assert request.heading
    assert any(part.text for part in request.paragraphs)
    assert set(blocks) <= BEFORE.keys() | AFTER.keys() | SECOND.keys() | {"laws"}
    assert len(blocks) == len(set(blocks))
    assert bool(blocks) == complaint
    for part in request.paragraphs:
        assert {word.removeprefix("no_") for word in part.conditions} <= CONDITIONS
        assert set(re.findall(r"\{(\w*)\}", part.text)) <= PLACES


def test_there_is_a_text_for_every_kind_of_later_letter_and_none_is_left_over():
    assert {path.stem for path in SECONDS} == {kind.value for kind in SecondKind} - {"again"}


@pytest.mark.parametrize("path", SECONDS, ids=relative)
def test_a_later_letter_lists_what_it_cannot_do_without(path):
    blocks = {block for part in read_request(path).paragraphs for block in part.blocks}

    assert LATER_REQUIRED[SecondKind(path.stem)] <= blocks


@pytest.mark.parametrize("path", OWN_WORDS, ids=relative)
def test_the_own_words_of_a_law_stand_under_the_name_of_its_request(path):
    request = texts("en").request(path.parent.name)

    if path.stem == "complaint":
        assert read_request(path).heading != request.heading
    else:
        assert read_request(path).heading == request.heading


@pytest.mark.parametrize("path", [*REQUESTS, *SERVICES, *LATER], ids=relative)
def test_no_period_is_typed_by_hand(path):
    """Periods come from the law's record, and only when verified. (Six months bind the writer.)"""
    text = path.read_text("utf-8")

    assert re.findall(r"\b(?:\d+|one|two|three|seven|thirty)[ -](?:hours?|days?|months?)\b", text) == []


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_no_text_holds_a_word_that_hurts_or_describes(path):
    text = path.read_text("utf-8").lower()

    assert [word for word in AVOIDED if re.search(rf"\b{word}", text)] == []
    assert [word for word in DESCRIBING if word in text] == []


def shingles(text: str, length: int = 8) -> set[str]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return {" ".join(words[i : i + length]) for i in range(len(words) - length + 1)}


@pytest.mark.parametrize("path", OWN_WORDS, ids=relative)
def test_the_own_words_of_a_law_are_not_those_of_the_record(path):
    law = directory.law(path.parent.name)
    titles = shingles(f"{law.name} {law.citation}").union(*map(shingles, TITLES))
    record = (path.parent / "law.toml").read_text("utf-8")
    own = " ".join(part.text for part in read_request(path).paragraphs)

    assert (shingles(own) & shingles(record)) - titles == set()


@pytest.mark.parametrize("key", ALL)
def test_a_request_uses_its_own_sentences_and_not_those_of_the_record(key):
    law = directory.law(key)
    titles = shingles(f"{law.name} {law.citation}").union(*map(shingles, TITLES))
    record = (LAWS / key / "law.toml").read_text("utf-8")
    own = " ".join(part.text for part in read_request(LAWS / key / "request.md").paragraphs)

    assert (shingles(own) & shingles(record)) - titles == set()


def test_every_code_has_a_plain_sentence_and_no_sentence_is_hard():
    for code, sentence in CODES.items():
        measured = measure(f"<p>{sentence}</p>")
        assert measured.sentences, code
        assert measured.too_long == (), code
    whole = measure("".join(f"<p>{sentence}</p>" for sentence in CODES.values()))
    assert whole.grade <= 6.0


def test_what_explains_a_statement_is_plain():
    shared = tomllib.loads(BLOCKS.read_text("utf-8"))
    plain = [text for table in shared.values() for name, text in table.items() if name.startswith("plain")]

    assert len(plain) >= 9
    for sentence in plain:
        assert measure(f"<p>{sentence}</p>").too_long == ()
    assert measure("".join(f"<p>{sentence}</p>" for sentence in plain)).grade <= 6.0


def test_every_code_in_the_program_has_its_sentence_and_none_is_left_over():
    program = "".join(path.read_text("utf-8") for path in LETTERS.glob("_*.py"))
    quoted = set(re.findall(r'"([a-z0-9]+(?:_[a-z0-9]+)+)"', program))

    assert set(CODES) <= quoted


def whole_texts() -> list[str]:
    found = [
        compose([key], to=addressee(key), facts=facts, signer=SIGNER, today=TODAY).text
        for key in ALL
        for facts in fitting_cells(key)[::5]
    ]
    found += [
        service_text(kind, to=Addressee("Desk"), facts=facts, signer=SIGNER, today=TODAY).text
        for kind in REQUIRED
        for facts in (CHILD, ADULT)
    ]
    return found


def test_no_whole_letter_holds_a_bracket_a_place_left_open_or_legal_advice_about_itself():
    for text in whole_texts():
        assert not re.search(r"\[if|\[\[|\{\w*\}", text), text
        assert "general information" not in text.lower()
        assert "\n\n\n" not in text


def test_each_law_says_only_in_english_what_its_own_file_says():
    assert texts("en").language == "en"
    assert texts("xx") == texts("en")


def test_words_and_blocks_in_one_paragraph_are_refused(tmp_path):
    (tmp_path / "request.md").write_text("# A law\n\nPlease act. [[items]]\n", "utf-8")

    with pytest.raises(TextError, match="blocks and words"):
        read_request(tmp_path / "request.md")


def test_a_condition_nobody_knows_is_refused(tmp_path):
    (tmp_path / "request.md").write_text("# A law\n\n[if sunny] Please act.\n", "utf-8")

    with pytest.raises(TextError, match="unknown condition 'sunny'"):
        read_request(tmp_path / "request.md")


def test_a_language_added_by_the_page_is_used_and_english_fills_the_rest(tmp_path, monkeypatch):
    page = (HOUSE / "docs" / "how-to" / "add-a-language.md").read_text("utf-8")
    example = dict(re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    shutil.copytree(LETTERS, tmp_path / "letters", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    folder = tmp_path / "letters" / "translations" / "de"
    (folder / "laws" / "us-tida").mkdir(parents=True)
    (folder / "blocks.toml").write_text(example["toml"], "utf-8")
    (folder / "laws" / "us-tida" / "request.md").write_text(example["markdown"], "utf-8")
    monkeypatch.setattr("survivor_portal.letters._texts.HERE", tmp_path / "letters")
    texts.cache_clear()

    found = compose(
        ["us-tida"], to=Addressee("Dienst"), facts=CHILD, signer=SIGNER, today=TODAY, language="de"
    )

    texts.cache_clear()
    assert found.ready
    assert "Das Gesetz gibt Ihnen ab Eingang 48 Stunden Zeit." in found.text
    assert "22. November 2026" in found.text
    assert found.section("shown").heading == "Abgebildete Person"
    assert found.section("contact").heading == "Contact"


def test_the_page_on_languages_lists_every_condition():
    page = (HOUSE / "docs" / "how-to" / "add-a-language.md").read_text("utf-8")
    table = "".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))

    assert set(re.findall(r"`(\w+)`", table)) == CONDITIONS


def test_the_map_of_facts_names_a_place_for_each_of_the_48_laws():
    rows = list(csv.DictReader((HOUSE / "docs" / "facts-map.csv").read_text("utf-8").splitlines()))
    laws = {row["record"]: row for row in rows if row["file"] == "laws.yaml"}

    assert len(laws) >= 48
    for row in laws.values():
        assert row["reason"] or (directory.DATA / row["place"]).is_file()
