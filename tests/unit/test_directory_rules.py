"""Each rule of the directory finds the record that breaks it, with file, line and reason."""

import inspect

import pytest

from survivor_portal import directory
from survivor_portal.directory import _checks
from tests.directory_folder import FILES, lay_out, line

SOCIAL, LINE, ACT = "platforms/example-social.toml", "resources/example-line.toml", "laws/us-example/law.toml"
LEAK, PAGES = "platforms/leak-example.toml", "platforms/example-pages.toml"

# rule: file, what is replaced, by what, the words of the line, part of the reason
BROKEN = [
    ("sources_are_named", PAGES, '[[sources]]\nurl = "https://pages.example/help"', "", "name =",
     "names no source"),
    ("sources_are_named", ACT, 'url = "https://law', 'url = ""\nnote = "https://law', 'url = ""',
     "without an addr"),
    ("name_is_given", LINE, '"Example Line"', '" "', "name =", "the name is empty"),
    ("domains_are_host_names", SOCIAL, '"soc.example"', '"www.soc.example"', "www.soc",
     "not a bare host name"),
    ("domains_are_host_names", SOCIAL, '"soc.example"', '"Soc.example"', "Soc.", "not a bare host name"),
    ("domains_are_host_names", PAGES, "channels = []", 'channels = []\ntlds = [".x"]', "tlds",
     "top-level domain"),
    ("domain_is_in_one_platform", PAGES, '"pages.dev"', '"soc.example"', "domains",
     "also belongs to 'example-social'"),
    ("domain_is_in_one_platform", PAGES, '"pages.dev"', '"pages.example"', "domains", "stands here twice"),
    ("content_links_work", SOCIAL, r"(?P<id>\d+)'", r"(?P<number>\d+)'", "<number>",
     "names a group nobody reads"),
    ("content_links_work", SOCIAL, r"'^social\.example/(?P<account>\w+)/?$'", "'.*'", "'.*'",
     "fits every text"),
    ("channel_keys_are_unique", SOCIAL, 'key = "minor_sexual-1"', 'key = "ncii-1"', None,
     "stands here twice"),
    ("channel_keys_are_unique", SOCIAL, 'key = "ncii-1"', 'key = "first"', '"first"',
     "should be ncii-<number>"),
    ("channels_say_where", SOCIAL, '"child@social.example"', '""', 'address = ""', "has no address"),
    ("channels_say_where", SOCIAL, "asks_for = []", "asks_for = []\nlink_limit = 0", "link_limit",
     "at least one link"),
    ("sure_channels_can_be_followed", SOCIAL, 'source = "https://', 'source = "', "source =",
     "no web address"),
    ("sure_channels_can_be_followed", SOCIAL, '"https://social.example/report"',
     '"http://social.example/report"',
     "http://social", "not an https address"),
    ("hostile_platforms_have_a_reason", LEAK, 'why = "Publishes the letters it gets."', "", "[contact_risk]",
     "contact risk hostile has no reason"),
    ("shameful_hosts_are_not_published", LEAK, "publish_hosts = false", "publish_hosts = true",
     "publish_hosts",
     "needs publish_hosts = false"),
    ("shameful_hosts_are_not_published", LEAK, '"hostile"', '"none"', "[contact_risk]",
     "needs contact risk hostile"),
    ("requests_have_their_blocks", ACT, 'block = "items"', 'block = ""', "block =", "names no letter block"),
    ("requests_have_their_blocks", ACT, "[[elements]]", "[[extra.elements]]", "key =", "must contain"),
    ("clock_is_given", ACT, 'effect = "removal"', 'effect = ""', "[clock]", "does not say what is due"),
    ("clock_is_given", ACT, "hours = 48", "hours = 0", "hours = 0", "at least one unit"),
    ("law_places_are_known", ACT, 'jurisdiction = "US"', 'jurisdiction = "USA"', "jurisdiction",
     "'USA' is not a"),
    ("regulator_address_is_https", ACT, '"https://commission', '"http://commission', "complaint_address",
     "https"),
    ("law_resources_exist", ACT, "priority = 1", 'priority = 1\nresources = ["gone"]', "resources",
     "no resource 'gone'"),
    ("listed_resources_can_be_reached", LINE, 'phone = "0800 000 000"', "", "list_by_default",
     "has no phone"),
    ("listed_resources_are_sure", LINE, 'confidence = "high"', 'confidence = "low"', "list_by",
     "of low confidence"),
    ("listed_resources_say_what_they_do", LINE, '"Day and night."', '""', "hours =", "'hours' is empty"),
    ("resource_places_are_known", LINE, 'country = "AT"', 'country = "UK"', "country",
     "'UK' is not a country"),
    ("resource_places_are_known", LINE, "[[sources]]", '[numbers]\nQQ = "1"\n\n[[sources]]', "QQ",
     "'QQ' is not"),
    ("other_records_exist", LINE, "priority = 1", 'priority = 1\nreplaces = "gone"', "replaces",
     "no other resource"),
    ("other_records_exist", LINE, "priority = 1", 'priority = 1\ncomplements = "example-line"',
     "complements", "no other"),
    ("other_records_exist", SOCIAL, 'kind = "social"', 'kind = "social"\nsuccessor = "x"', "successor",
     "no platform"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "file", "sound", "broken", "where", "reason"),
    BROKEN,
    ids=[f"{row[0]}-{row[5]}" for row in BROKEN],
)
def test_a_rule_names_the_line_that_breaks_it(tmp_path, rule, file, sound, broken, where, reason):
    assert sound in FILES[file]
    text = FILES[file].replace(sound, broken, 1)
    if rule == "listed_resources_can_be_reached":
        text = text.replace('url = "https://line.example/"', 'url = ""')

    problems = directory.check(directory.load(lay_out(tmp_path, {file: text})))

    place = line(text, where) if where else line(text, 'key = "ncii-1"', 2)
    found = [problem for problem in problems if problem.file == file and reason in problem.reason]
    assert [problem.line for problem in found] == [place]


def test_a_law_that_asks_needs_its_request(tmp_path):
    lay_out(tmp_path)
    (tmp_path / "laws/us-example/request.md").unlink()

    problems = directory.check(directory.load(tmp_path))

    assert list(map(str, problems)) == ["laws/us-example/law.toml:1: has no request.md beside it"]


def test_the_sound_folder_has_no_problem(tmp_path):
    assert directory.check(directory.load(lay_out(tmp_path))) == ()


def test_every_rule_is_used_has_its_reason_and_a_record_that_breaks_it():
    rules = {rule for group in _checks.RULES.values() for rule in group}
    written = {
        thing
        for name, thing in vars(_checks).items()
        if inspect.isgeneratorfunction(thing) and thing.__module__ == _checks.__name__
    }

    assert rules == written
    assert all(rule.__doc__ for rule in rules)
    assert {rule.__name__ for rule in rules} - {row[0] for row in BROKEN} == {"requests_have_a_text"}
