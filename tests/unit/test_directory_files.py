"""A data file that does not fit is refused with its file, its line and the reason."""

import pytest

from survivor_portal import directory
from survivor_portal.directory._lines import line_of
from tests.directory_folder import FILES, LAW, PLATFORM, RESOURCE, lay_out, line

SOCIAL, LINE, ACT = "platforms/example-social.toml", "resources/example-line.toml", "laws/us-example/law.toml"

# file, what is replaced, by what, the words of the broken line, part of the reason
BROKEN = {
    "unknown key": (
        SOCIAL,
        'kind = "social"',
        'kind = "social"\ncolour = "red"',
        "colour",
        "unknown key 'colour'",
    ),
    "missing key": (SOCIAL, 'kind = "social"\n', "", "key =", "key 'kind' is missing"),
    "missing key in a table": (LINE, 'country = "AT"\n', "", "name =", "key 'country' is missing"),
    "text for a list": (
        SOCIAL,
        "asks_for = []",
        'asks_for = "links"',
        'asks_for = "links"',
        "should be a list",
    ),
    "list for text": (
        LINE,
        'hours = "Day and night."',
        'hours = ["Day"]',
        "hours =",
        "should be text, not a list",
    ),
    "number for text": (LINE, 'phone = "0800 000 000"', "phone = 800", "phone =", "not a whole number"),
    "truth for a number": (LAW, "hours = 48", "hours = true", "hours =", "should be a whole number"),
    "text for truth": (LINE, "list_by_default = true", 'list_by_default = "yes"', "list_by", "true or false"),
    "bad word": (
        SOCIAL,
        'method = "email"',
        'method = "pigeon"',
        "pigeon",
        "'pigeon' is not one of: web_form",
    ),
    "bad word in a list": (LINE, '["minor", "adult"]', '["minor", "dog"]', "who =", "'dog' is not one of"),
    "bad word on its own line": (
        SOCIAL,
        'what = "email", w',
        'what = "mood", w',
        "mood",
        "'mood' is not one of",
    ),
    "quoted day": (
        LINE,
        "checked_on = 2026-11-22",
        'checked_on = "22.11.26"',
        "checked_on",
        "should be a day",
    ),
    "moment for a day": (
        LINE,
        "on = 2026-11-22",
        "on = 2026-11-22T10:00:00Z",
        "checked_on",
        "should be a day",
    ),
    "bad pattern": (SOCIAL, r"/post/(?P<id>\d+)", "/post/(?P<id>", "/post/", "is not a regular expression"),
    "value for a table": (LAW, "[match]\nages", "extra = 3\n[match]\nages", "extra = 3", "should be a table"),
    "not TOML": (LINE, 'country = "AT"', 'country = "AT', "country =", "is not TOML"),
    "day that is none": (LINE, "2026-11-22\n\n", "2026-13-22\n\n", "checked_on", "is not TOML"),
    "other key than the file": (
        SOCIAL,
        'key = "example-social"',
        'key = "other"',
        "other",
        "is not the name",
    ),
}


@pytest.mark.parametrize(("file", "sound", "broken", "where", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_file_line_and_reason(tmp_path, file, sound, broken, where, reason):
    file = ACT if file == LAW else file
    assert sound in FILES[file]
    text = FILES[file].replace(sound, broken, 1)

    with pytest.raises(directory.DirectoryError) as refused:
        directory.load(lay_out(tmp_path, {file: text}))

    assert refused.value.file == file
    assert refused.value.line == line(text, where)
    assert reason in refused.value.reason


def test_all_problems_of_all_files_come_at_once(tmp_path):
    files = {
        SOCIAL: PLATFORM.replace('"social"', '"sea"').replace('"email"', '"pigeon"'),
        LINE: RESOURCE.replace('"high"', '"maybe"'),
        ACT: LAW.replace("priority = 1", 'priority = "1"'),
    }

    with pytest.raises(directory.DirectoryError) as refused:
        directory.load(lay_out(tmp_path, files))

    assert [problem.file for problem in refused.value.problems] == [ACT, SOCIAL, SOCIAL, SOCIAL, LINE]
    assert str(refused.value).splitlines()[0] == f"{ACT}:7: should be a whole number, not text"


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    lay_out(tmp_path)
    (tmp_path / LINE).write_bytes(b'name = "A"\ncountry = "\xff"\n')

    with pytest.raises(directory.DirectoryError) as refused:
        directory.load(tmp_path)

    assert (refused.value.line, refused.value.reason) == (2, "is not UTF-8 text")


def test_a_file_name_is_a_plain_key(tmp_path):
    lay_out(tmp_path, {"resources/Not_Plain.toml": RESOURCE})

    with pytest.raises(directory.DirectoryError, match="small letters, digits and single hyphens"):
        directory.load(tmp_path)


def test_a_key_may_be_left_to_the_file_name(tmp_path):
    read = directory.load(lay_out(tmp_path))

    assert read.resources["example-line"].key == "example-line"
    assert read.laws["us-example"].clock.hours == 48
    assert read.platforms["example-social"].channels[0].asks_for[1].what is directory.Ask.EMAIL
    assert read.with_letter == {"us-example"}


def test_lines_are_found_inside_lists_tables_and_long_texts():
    text = (
        'a = """\nb = 1\n[t]\n"""\nlist = [ # [ not a bracket\n  { x = "]" },\n  "#", "two",\n  "three",\n]\n'
        "[t.u]\nc.d = 1\n[[t.rows]]\ne = 1\n[[t.rows]]\ne = 2\n[[t.rows.in]]\nf = '''x'''\n\"q r\" = 2\n"
    )

    assert line_of(text, ("list",)) == 5
    assert line_of(text, ("list", 0, "x")) == 6
    assert line_of(text, ("list", 1)) == 7
    assert line_of(text, ("list", 3)) == 8
    assert line_of(text, ("t", "u", "c", "d")) == 11
    assert line_of(text, ("t", "rows", 1, "e")) == 15
    assert line_of(text, ("t", "rows", 1, "in", 0, "f")) == 17
    assert line_of(text, ("t", "rows", 1, "in", 0, "q r")) == 18
    assert line_of(text, ("nowhere",)) == 1
