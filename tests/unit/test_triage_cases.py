"""The case this project began with, and the same case lived elsewhere: order, grounds, who is turned to."""

import pytest

from survivor_portal import intake
from survivor_portal.directory import Age, Answer, Asker, Consent, Happened, Maker, Picture, Purpose, Reported
from survivor_portal.intake import Answers, Note, StepKey, When

X = "https://x.com/someone/status/1234567890"
NEWS = {
    "asker": Asker.PARENT,
    "age_then": Age.FROM_13,
    "age_now": Age.FROM_13,
    "home_safe": True,
    "happened": Happened.POSTED,
    "picture": Picture.REAL,
    "maker": Maker.OTHER,
    "forced": Answer.YES,
}
ADULT = {
    "asker": Asker.SELF,
    "age_then": Age.ADULT,
    "age_now": Age.ADULT,
    "happened": Happened.POSTED,
    "picture": Picture.REAL,
    "consent": Consent.NEVER,
    "maker": Maker.OTHER,
}


def plan_of(base, country, region="", **more):
    items = intake.gather(X).items
    answers = Answers(**{**base, **more}, country=country, region=region)
    assert intake.settled(answers, items) == answers
    return intake.plan(answers, items)


def keys(plan):
    return [step.key for step in plan.steps]


def grounds(plan, key):
    return [ground for step in plan.steps if step.key is key for ground in step.grounds]


def step(plan, key):
    found = [one for one in plan.steps if one.key is key]
    assert found, f"no {key} in {keys(plan)}"
    return found[0]


def test_the_news_case_goes_in_the_agreed_order():
    plan = plan_of(NEWS, "US")

    order = [
        *(StepKey.HOTLINE, StepKey.CHILD_FORM, StepKey.REQUEST_48H, StepKey.POLICE),
        *(StepKey.SEARCH, StepKey.HASH, StepKey.TRAFFICKING),
    ]
    assert [key for key in keys(plan) if key in order] == order
    assert keys(plan)[0] is StepKey.HOTLINE
    assert step(plan, StepKey.HOTLINE).resources[0] == "cybertipline"
    form = step(plan, StepKey.CHILD_FORM)
    assert form.channel.purpose is Purpose.MINOR_SEXUAL
    assert form.grounds == ("us-2258a",)
    notice = step(plan, StepKey.REQUEST_48H)
    assert notice.grounds == ("us-tida",)
    assert {at.record.purpose for at in notice.channels} == {Purpose.US_48H}
    assert Note.PROCESS_UNKNOWN not in notice.notes
    assert Note.PRESERVATION in step(plan, StepKey.POLICE).notes
    assert Note.HASH_CONDITION in step(plan, StepKey.HASH).notes
    assert step(plan, StepKey.HASH).resources == ("take-it-down",)
    assert step(plan, StepKey.TRAFFICKING).resources == ("human-trafficking-hotline",)
    assert plan.may_sign


def test_the_trafficking_line_stands_there_only_when_it_was_said():
    for said in (Answer.NO, Answer.UNKNOWN, None):
        plan = plan_of(NEWS, "US", forced=said)
        assert StepKey.TRAFFICKING not in keys(plan)
        assert "us-1595" not in grounds(plan, StepKey.LAWYER)
    assert "us-1595" in grounds(plan_of(NEWS, "US"), StepKey.LAWYER)


def test_after_the_refusal_the_regulator_is_due_today():
    before, after = plan_of(NEWS, "US"), plan_of(NEWS, "US", reported=Reported.REFUSED)

    assert step(before, StepKey.REGULATOR).when is When.IF_NO
    assert step(after, StepKey.REGULATOR).when is When.TODAY
    assert step(after, StepKey.REGULATOR).resources == ("ftc-tida",)
    assert Note.REFUSED in step(after, StepKey.CHILD_FORM).notes


# country, region, hotlines that come first, grounds of the child form, of the request, of authorities
ELSEWHERE = [
    ("DE", "", ["internet-beschwerdestelle"], ["us-2258a"], ["eu-dsa-16", "de-national"], []),
    ("GB", "", ["iwf-report", "report-remove"], ["us-2258a", "uk-osa-csea"], ["uk-osa-20a"], []),
    ("IN", "", ["iwf-portal-in"], ["us-2258a"], ["in-3-2-b"], []),
    ("BR", "", ["safernet-br"], ["us-2258a"], ["br-eca-digital", "br-mci-21"], []),
    ("AU", "", ["esafety-au"], ["us-2258a"], [], ["au-class1", "au-iba"]),
    ("US", "US-CA", ["cybertipline"], ["us-2258a"], [], []),
    ("FR", "", ["point-de-contact"], ["us-2258a"], ["eu-dsa-16"], ["fr-national"]),
    ("IE", "", ["hotline-ie"], ["us-2258a"], ["eu-dsa-16"], []),
    ("NL", "", ["offlimits-meldpunt"], ["us-2258a"], ["eu-dsa-16"], ["nl-national"]),
    ("ES", "", ["incibe-hotline"], ["us-2258a"], ["eu-dsa-16"], ["es-aepd"]),
    ("IT", "", ["telefono-azzurro"], ["us-2258a"], ["eu-dsa-16"], ["it-garante"]),
    ("SG", "", ["cybertipline"], ["us-2258a"], [], ["sg-osc"]),
    ("NZ", "", ["dia-nz"], ["us-2258a"], ["nz-hdca"], []),
    ("KR", "", ["cybertipline"], ["us-2258a"], ["kr-national"], []),
    ("JP", "", ["ihc-japan"], ["us-2258a"], ["jp-national"], []),
    ("ZA", "", ["fpb-za"], ["us-2258a"], [], ["za-fpb"]),
    ("CA", "", ["cybertip-ca"], ["us-2258a", "ca-reporting"], [], []),
    ("CA", "CA-BC", ["cybertip-ca"], ["us-2258a", "ca-reporting"], [], ["ca-bc-iipa"]),
    ("KE", "", ["cybertipline"], ["us-2258a"], [], []),
]


@pytest.mark.parametrize(
    ("country", "region", "hotlines", "form", "request_", "authority"),
    ELSEWHERE,
    ids=[row[1] or row[0] for row in ELSEWHERE],
)
def test_the_news_case_lived_elsewhere(country, region, hotlines, form, request_, authority):
    plan = plan_of(NEWS, country, region)

    assert list(step(plan, StepKey.HOTLINE).resources[: len(hotlines)]) == hotlines
    assert "cybertipline" in step(plan, StepKey.HOTLINE).resources
    assert grounds(plan, StepKey.CHILD_FORM) == form
    assert grounds(plan, StepKey.REQUEST) == request_
    assert grounds(plan, StepKey.AUTHORITY) == authority
    abroad = country != "US"
    assert (Note.ABROAD in step(plan, StepKey.REQUEST_48H).notes) == abroad
    assert step(plan, StepKey.REQUEST_48H).when is (When.TODAY if abroad else When.NOW)
    assert {StepKey.POLICE, StepKey.SEARCH, StepKey.HASH, StepKey.TRAFFICKING} <= set(keys(plan))


def test_california_adds_its_own_law_and_other_states_do_not():
    fake = NEWS | {"picture": Picture.AI, "maker": None, "forced": None}
    own = plan_of(fake | {"asker": Asker.SELF}, "US", "US-CA")

    assert grounds(plan_of(NEWS, "US", "US-CA"), StepKey.STATE_LAW) == ["us-ca-1394"]
    assert grounds(plan_of(fake, "US", "US-CA"), StepKey.STATE_LAW) == ["us-ca-1394"]
    assert grounds(own, StepKey.STATE_LAW) == ["us-ca-1394", "us-ca-sb981"]
    assert StepKey.STATE_LAW not in keys(plan_of(NEWS, "US", "US-OH"))


def test_california_hears_the_person_shown_or_a_parent_and_no_advocate():
    advocate = plan_of(NEWS | {"asker": Asker.ADVOCATE, "home_safe": None}, "US", "US-CA")

    assert StepKey.STATE_LAW not in keys(advocate)


@pytest.mark.parametrize(("region", "ground"), [("US-CA", "us-ca-sb981"), ("US-TX", "us-tx-hb3133")])
def test_state_laws_on_fakes_are_for_fakes_only(region, ground):
    made_up = {"maker": None, "picture": Picture.AI}
    fake = plan_of(ADULT | made_up, "US", region)
    assert grounds(fake, StepKey.STATE_LAW) == [ground]
    assert Note.STATE_ACCOUNT in step(fake, StepKey.STATE_LAW).notes
    assert grounds(plan_of(ADULT, "US", region), StepKey.STATE_LAW) == []
    assert grounds(plan_of(ADULT | {"picture": Picture.EDITED}, "US", region), StepKey.STATE_LAW) == [ground]


def test_new_york_is_a_matter_for_a_court():
    assert "us-ny-52b" in grounds(plan_of(ADULT, "US", "US-NY"), StepKey.LAWYER)


def test_in_europe_a_flagger_and_a_back_up_stand_by_and_a_regulator_waits():
    plan = plan_of(NEWS, "DE")

    assert step(plan, StepKey.FLAGGER).grounds == ("eu-dsa-22",)
    assert set(step(plan, StepKey.FLAGGER).resources) == {"internet-beschwerdestelle", "jugendschutz-net"}
    assert step(plan, StepKey.DATA_LAW).when is When.LATER
    assert step(plan, StepKey.REGULATOR).when is When.IF_NO
    assert "eu-dsa-9" in step(plan, StepKey.POLICE).grounds
    refused = plan_of(NEWS, "DE", reported=Reported.REFUSED)
    assert step(refused, StepKey.APPEAL).grounds == ("eu-dsa-20",)
    assert step(refused, StepKey.REGULATOR).when is When.TODAY


@pytest.mark.parametrize("country", ["DE", "GB", "AU", "KE", "US"])
def test_a_drawing_of_a_child_is_for_the_hotline_and_not_for_the_48_hours(country):
    plan = plan_of(NEWS | {"picture": Picture.DRAWN, "maker": None, "forced": None}, country)

    assert keys(plan)[:2] == [StepKey.HOTLINE, StepKey.CHILD_FORM]
    assert StepKey.REQUEST_48H not in keys(plan)
    assert StepKey.HASH not in keys(plan)
    assert grounds(plan, StepKey.CHILD_FORM) == (["uk-osa-csea"] if country == "GB" else ["intl-fallback"])
    assert grounds(plan, StepKey.REQUEST) == (["eu-dsa-16", "de-national"] if country == "DE" else [])


@pytest.mark.parametrize("country", ["US", "DE", "IT", "AU", "KE"])
def test_on_a_mere_threat_police_and_the_fingerprint_come_before_the_platform(country):
    for base in (NEWS, {k: v for k, v in ADULT.items() if k != "consent"}):
        plan = plan_of(base | {"happened": Happened.THREAT}, country)
        order = keys(plan)
        platform = next(place for place, one in enumerate(plan.steps) if one.platform)
        assert order.index(StepKey.THREAT) < order.index(StepKey.POLICE) < order.index(StepKey.HASH)
        assert order.index(StepKey.HASH) < platform
        assert [(one.key, one.letter, one.grounds) for one in plan.steps if one.platform] == [
            (StepKey.THREAT_FORM, "threat", ())
        ]
        assert StepKey.SEARCH not in order
        assert grounds(plan, StepKey.AUTHORITY) == {"IT": ["it-garante"], "AU": ["au-iba"]}.get(country, [])
    assert ("us-tida-criminal" in grounds(plan, StepKey.POLICE)) == (country == "US")


def test_in_the_uk_a_teen_finds_the_way_only_teens_can_go_first():
    teen = plan_of(NEWS | {"asker": Asker.SELF}, "GB")

    assert step(teen, StepKey.HOTLINE).resources[0] == "report-remove"


def test_a_survivor_pictured_as_a_child_goes_the_way_of_a_child():
    survivor = NEWS | {"asker": Asker.SELF, "age_now": Age.ADULT, "home_safe": None}
    plan = plan_of(survivor, "US")

    assert plan.counts_as_minor
    assert keys(plan)[:3] == [StepKey.HOTLINE, StepKey.CHILD_FORM, StepKey.REQUEST_48H]
    assert "project-arachnid" in step(plan, StepKey.HOTLINE).resources
    assert "us-2255" in grounds(plan, StepKey.LAWYER)
    assert StepKey.SCHOOL not in keys(plan)


ADULT_FIRST = [
    ("US", [], []),
    ("GB", ["uk-osa-20a"], []),
    ("DE", ["eu-dsa-16", "de-national"], []),
    ("IN", ["in-3-2-b"], []),
    ("BR", ["br-mci-21"], []),
    ("AU", ["intl-fallback"], ["au-iba"]),
    ("IT", ["eu-dsa-16"], ["it-garante"]),
    ("FR", ["eu-dsa-16"], []),
    ("NL", ["eu-dsa-16"], []),
    ("KE", ["intl-fallback"], []),
]


@pytest.mark.parametrize(
    ("country", "request_", "authority"), ADULT_FIRST, ids=[row[0] for row in ADULT_FIRST]
)
@pytest.mark.parametrize("picture", [Picture.REAL, Picture.AI])
def test_an_adult_has_the_first_grounds_of_the_place_at_once(country, request_, authority, picture):
    base = ADULT | {"picture": picture, "maker": Maker.OTHER if picture is Picture.REAL else None}
    plan = plan_of(base, country)

    assert grounds(plan, StepKey.REQUEST) == request_
    assert grounds(plan, StepKey.AUTHORITY) == authority
    first = [one for one in plan.steps if one.key in (StepKey.REQUEST, StepKey.AUTHORITY)]
    assert all(one.when is When.NOW for one in first)
    assert grounds(plan, StepKey.REQUEST_48H) == ["us-tida"]
    assert step(plan, StepKey.HASH).resources == ("stopncii",)
    assert StepKey.HOTLINE not in keys(plan)


@pytest.mark.parametrize("country", ["US", "DE", "KE"])
def test_a_picture_of_an_adult_that_looks_made_up_goes_by_the_rules_of_the_house(country):
    plan = plan_of(ADULT | {"picture": Picture.DRAWN, "maker": None}, country)

    expected = ["eu-dsa-16", "de-national"] if country == "DE" else ["intl-fallback"]
    assert grounds(plan, StepKey.REQUEST) == expected
    assert StepKey.REQUEST_48H not in keys(plan)
    if country == "DE":
        assert step(plan, StepKey.DATA_LAW).when is When.TODAY


def test_for_an_adult_the_french_and_dutch_orders_for_child_pictures_are_not_named():
    for country in ("FR", "NL"):
        plan = plan_of(ADULT, country)
        assert not {"fr-national", "nl-national"} & {key for one in plan.steps for key in one.grounds}


def test_a_search_result_goes_to_the_search_engine_and_its_source_as_well():
    items = intake.gather("https://www.google.com/search?q=name").items
    plan = intake.plan(Answers(**ADULT, country="DE"), items)

    assert step(plan, StepKey.DATA_LAW).when is When.TODAY
    assert StepKey.SEARCH in keys(plan)


def test_a_place_without_a_link_still_has_grounds():
    items = intake.gather("", "Snapchat, @some.body, chat on 3 May").items
    plan = intake.plan(Answers(**NEWS, country="US"), items)

    assert items[0].platform == "snapchat"
    assert items[0].account == "some.body"
    assert {StepKey.CHILD_FORM, StepKey.REQUEST_48H} <= set(keys(plan))


def test_an_app_nobody_knows_is_answered_in_words():
    items = intake.gather("", "A small app, user name bob, in May").items
    plan = intake.plan(Answers(**NEWS, country="US"), items)

    assert Note.ONLY_WORDS in step(plan, StepKey.REQUEST).notes
