"""Records are found by key, channels in the order of use, help by country; open data and report are whole."""

import dataclasses
import json
from datetime import date, timedelta
from hashlib import sha256

import jsonschema
import pytest

from survivor_portal import directory
from survivor_portal.directory import AgeAtImage, Confidence, Need, Purpose, Subject, Who
from tests.directory_folder import FILES, PLATFORM, RESOURCE, lay_out

CHANNEL = """
[[channels]]
key = "{purpose}-{number}"
purpose = "{purpose}"
subject = "{subject}"
method = "{method}"
address = "https://social.example/{number}"
account_needed = "no"
representative_ok = "yes"
asks_for = []
confidence = "{confidence}"
source = "https://social.example/help"
checked_on = 2026-11-22
"""


def ways(*rows):
    """A platform with these channels: (purpose, number, subject, method, confidence)."""
    names = ("purpose", "number", "subject", "method", "confidence")
    tables = "".join(CHANNEL.format(**dict(zip(names, row, strict=True))) for row in rows)
    return PLATFORM[: PLATFORM.index("[[channels]]")] + tables + '[[sources]]\nurl = "https://a.example"\n'


def line(key, **changes):
    """A resource file with other values: text as it stands in TOML."""
    text = RESOURCE
    for name, value in changes.items():
        start = text.find(f"\n{name} = ")
        if start < 0:
            text = text.replace("\n[[sources]]", f"{name} = {value}\n\n[[sources]]")
        else:
            text = text[:start] + f"\n{name} = {value}" + text[text.index("\n", start + 1) :]
    return {f"resources/{key}.toml": text}


def keys(records):
    return [record.key for record in records]


def test_a_record_is_found_by_its_key_and_a_wrong_key_has_its_own_error():
    assert directory.platform("x").name.startswith("X")
    assert directory.law("us-tida").jurisdiction == "US"
    assert directory.resource("cybertipline").country == "US"
    assert directory.platform("x") in directory.platforms()
    assert directory.law("us-tida") in directory.laws()
    for look_up in (directory.platform, directory.law, directory.resource, directory.law_text):
        with pytest.raises(directory.UnknownRecord):
            look_up("no-such-record")


def test_a_text_beside_a_law_is_read_and_a_missing_one_is_none(tmp_path):
    read = directory.load(lay_out(tmp_path))

    assert directory.law_text("us-example", within=read) == FILES["laws/us-example/request.md"]
    assert directory.law_text("us-example", "reminder.md", within=read) is None


def test_channels_come_in_the_order_of_purposes_then_sure_then_easy_and_doubtful_ones_last(tmp_path):
    text = ways(
        ("ncii", 1, "any", "email", "high"),
        ("ncii", 2, "any", "web_form", "high"),
        ("ncii", 3, "adult", "web_form", "high"),
        ("privacy", 1, "any", "post", "medium"),
        ("privacy", 2, "child", "in_app", "high"),
        ("minor_sexual", 1, "child", "web_form", "low"),
        ("copyright", 1, "any", "web_form", "high"),
    )
    read = directory.load(lay_out(tmp_path, {"platforms/example-social.toml": text}))

    found = directory.channels(
        read.platforms["example-social"],
        [Purpose.MINOR_SEXUAL, Purpose.PRIVACY, Purpose.NCII],
        Subject.CHILD,
    )

    assert keys(found) == ["privacy-2", "privacy-1", "ncii-2", "ncii-1", "minor_sexual-1"]


@pytest.mark.parametrize(
    ("record", "field", "days"),
    [
        (directory.resources()[0], "checked_on", 90),
        (directory.platforms()[0], "verified_on", 180),
        (directory.platform("x").channels[0], "checked_on", 180),
        (directory.laws()[0], "verified_on", 365),
    ],
)
def test_a_fact_grows_stale_the_day_after_its_time(record, field, days):
    checked = date(2026, 1, 31)
    record = dataclasses.replace(record, **{field: checked})

    assert not directory.is_stale(record, checked + timedelta(days=days))
    assert directory.is_stale(record, checked + timedelta(days=days + 1))
    assert directory.is_stale(dataclasses.replace(record, **{field: None}), checked)


def test_crisis_help_gives_crisis_lines_before_child_lines_and_no_more_than_three(tmp_path):
    files = (
        line("kid", kind='"child"', phone='"116 111"')
        | line("short", phone='"142"')
        | line("later", phone='"1"', priority="2")
        | line("doubtful", confidence='"low"', list_by_default="false")
        | line("web-only", phone='""')
        | line("talk", kind='"victim"')
    )
    read = directory.load(lay_out(tmp_path, files))

    found = directory.crisis_help("at", within=read)

    assert (found.country, found.name) == ("AT", "Austria")
    assert keys(found.lines) == ["short", "example-line", "later"]


def test_what_nobody_confirmed_in_a_record_is_handed_out_to_no_page(tmp_path):
    read = directory.load(
        lay_out(
            tmp_path,
            line("doubt", phone='"0900"', url='"https://line.example/"', unverified='{ phone = "memory" }'),
        )
    )

    found = [
        directory.resource("doubt", within=read),
        *(one for one in directory.resources_for("AT", within=read) if one.key == "doubt"),
        *(one for one in directory.crisis_help("AT", within=read).lines if one.key == "doubt"),
    ]

    assert {(one.phone, one.url) for one in found} == {("", "https://line.example/")}
    assert read.resources["doubt"].phone == "0900"


def test_a_line_to_talk_to_comes_before_one_that_only_takes_reports():
    assert keys(directory.crisis_help("US").lines)[0] == "lifeline-988"
    assert keys(directory.crisis_help("BR").lines) == ["cvv-188-br"]
    assert "ftc-tida" not in keys(directory.hotlines("US"))


def test_a_country_without_a_line_gets_its_page_of_the_finder():
    somewhere = directory.crisis_help("TD")
    nowhere = directory.crisis_help("not a country")

    assert (somewhere.lines, somewhere.finder_url) == ((), "https://findahelpline.com/countries/td")
    assert (nowhere.name, nowhere.emergency) == ("", "")
    assert nowhere.finder_url == "https://findahelpline.com/"


def test_a_member_of_the_union_without_a_number_of_its_own_has_112():
    assert directory.crisis_help("LU").emergency == "112"
    assert directory.crisis_help("US").emergency == "911"
    assert "988" in [one.phone for one in directory.crisis_help("US").lines]


def test_crisis_help_everywhere_names_each_country_once_with_something_to_call():
    everywhere = directory.crisis_help_everywhere()

    assert len({one.country for one in everywhere}) == len(everywhere) >= 50
    assert all(one.emergency or one.lines for one in everywhere)
    assert [one.name for one in everywhere] == sorted(one.name for one in everywhere)


def test_all_countries_can_be_chosen_and_the_union_is_known():
    by_code = {country.code: country for country in directory.countries()}

    assert len(by_code) == 249
    assert by_code["NO"].name == "Norway"
    assert by_code["US"].has_help
    assert not by_code["TD"].has_help
    assert sum(map(directory.eu_member, by_code)) == 27
    assert directory.eu_member("de")
    assert not directory.eu_member("GB")


def test_help_comes_from_the_country_then_the_union_then_everywhere(tmp_path):
    files = (
        line("a-world", country='"INT"')
        | line("b-union", country='"EU"')
        | line("c-second", priority="2")
        | line("d-other", country='"DE"')
        | line("e-hidden", list_by_default="false")
    )
    read = directory.load(lay_out(tmp_path, files))

    assert keys(directory.resources_for("AT", within=read)) == [
        "example-line",
        "c-second",
        "b-union",
        "a-world",
    ]
    assert keys(directory.resources_for("CH", within=read)) == ["a-world"]


def test_help_is_chosen_by_need_age_and_person(tmp_path):
    files = (
        line("legal", needs='["legal_help", "directory"]')
        | line("grown", age_at_image='"over_18"')
        | line("parents", who='["parent"]')
    )
    read = directory.load(lay_out(tmp_path, files))

    def chosen(**wanted):
        return keys(directory.resources_for("AT", within=read, **wanted))

    assert chosen(needs=[Need.LEGAL_HELP, Need.TRAFFICKING]) == ["legal"]
    assert chosen(age=AgeAtImage.UNDER_18) == ["example-line", "legal", "parents"]
    assert chosen(who=Who.PARENT) == ["parents"]


def test_a_replaced_record_is_not_shown_unless_its_successor_is_hidden(tmp_path):
    shown = directory.load(lay_out(tmp_path / "a", line("newer", replaces='"example-line"')))
    hidden = directory.load(
        lay_out(tmp_path / "b", line("newer", replaces='"example-line"', list_by_default="false"))
    )

    assert keys(directory.resources_for("AT", within=shown)) == ["newer"]
    assert keys(directory.resources_for("AT", within=hidden)) == ["example-line"]


def test_hotlines_are_those_for_pictures_of_under_18s_first_and_police_only_without_another(tmp_path):
    hotline = {"kind": '""', "needs": '["report_crime", "removal_help"]'}
    police = {"kind": '""', "needs": '["report_crime", "law_enforcement"]', "age_at_image": '"under_18"'}
    both = (
        line("any-age", **hotline)
        | line("child-pictures", **hotline, age_at_image='"under_18"')
        | line("grown", **hotline, age_at_image='"over_18"')
        | line("police", **police)
    )

    with_other = directory.load(lay_out(tmp_path / "a", both))
    without = directory.load(lay_out(tmp_path / "b", line("police", **police)))

    assert keys(directory.hotlines("AT", within=with_other)) == ["child-pictures", "any-age"]
    assert keys(directory.hotlines("AT", within=without)) == ["police"]
    assert keys(directory.hotlines("US"))[0] == "cybertipline"


def test_open_data_hides_hosts_and_what_is_not_confirmed(tmp_path):
    read = directory.load(
        lay_out(
            tmp_path,
            line("later", unverified="{ phone = '0900' }")
            | line("soon", caution='"See https://www.Leak.example/faq."'),
        )
    )

    document = directory.open_data(within=read)
    written = json.dumps(document)
    leak = next(one for one in document["platforms"] if not one["publish_hosts"])

    jsonschema.Draft202012Validator(directory.open_data_schema()).validate(json.loads(written))
    assert leak["hosts_sha256"] == [sha256(b"leak.example").hexdigest()]
    assert leak.keys().isdisjoint({"key", "name", "domains", "content_links", "channels", "sources", "notes"})
    assert leak["contact_risk"]["level"] == "hostile"
    assert "leak" not in written.casefold().replace('"kind": "leak"', "")
    assert "0900" not in written
    assert [one["phone"] for one in document["resources"] if one["key"] == "later"] == [""]
    assert (document["licence"], document["updated_on"]) == ("CC0-1.0", "2026-11-22")
    assert "social.example" in written


def test_the_schema_refuses_published_hosts_of_a_site_made_for_such_pictures(tmp_path):
    document = json.loads(json.dumps(directory.open_data(within=directory.load(lay_out(tmp_path)))))
    leak = next(one for one in document["platforms"] if not one["publish_hosts"])

    leak["domains"] = ["leak.example"]

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(directory.open_data_schema()).validate(document)


def test_the_report_lists_what_needs_a_person(tmp_path):
    doubtful = ways(("ncii", 1, "any", "web_form", "low"), ("ncii", 2, "any", "in_app", "low"))
    files = (
        {"platforms/example-social.toml": doubtful}
        | line("hidden", list_by_default="false", unverified="{ phone = '0900' }")
        | line("newer", replaces='"example-line"')
    )
    lay_out(tmp_path, files)
    (tmp_path / "laws/us-example/request.md").unlink()
    read = directory.load(tmp_path)

    sections = {
        section.name: section.rows
        for section in directory.report(
            date(2027, 3, 1), broken=lambda: [("platforms/a#b-1", 2), ("platforms/c#d-1", 5)], within=read
        )
    }

    assert sections["reported as broken"] == ("platforms/c#d-1: 5 times", "platforms/a#b-1: 2 times")
    assert "resources/example-line: last checked 2026-11-22" in sections["stale"]
    assert not any(row.startswith(("platforms", "laws")) for row in sections["stale"])
    assert sections["low confidence"][0].startswith("platforms/example-social#ncii-1: web_form")
    assert [row.split(":")[0] for row in sections["no address"]] == ["platforms/example-social#ncii-1"]
    assert "platforms/example-social: 2 channels, none of them sure" in sections["no channel"]
    assert sections["no letter"] == ("laws/us-example: removal_request without request.md",)
    assert sections["kept but never shown"] == (
        "resources/example-line: replaced by newer",
        "resources/hidden: not listed until somebody has opened or called it",
        "resources/hidden: unverified parts: phone",
    )


def test_web_addresses_among_words_are_found_unless_nobody_has_seen_them():
    words = "Menu > Report (https://help.social.example/a/12-) or https://<server>/about"
    channel = directory.platform("x").channels[0]
    seen = dataclasses.replace(channel, address=words, confidence=Confidence.MEDIUM)

    assert [text for text, is_link in seen.pieces if is_link] == ["https://help.social.example/a/12-"]
    assert "".join(text for text, _ in seen.pieces) == words
    assert dataclasses.replace(seen, confidence=Confidence.LOW).pieces == ((words, False),)
