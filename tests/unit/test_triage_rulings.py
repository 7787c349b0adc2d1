"""The safety rulings of the triage, each by name: what a plan may never do, whoever asks."""

import ast
import re
from itertools import product
from pathlib import Path

import pytest

from survivor_portal import directory, intake
from survivor_portal.directory import (
    Age,
    Answer,
    Ask,
    Asker,
    Confidence,
    Consent,
    Happened,
    Kind,
    Maker,
    Need,
    Picture,
    Purpose,
    Reported,
    Risk,
    Role,
)
from survivor_portal.intake import Answers, Item, Note, StepKey, When
from survivor_portal.web.survivor import case_forms, case_words, questions, words

X = "https://x.com/someone/status/1234567890"
UNKNOWN = "https://photos.example/album/7"
COUNTRIES = ("US", "DE", "FR", "IT", "GB", "IN", "BR", "AU", "CA", "JP", "KE", "")
CHILD_AGES = (Age.UNDER_13, Age.FROM_13, Age.FROM_16, Age.NOT_SURE, None)
CHILD = {"asker": Asker.PARENT, "age_then": Age.FROM_13, "age_now": Age.FROM_13, "home_safe": True}
TEEN = {"asker": Asker.SELF, "age_then": Age.FROM_16, "age_now": Age.FROM_16, "home_safe": True}
ADULT = {"asker": Asker.SELF, "age_then": Age.ADULT, "age_now": Age.ADULT}
OUT = {"picture": Picture.REAL, "happened": Happened.POSTED, "country": "US"}


def plan_of(*links, **answers):
    items = intake.gather("\n".join(links or (X,))).items
    return intake.plan(intake.settled(Answers(**answers), items), items)


def keys(plan):
    return [step.key for step in plan.steps]


def grounds(plan):
    return {key for step in plan.steps for key in step.grounds}


def step(plan, key):
    found = [one for one in plan.steps if one.key is key]
    assert found, f"no {key} in {keys(plan)}"
    return found[0]


def channels_of(plan):
    return [at.record for one in plan.steps for at in one.channels]


# --- Looking ---------------------------------------------------------------------------------------------

_LOOKS = re.compile(
    r"\b(?:looks?|looking|opens?|opening|finds?|finding|counts?|counting|views?|watch|watching|visit|click|"
    r"scroll|search|checks?|checking|screenshots?|download)\b",
    re.I,
)
_NEVER = re.compile(r"\b(?:do not|never|nobody|no one|without a)\b", re.I)
# Read one by one: none asks the reader to look at, open, find or count a picture or a link to one.
_READ = {
    # About opening the case itself, and about paper.
    "If the person does not open it again, this case is deleted after {{ day }}.",
    "Somebody tried to open this and was not let in",
    "The old code, the old phrase and the recovery code open nothing after that.",
    "They go when you open something else.",
    "Think about who may find the paper.",
    "You find it when you open that case.",
    "You see each of them who opens it.",
    "You see each time when they open it.",
    "Your opening it does not count.",
    # About the web.
    "“Not sure” counts as under 18.",
    "A link looks like x.com/name/status/123.",
    "A regulator checks if platforms follow the law.",
    "But writing to them also shows that someone is looking.",
    "Check this first",  # the heading over mistakes in a form
    "Find a line to call or text",
    "Go to the host, the name seller and the search engines instead.",
    "Hotlines look for the child first.",
    "How do I find the company?",
    "It counts only if all its parts are there.",
    "Look for “abuse” and a mail address.",  # in the entry of a registrar
    "Made with AI or other software, and it looks real",
    "Most cannot remove one post, but a complaint counts.",
    "People, not only machines, must look at it again.",
    "Platforms in Europe must look at reports from these groups first.",
    "Please check both.",  # two ages that cannot both be true
    "Someone who checks this device may still see that you were here.",
    "Take it out of search results",
    "Take screenshots only of messages with no sexual picture in view.",
    "If one is in view, write it down instead.",
    "The button “Leave this page” at the top hides the page and opens a weather page.",
    "They listen, and they help to find a safe adult.",
    "This letter names the law of the place you live, so they must look at it as more than a complaint.",
    "We check them.",
    "We could not find a link in this.",
    "Yes, it looks like a normal site",
    "To find out who it is:",  # the company behind a site, by its name alone
    "If someone may watch this device, after 15 minutes, and 2 hours at the latest.",
    "Your answers stay for this visit only.",
    "You do not need to look at it to answer.",
    # Reminders: a mailbox, a note that came by mail, and this site.
    "Check the address before you turn them on again.",
    "Look into the folder for spam.",
    "May someone look into your mailbox?",
    "They can open this site.",
    "Use no mailbox that anyone at home can open.",
    "You see it the next time you open it.",  # the case
    "it looks gone.",  # what a site answered to us
    "the hotline, the host and the search engines.",
    # The pages of a kept case.
    "Ask them to decide again, with people looking at it.",
    "Check that the address is theirs.",
    "Platforms must look at their reports first.",
    "Please check the day.",
    "A try that did not open it",
    "The rest stays open.",  # the rest of a request
    "It just counts no more.",  # a line that was taken back
    "{{ first }} to {{ last }} of {{ count }} requests.",
    "This means looking at the places again.",  # pictures of grown people only, and it may be skipped
    "Others may find it.",  # the paper of such a round
    "They can check the links.",  # the hotline
    "This looks like a machine’s answer.",
    "This means looking.",  # said before it is offered, and offered to adults only
    "Your answers stay for this visit only, unless you choose to keep them at the end.",
}
# At the desk: cases, lists and links of its own are opened. A checking round there is over adult cases only.
_READ_AT_DESK = {
    "It closes after a while, and when another one is opened.",
    "({{ n }} came twice and count once)",
    "Check if it is still gone",
    "Check more",
    "Check the words, or look at all cases.",
    "Each case gets a new key the next time somebody opens it.",
    "Each request counts once in each column, in the month in which it was noted.",
    "Find a case",
    "If all of you lose your passwords, nothing else opens what was granted to this team.",
    "If somebody may look, we do this another time.”",
    "If the person does not open it again, the case is deleted after {{ day }}.",
    "If you have a case there, open it.",
    "If you want us to go on after that, open your page and choose “Let somebody help”.",
    "Is there a place where only the person looks?",
    "It is open here for {{ team }}.",
    "Keep this view",
    "Links for the case that is open:",
    "Look again",
    "Look at the list",
    "Look further",
    "No check is due here.",
    "Nothing fits this view right now.",
    "Nothing is open in the cases you were let into.",
    "Open",
    "Open a case together",
    "Open a case together, in one room",
    "Open it here",
    "Open its case from the list of cases.",
    "Open the app on your phone.",
    "Open the case first.",
    "Please check each line.",
    "Please tell whoever looks after this site.",
    "Sign and open",
    "The code with which people find you:",
    "The desk opens with your password and one thing more.",
    "The old code and phrase open nothing after that.",
    "The search stopped after {{ n }} cases.",
    "Their open desk closes at once.",
    "Then open this link once more in the same browser.",
    "They can see in their case that somebody tried to open it.",
    "This case is not open to you",
    "This link opens nothing any more",
    "This opens these cases.",
    "To be quick, go through your list of cases and open each one once.",
    "Views you kept",
    "Which do you want to check?",
    "With both, the person opens the case on any device.",
    "With this the new code and phrase count.",
    "You are asked for them when you open it.",
    "You find it in your list if they let your team in.",
    "Your open desk closes at once.",
    "please look away from here on.",
    "somebody of {{ team }} tried to open it and was not let in",
    "{{ name }} ({{ team }}) tried to open it and was not let in",
    "“Open {{ site_name }}.",
}


def _sentences():
    for module in (words, questions, case_words, case_forms):
        tree = ast.parse(Path(module.__file__).read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                yield from _split(ast.literal_eval(node.args[0]))
    for file in Path("templates").rglob("*"):
        # In `keep` the word is about opening the case itself; no picture and no link is spoken of there.
        if (
            file.parts[1] in ("survivor", "components", "desk")
            and "keep" not in file.parts
            and file.is_file()
        ):
            text = file.read_text("utf-8")
            for found in re.findall(r'{% translate "(.*?)"', text):
                yield from _split(found)
            for found in re.findall(r"{% blocktranslate[^%]*%}(.*?){%", text, re.S):
                yield from _split(found)


def _split(text):
    return re.split(r"(?<=[.?!:])\s+", text)


def test_nothing_on_a_page_asks_to_look_open_find_or_count():
    found = {line for line in _sentences() if _LOOKS.search(line)}

    assert len(found) > 20
    assert {line for line in found if not _NEVER.search(line)} <= _READ | _READ_AT_DESK


def test_the_fingerprint_comes_only_with_its_condition():
    for base in (CHILD, ADULT):
        assert Note.HASH_CONDITION in step(plan_of(**base, **OUT), StepKey.HASH).notes


def test_the_two_take_it_downs_are_told_apart_wherever_one_is_offered():
    plan = plan_of(**CHILD, **OUT, reported=Reported.REFUSED)

    assert Note.TWO_TAKE_IT_DOWNS in step(plan, StepKey.HASH).notes
    ftc = next(one for one in plan.steps if one.resources == ("ftc-tida",))
    assert Note.TWO_TAKE_IT_DOWNS in ftc.notes


# --- Under 13, alone -------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("age_now", [Age.UNDER_13, None, Age.NOT_SURE])
def test_a_child_under_13_alone_gets_no_letter_to_sign_and_no_page_to_type_on(country, age_now):
    answers = Answers(asker=Asker.SELF, age_then=Age.UNDER_13, age_now=age_now, country=country)

    plan = intake.plan(answers, intake.gather(X).items)

    # One text with blanks, for an adult they trust; nobody signs it.
    assert [one.letter for one in plan.steps if one.letter] in (["cybertip"], ["hotline"])
    assert not any(one.items or one.grounds for one in plan.steps)
    assert not plan.may_write
    assert not any(question.free_text for question in intake.asked(answers, ()))
    assert keys(plan)[0] is StepKey.CHILD_LINE
    assert {StepKey.TELL, StepKey.HOTLINE, StepKey.HASH, StepKey.SUPPORT} <= set(keys(plan))


# --- Home is not safe ------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", COUNTRIES)
def test_where_home_is_not_safe_the_helpline_and_hotline_come_before_any_talk(country):
    plan = plan_of(**TEEN | {"home_safe": False}, **OUT | {"country": country})

    assert keys(plan)[:3] == [StepKey.CHILD_LINE, StepKey.HOTLINE, StepKey.TELL]
    assert Note.NOT_A_PARENT in step(plan, StepKey.TELL).notes
    assert not step(plan, StepKey.SCHOOL).letter


def test_where_home_is_not_safe_no_parent_signs():
    assert plan_of(**CHILD | {"home_safe": False}, **OUT).may_sign is False
    assert plan_of(**CHILD, **OUT).may_sign is True
    assert plan_of(**TEEN | {"home_safe": False}, **OUT).may_sign is True


def test_the_words_for_telling_someone_name_no_parent():
    said = [
        *map(str, words.STEPS[StepKey.TELL]),
        *map(str, words.STEPS[StepKey.CHILD_LINE]),
        Path("templates/survivor/steps/tell.html").read_text("utf-8"),
    ]

    assert not re.search(r"\b(?:parents?|mother|father|mom|mum|dad|family)\b", " ".join(said), re.I)


# --- A friend, a teacher, a stranger ---------------------------------------------------------------------


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_friend_gets_the_hotline_and_nothing_in_anothers_name(country):
    plan = plan_of(X, UNKNOWN, **CHILD | {"asker": Asker.FRIEND}, **OUT | {"country": country})

    assert set(keys(plan)) == {StepKey.HOTLINE, StepKey.SUPPORT}
    assert not grounds(plan)
    assert Note.NO_LETTER_FOR_OTHERS in step(plan, StepKey.HOTLINE).notes
    # The hotline's report is said in the friend's own right: anybody may tell a hotline.
    assert [one.letter for one in plan.steps if one.letter] in (["cybertip"], ["hotline"])
    assert not plan.may_write
    assert not plan.may_sign


def test_a_friend_of_a_grown_person_is_asked_for_no_links():
    answers = Answers(asker=Asker.FRIEND, age_then=Age.ADULT)

    assert not any(question.free_text for question in intake.asked(answers, ()))


# --- A young person's own exposure -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "happened"), list(product((*COUNTRIES, "IE", "NL", "ES", "NZ", "ZA", "KR"), Happened))
)
def test_a_lawyer_or_hotline_comes_before_police_where_a_teen_made_the_picture(country, happened):
    plan = plan_of(**TEEN, maker=Maker.SHOWN, **OUT | {"country": country, "happened": happened})

    order = keys(plan)
    assert order.index(StepKey.HOTLINE) < order.index(StepKey.LEGAL_FIRST) < order.index(StepKey.POLICE), (
        order
    )
    assert Note.POLICE_AFTER_LEGAL in step(plan, StepKey.POLICE).notes
    before = plan.steps[: order.index(StepKey.LEGAL_FIRST) + 1]
    assert not {
        key
        for one in before
        for key in one.resources
        if Need.LAW_ENFORCEMENT in directory.resource(key).needs
    }
    assert not step(plan, StepKey.POLICE).grounds


def test_an_authority_with_police_among_its_takers_names_the_others_first_where_a_teen_made_the_picture():
    made = {"picture": Picture.REAL, "happened": Happened.POSTED, "country": "FR"}

    assert step(plan_of(**TEEN, maker=Maker.SHOWN, **made), StepKey.AUTHORITY).resources == (
        "point-de-contact",
        "pharos",
    )
    assert step(plan_of(**TEEN, maker=Maker.OTHER, **made), StepKey.AUTHORITY).resources == (
        "pharos",
        "point-de-contact",
    )


def test_with_another_maker_police_needs_no_lawyer_first():
    assert StepKey.LEGAL_FIRST not in keys(plan_of(**TEEN, maker=Maker.OTHER, **OUT))


# --- Not sure is under 18 --------------------------------------------------------------------------------


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("then", [Age.NOT_SURE, None])
def test_not_sure_about_the_age_is_under_18(country, then):
    unsure = plan_of(**{**ADULT, "age_then": then}, **OUT | {"country": country})
    child = plan_of(**{**ADULT, "age_then": Age.FROM_16}, **OUT | {"country": country})

    assert unsure.counts_as_minor
    assert unsure.steps == child.steps


@pytest.mark.parametrize("now", [Age.UNDER_13, Age.FROM_13, Age.FROM_16])
def test_who_is_under_18_today_was_so_in_the_picture(now):
    answers = Answers(age_then=Age.ADULT, age_now=now)

    assert answers.counts_as_minor
    assert intake.settled(answers, ()).age_then is Age.NOT_SURE


# --- Statements under penalty of perjury -----------------------------------------------------------------


def _sworn(channel):
    return any(asked.what is Ask.PERJURY for asked in channel.asks_for)


def _one_of(platform):
    host = platform.domains[0]
    return (Item(1, url=f"https://{host}/a", platform=platform.key, site=host),)


SWORN = [platform for platform in directory.platforms() if any(map(_sworn, platform.channels))]


def test_there_are_sworn_channels_beside_copyright():
    assert {
        platform.key
        for platform in SWORN
        if any(_sworn(channel) and channel.purpose is not Purpose.COPYRIGHT for channel in platform.channels)
    } >= {"gname"}


@pytest.mark.parametrize("platform", SWORN, ids=lambda platform: platform.key)
def test_no_oath_and_no_copyright_for_a_picture_of_a_child(platform):
    for base, country, maker in product((CHILD, TEEN), ("US", "DE", "KE"), Maker):
        answers = Answers(**base, **OUT | {"country": country}, maker=maker, reported=Reported.REFUSED)
        plan = intake.plan(answers, _one_of(platform))
        assert not any(_sworn(channel) for channel in channels_of(plan))
        assert not any(channel.purpose is Purpose.COPYRIGHT for channel in channels_of(plan))
        assert "us-dmca" not in grounds(plan)
        assert StepKey.COPYRIGHT not in keys(plan)


@pytest.mark.parametrize("platform", SWORN, ids=lambda platform: platform.key)
def test_for_an_adult_an_oath_is_the_last_of_the_ways(platform):
    plan = intake.plan(Answers(**ADULT, **OUT, maker=Maker.SHOWN), _one_of(platform))

    for one in plan.steps:
        if one.platform == platform.key and one.key is not StepKey.COPYRIGHT:
            sworn = [_sworn(at.record) for at in one.channels]
            assert sworn == sorted(sworn)
    requests = [one.key for one in plan.steps if one.platform == platform.key]
    if StepKey.COPYRIGHT in requests:
        assert requests[-1] is StepKey.COPYRIGHT
        assert Note.NAME_RISK in step(plan, StepKey.COPYRIGHT).notes
        assert step(plan, StepKey.COPYRIGHT).cost.reversible


def test_copyright_is_offered_only_to_who_took_the_picture():
    assert StepKey.COPYRIGHT in keys(plan_of(**ADULT, **OUT, maker=Maker.SHOWN))
    assert StepKey.COPYRIGHT not in keys(plan_of(**ADULT, **OUT, maker=Maker.OTHER))


# --- Hostile operators -----------------------------------------------------------------------------------

HOSTILE = [p for p in directory.platforms() if p.contact_risk.level is Risk.HOSTILE]


@pytest.mark.parametrize("platform", HOSTILE, ids=lambda platform: platform.key)
@pytest.mark.parametrize("base", [CHILD, ADULT], ids=["child", "adult"])
def test_no_letter_goes_to_a_hostile_operator(platform, base):
    for country, reported in product(COUNTRIES, (Reported.NOT_YET, Reported.REFUSED)):
        answers = Answers(**base, **OUT | {"country": country}, reported=reported, maker=Maker.SHOWN)
        plan = intake.plan(answers, _one_of(platform))
        own = [one for one in plan.steps if one.platform == platform.key]
        assert [one.key for one in own] == [StepKey.SHIELD]
        assert not own[0].letter
        assert not own[0].channels
        assert {StepKey.HOST, StepKey.CDN, StepKey.REGISTRAR, StepKey.SEARCH} <= set(keys(plan))
        assert (StepKey.HOTLINE in keys(plan)) == plan.counts_as_minor
        assert StepKey.OWNER not in keys(plan)


def test_there_are_hostile_operators_to_prove_it_with():
    assert len(HOSTILE) >= 4


def test_an_owner_nobody_knows_is_left_out_until_the_person_says_it_is_safe():
    for owner_safe in (None, False):
        owner = step(plan_of(UNKNOWN, **ADULT, **OUT, owner_safe=owner_safe), StepKey.OWNER)
        assert not owner.letter
        assert Note.OWNER_NOT_SAFE in owner.notes
    assert step(plan_of(UNKNOWN, **ADULT, **OUT, owner_safe=True), StepKey.OWNER).letter == "request"


# --- Readiness and clocks --------------------------------------------------------------------------------


def test_48_hours_are_promised_only_through_the_platforms_own_process():
    runs = {
        p.key: any(channel.purpose is Purpose.US_48H for channel in p.channels)
        for p in directory.platforms()
        if p.contact_risk.level is not Risk.HOSTILE
    }
    assert {True, False} == set(runs.values())

    for key, runs_it in runs.items():
        plan = intake.plan(Answers(**ADULT, **OUT), _one_of(directory.platform(key)))
        for one in plan.steps:
            if "us-tida" in one.grounds and one.platform:
                assert (Note.PROCESS_UNKNOWN in one.notes) != all(
                    at.record.purpose is Purpose.US_48H for at in one.channels
                )
                assert (Note.PROCESS_UNKNOWN in one.notes) or runs_it


def test_an_owner_nobody_knows_has_no_known_process():
    owner = step(plan_of(UNKNOWN, **ADULT, **OUT, owner_safe=True), StepKey.OWNER)

    assert "us-tida" in owner.grounds
    assert Note.PROCESS_UNKNOWN in owner.notes


def _every_plan():
    for asker, age, picture, happened in product(Asker, (*CHILD_AGES, Age.ADULT), Picture, Happened):
        for country, region in (
            *(("US", region) for region in ("US-CA", "US-TX", "US-NY")),
            *((code, "") for code in ("PH", "DE", "CA", "IT", "")),
        ):
            yield plan_of(
                X,
                UNKNOWN,
                asker=asker,
                age_then=age,
                picture=picture,
                happened=happened,
                country=country,
                region=region,
                reported=Reported.REFUSED,
                owner_safe=True,
                home_safe=True,
                forced=Answer.YES,
            )


def test_no_uncertain_law_no_bill_and_no_law_not_yet_in_force_is_used():
    used = set().union(*(grounds(plan) for plan in _every_plan()))

    assert len(used) > 15
    for key in used:
        law = directory.law(key)
        assert law.status == "in_force"
        assert law.confidence is not Confidence.LOW
        assert law.role not in (Role.STATUS, Role.CASE_LAW, Role.SERVICE)
    assert "ph-national" not in used
    assert not used & {"eu-2024-1385", "eu-ai-act-nudify", "eu-csam-interim", "us-pending-bills"}


def test_nothing_that_is_kept_from_survivors_is_offered():
    for plan in _every_plan():
        for one in plan.steps:
            assert all(directory.resource(key).list_by_default for key in one.resources)


@pytest.mark.parametrize("country", COUNTRIES)
def test_consent_that_is_withdrawn_is_not_said_to_have_been_missing(country):
    plan = plan_of(
        X, UNKNOWN, **ADULT, **OUT | {"country": country}, consent=Consent.WITHDRAWN, owner_safe=True
    )

    assert grounds(plan) - {"us-6851"} <= {
        "au-iba",
        "eu-gdpr-17",
        "intl-fallback",
    }
    assert {StepKey.REQUEST} <= set(keys(plan))
    if directory.eu_member(country):
        assert step(plan, StepKey.DATA_LAW).when is When.TODAY
    if country == "AU":
        assert step(plan, StepKey.AUTHORITY).grounds == ("au-iba",)


def test_a_service_that_only_keeps_names_is_not_bound_by_the_48_hours():
    for platform in directory.platforms():
        if platform.kind in (Kind.REGISTRAR, Kind.CDN, Kind.PAYMENT) and not any(
            channel.purpose is Purpose.US_48H for channel in platform.channels
        ):
            plan = intake.plan(Answers(**ADULT, **OUT), _one_of(platform))
            assert not any("us-tida" in one.grounds for one in plan.steps if one.platform), platform.key
