"""The owner's pages of who is let in: by a code, on terms, signed; longer; taken back; who saw it."""

import re
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.conf import settings as site

from survivor_portal.cases import access, book, grants, let_in, offers, records, slot, unlocked
from survivor_portal.cases.actors import Scope
from survivor_portal.cases.models import Grant, Offer
from survivor_portal.cases.offers import Proposal
from survivor_portal.cases.releases import Consent
from survivor_portal.takedowns import rekey
from survivor_portal.visits import visit as visits
from tests.desk import ATeam, a_grant, a_team, at_desk
from tests.dumps import dumped
from tests.journeys.story import A_POST, NEWS_CASE, begun
from tests.markers import Markers
from tests.reading import measure
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

NAMES = ("Example Helpline", "Helpline North")
PHRASE = "a blue bicycle by the lake"
ADULT = {"asker": "self", "age_then": "adult", "age_now": "adult"}
TERMS: dict[str, str | list[str]] = {
    "notice": "on",
    "scopes": ["act", "mail"],
    "days": "30",
    "consent": "adult",
}


def a_case(**answers: str) -> access.NewCase:
    access.prepare()
    now = datetime.now(UTC)
    new = access.open_new(now, phrase=PHRASE)
    visit = visits.read(bytes.fromhex(begun({**NEWS_CASE, **ADULT, **answers}, A_POST)), now)
    assert visit
    records.add(new.session.case, "plan", dict(visit.data), book.Note("plan_kept"), now)
    return new


def inside(new: access.NewCase) -> Visitor:
    """Somebody with the case open, on the page of who is let in."""
    visitor = Visitor(Markers(Random(7)), set())
    now = datetime.now(UTC)
    visitor.client.cookies[site.CASE_COOKIE] = unlocked.begin(new.session.case, now).token.hex()
    visitor.client.cookies[site.VISIT_COOKIE] = visits.begin(now)[0].hex()
    visitor.opens("/c/")
    visitor.sends("let")
    return visitor


@pytest.fixture
def team(db: None) -> ATeam:
    return a_team(("Ana Li", "Ben Oz"))


def test_a_code_shows_who_they_are_before_anything_is_given(team: ATeam) -> None:
    visitor = inside(a_case())

    visitor.sends("let_find", code=team.organisation_code.lower())

    assert visitor.heading == "Example Helpline"
    assert "Ana Li" in visitor.page
    assert "Ben Oz" in visitor.page
    assert "We must report what we learn about a child in danger." in visitor.page
    assert not Grant.objects.exists()


def test_a_team_is_let_in_on_the_terms_that_stood_on_the_page(team: ATeam) -> None:
    new = a_case()
    visitor = inside(new)
    visitor.sends("let_find", code=team.organisation_code)
    visitor.sends("let_terms", {**TERMS, "not_for": [team.people[1].id]}, purpose="To get help with letters")
    assert visitor.heading == "Read it all once more"
    assert "To get help with letters" in visitor.page
    assert not Grant.objects.exists()

    visitor.sends("let_give", typed_name="R. Example", phrase=PHRASE)

    (release,) = grants.releases(new.session.case)
    terms = release.terms
    assert terms.scopes == {Scope.read, Scope.act, Scope.mail}
    assert terms.consent is Consent.adult
    assert terms.not_for == (team.people[1].id,)
    assert (terms.typed_name, terms.purpose) == ("R. Example", "To get help with letters")
    assert terms.notice == "We must report what we learn about a child in danger."
    assert timedelta(days=29) < terms.until - datetime.now(UTC) <= timedelta(days=30)
    assert visitor.heading == "Let somebody help"
    assert "Example Helpline, Helpline North, can read this now." in visitor.page
    assert "Who must not see it: <bdi>Ben Oz</bdi>" in visitor.page
    visitor.sends("board")
    assert "Let in: Example Helpline" in visitor.page
    assert "Who can read this: Example Helpline" in visitor.page


def test_nobody_is_let_in_without_the_phrase_and_what_was_typed_stays(team: ATeam) -> None:
    visitor = inside(a_case())
    visitor.sends("let_find", code=team.organisation_code)
    visitor.sends("let_terms", TERMS, purpose="To get help with letters")

    visitor.sends("let_give", typed_name="R. Example", phrase="another phrase entirely, no")

    assert visitor.status == 422
    assert 'value="R. Example"' in visitor.page
    assert "To get help with letters" in visitor.page
    assert not Grant.objects.exists()


def test_a_second_press_of_the_button_gives_nothing_twice(team: ATeam) -> None:
    new = a_case()
    visitor = inside(new)
    visitor.sends("let_find", code=team.organisation_code)
    visitor.sends("let_terms", TERMS, purpose="To get help with letters")
    form = visitor.form("let_give")

    for _ in range(2):
        visitor.sends(form, typed_name="R. Example", phrase=PHRASE)

    assert len(grants.releases(new.session.case)) == 1
    assert [entry.note.kind for entry in book.timeline(new.session.case)].count("released") == 1


@pytest.mark.parametrize(
    ("choices", "what"),
    [({"notice": []}, "Read their words above"), ({"consent": []}, "Say who agrees")],
    ids=["notice not read", "nobody agrees"],
)
def test_terms_that_lack_something_say_what(team: ATeam, choices: dict[str, Any], what: str) -> None:
    visitor = inside(a_case(age_now="", age_then=""))
    visitor.sends("let_find", code=team.organisation_code)

    visitor.sends("let_terms", {**TERMS, **choices}, purpose="To get help with letters")

    assert visitor.status == 422
    assert what in visitor.page
    assert "To get help with letters" in visitor.page


def test_a_code_of_nobody_is_told_and_stays_in_its_box(team: ATeam) -> None:
    visitor = inside(a_case())

    visitor.sends("let_find", code="ABC")

    assert visitor.status == 422
    assert "We know nobody with this code" in visitor.page
    assert 'value="ABC"' in visitor.page


def test_an_agency_without_words_on_what_it_must_report_cannot_be_let_in(db: None) -> None:
    silent = a_team(notice="")
    visitor = inside(a_case())

    visitor.sends("let_find", code=silent.organisation_code)

    assert visitor.status == 422
    assert "They have not written down yet what they must report" in visitor.page


def test_a_one_time_code_brings_its_terms_and_is_used_up(team: ATeam) -> None:
    new = a_case()
    proposal = Proposal(("read", "act", "export"), 30, "To write to a forum")
    code = offers.make_let_in(team.people[0].id, team.id, proposal, datetime.now(UTC))
    visitor = inside(new)
    visitor.sends("let_find", code=code)
    assert 'value="To write to a forum"' in visitor.page
    terms = visitor.form("let_terms")
    assert terms.controls["scopes"].chosen == ["act", "export"]
    assert terms.controls["days"].chosen == ["30"]
    visitor.sends(terms, {"notice": "on", "consent": "adult"}, purpose="To write to a forum")

    visitor.sends("let_give", typed_name="R. Example", phrase=PHRASE)

    assert grants.releases(new.session.case)[0].terms.scopes == {Scope.read, Scope.act, Scope.export}
    assert not Offer.objects.exists()
    visitor.sends("let_find", code=code)
    assert "This code is not good any more" in visitor.page


def test_a_code_that_ended_on_the_way_lets_nobody_in(team: ATeam) -> None:
    code = offers.make_let_in(team.people[0].id, team.id, Proposal(("read",), 30, ""), datetime.now(UTC))
    visitor = inside(a_case())
    visitor.sends("let_find", code=code)
    visitor.sends("let_terms", TERMS, purpose="To get help")
    Offer.objects.all().delete()

    visitor.sends("let_give", typed_name="R. Example", phrase=PHRASE)

    assert "This code is not good any more" in visitor.page
    assert not Grant.objects.exists()
    # What for and the typed name go along to the pages of the next code; the phrase does not.
    assert PHRASE not in visitor.page
    visitor.sends("let_find", code=team.organisation_code)
    assert 'value="To get help"' in visitor.page
    visitor.sends("let_terms", TERMS)
    assert visitor.form("let_give").controls["typed_name"].value == "R. Example"


YOUNG = {"asker": "self", "age_then": "13_15", "age_now": "13_15"}


@pytest.mark.parametrize(
    ("answers", "offered"),
    [
        (ADULT, {"adult"}),
        (YOUNG | {"home_safe": "yes"}, {"minor_and_parent", "minor_alone"}),
        (YOUNG | {"home_safe": "no"}, {"minor_alone"}),
        (YOUNG | {"asker": "parent", "home_safe": "yes"}, {"minor_and_parent"}),
        (YOUNG | {"asker": "parent", "home_safe": "no"}, set()),
        ({"asker": "self", "age_then": "under_13", "age_now": "under_13"}, set()),
        ({"asker": "friend", "age_then": "adult", "age_now": "adult"}, set()),
        ({"asker": "advocate", "age_then": "adult", "age_now": "adult"}, {"on_file"}),
    ],
    ids=[
        "adult", "teen", "teen, home not safe", "parent", "parent, home not safe", "under 13", "friend",
        "advocate",
    ],
)  # fmt: skip
def test_who_can_agree_follows_from_age_and_home(
    team: ATeam, answers: dict[str, str], offered: set[str]
) -> None:
    visitor = inside(a_case(**answers))
    if not visitor.has("let_find"):
        assert offered == set()
        return

    visitor.sends("let_find", code=team.organisation_code)

    terms = visitor.form("let_terms").controls
    assert set(terms["consent"].options) == offered
    assert terms["consent"].chosen == []
    # A list of many people is for grown people: no child is asked about it.
    assert ("joint" in terms["scopes"].options) is (answers.get("age_then", "adult") == "adult")
    assert ("hurt the child" in visitor.page) is (answers.get("asker") == "parent")


def test_a_young_person_and_a_parent_both_sign(team: ATeam) -> None:
    new = a_case(**YOUNG, home_safe="yes")
    visitor = inside(new)
    visitor.sends("let_find", code=team.organisation_code)
    visitor.sends("let_terms", {**TERMS, "consent": "minor_and_parent"}, purpose="To get help")
    visitor.sends("let_give", typed_name="R.", typed_parent="", phrase=PHRASE)
    assert visitor.status == 422

    visitor.sends("let_give", typed_name="R.", typed_parent="Marlowe Qzvk", phrase=PHRASE)

    assert grants.releases(new.session.case)[0].terms.typed_parent == "Marlowe Qzvk"
    assert "Marlowe Qzvk" not in repr(dumped("default")) + repr(dumped("keys"))


def test_it_goes_on_longer_with_the_phrase_alone(team: ATeam) -> None:
    new = a_case()
    a_grant(new.session.case, team, days=10)
    visitor = inside(new)
    visitor.sends("board")
    assert "can help you here until" in visitor.page

    visitor.sends("let_renew")
    visitor.sends("let_renew", {"days": "180"}, phrase=PHRASE)

    (release,) = grants.releases(new.session.case)
    assert release.terms.until - datetime.now(UTC) > timedelta(days=179)


def test_the_board_says_whose_time_ended_lately_and_it_can_go_on(team: ATeam) -> None:
    new = a_case()
    release = a_grant(new.session.case, team, datetime.now(UTC) - timedelta(days=3), days=2)
    visitor = inside(new)
    visitor.sends("board")
    assert "Now they cannot read this any more." in visitor.page
    assert "Let in: " not in visitor.page

    visitor.sends("let_renew")
    assert "Now it ends on" not in visitor.page
    visitor.sends("let_renew", {"days": "30"}, phrase=PHRASE)

    visitor.sends("board")
    assert "Now they cannot read this any more." not in visitor.page
    assert "Let in: Example Helpline" in visitor.page
    assert rekey.open_as(at_desk(team.people[0]), release.grant_id, datetime.now(UTC))


def test_taken_back_it_ends_at_once_for_them_and_the_owner_stays_inside(team: ATeam) -> None:
    new = a_case()
    release = a_grant(new.session.case, team)
    desk = at_desk(team.people[0])
    theirs = rekey.open_as(desk, release.grant_id, datetime.now(UTC))
    visitor = inside(new)

    visitor.sends("let_back")

    assert visitor.heading == "Let somebody help"
    assert "Example Helpline is not in any more" in visitor.page
    assert "Example Helpline, Helpline North, cannot read this any more." in visitor.page
    assert "Who you let in" not in visitor.page
    assert unlocked.resume(theirs.token, datetime.now(UTC)) is None
    with pytest.raises(let_in.NotLetIn):
        rekey.open_as(desk, release.grant_id, datetime.now(UTC))
    visitor.sends("board")
    assert "Who can read this" not in visitor.page
    assert access.open_with(new.code, PHRASE, datetime.now(UTC)).session.case.key_number == 2


def test_a_team_that_is_let_in_anew_is_not_said_to_be_out(team: ATeam) -> None:
    new = a_case()
    a_grant(new.session.case, team, scopes=(Scope.read, Scope.export))
    visitor = inside(new)
    visitor.sends("let_find", code=team.organisation_code)
    visitor.sends("let_terms", TERMS, purpose="To write to a forum")
    assert "They are in already." in visitor.page

    visitor.sends("let_give", typed_name="R. Example", phrase=PHRASE)

    for words in ("not in any more", "cannot read this any more", "You took this back"):
        assert words not in visitor.page
    assert "That holds now in its place." in visitor.page
    # Each of the two has its own paper.
    _now, before = grants.releases(new.session.case)
    visitor.sends(visitor.form("let_paper", paper=before.id))
    assert "Help with the requests" in visitor.page
    assert "To write to a forum" not in visitor.page


def test_an_old_button_to_take_it_back_does_no_harm(team: ATeam) -> None:
    new = a_case()
    a_grant(new.session.case, team)
    visitor = inside(new)
    form = visitor.form("let_back")

    for _ in range(2):
        visitor.sends(form)

    assert visitor.heading == "Let somebody help"


def test_who_saw_it_is_told_with_names_and_times(team: ATeam) -> None:
    new = a_case()
    release = a_grant(new.session.case, team)
    rekey.open_as(at_desk(team.people[1]), release.grant_id, datetime.now(UTC))
    visitor = inside(new)

    visitor.sends("let_seen")

    assert "Ben Oz of Helpline North, Example Helpline opened it." in visitor.page


def test_the_whole_paper_can_be_read_and_printed(team: ATeam) -> None:
    new = a_case()
    a_grant(new.session.case, team)
    visitor = inside(new)

    visitor.sends("let_paper")

    for words in ("Help with the requests", "R. Example", "We must report", "Example Helpline"):
        assert words in visitor.page


def test_a_form_sent_too_late_keeps_what_was_typed_but_no_code_and_no_phrase(team: ATeam) -> None:
    new = a_case()
    visitor = inside(new)
    visitor.sends("let_find", code=team.organisation_code)
    visitor.sends("let_terms", TERMS, purpose="To get help with letters")
    form = visitor.form("let_give")
    unlocked.end_all(new.session.case.id)

    visitor.sends(form, typed_name="R. Example", phrase=PHRASE)

    assert "What you typed is kept." in visitor.page
    arrived: list[Any] = []
    slot.take_in(new.session.case, datetime.now(UTC), arrived.append)
    fields = dict(arrived[0]["document"]["fields"])
    assert fields["typed_name"] == "R. Example"
    assert PHRASE not in str(arrived)


def test_two_tabs_never_mix_their_teams(team: ATeam) -> None:
    other = a_team(("Kim Ro",), name="Helpline South", organisation="Other Helpline")
    new = a_case()
    visitor = inside(new)
    visitor.sends("let_find", code=team.organisation_code)
    visitor.sends("let_terms", TERMS, purpose="To get help")
    first = visitor.form("let_give")
    visitor.opens("/c/")
    visitor.sends("let_find", code=other.organisation_code)

    visitor.sends(first, typed_name="R. Example", phrase=PHRASE)

    assert [release.organisation for release in grants.releases(new.session.case)] == ["Example Helpline"]


def test_where_there_is_no_desk_nobody_is_offered_one(settings: Any, team: ATeam) -> None:
    settings.DESK_OPEN = False
    visitor = Visitor(Markers(Random(7)), set())
    new = a_case()
    visitor.client.cookies[site.CASE_COOKIE] = unlocked.begin(new.session.case, datetime.now(UTC)).token.hex()

    visitor.opens("/c/")

    assert not visitor.has("let")


def test_every_page_reads_at_grade_six(team: ATeam) -> None:
    new = a_case(**YOUNG, home_safe="yes")
    visitor = inside(new)
    pages = {"who": visitor.page}

    def sees(name: str) -> None:
        pages[name] = visitor.page

    visitor.sends("let_find", code="ABC")
    sees("a wrong code")
    visitor.sends("let_find", code=team.organisation_code)
    sees("terms")
    visitor.sends("let_terms", purpose="")
    sees("terms that lack something")
    visitor.sends("let_terms", {**TERMS, "consent": "minor_and_parent"}, purpose="To get help")
    sees("all of it once more")
    visitor.sends("let_give", typed_name="", typed_parent="", phrase="")
    sees("not signed")
    visitor.sends("let_give", typed_name="R.", typed_parent="M.", phrase=PHRASE)
    sees("let in")
    visitor.sends("let_words")
    sees("what they must report")
    visitor.opens("/c/")
    for step in ("let_renew", "let_seen", "let_paper"):
        visitor.sends(step)
        sees(step)
        visitor.sends("let")
    visitor.sends("let_back")
    sees("taken back")

    found = {
        name: (measured.grade, measured.too_long)
        for name, page in pages.items()
        if (measured := measure(re.sub(r"(?s)^.*?<main|</main>.*$", "<main", page), NAMES)).grade > 6
        or measured.too_long
    }
    assert found == {}
