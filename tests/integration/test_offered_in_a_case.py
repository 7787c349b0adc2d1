"""What each page of a case offers to whoever has it open: all that they may do, and nothing they may not."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from survivor_portal.advocates.who import Role
from survivor_portal.cases import access, book, records
from survivor_portal.cases.access import NewCase
from survivor_portal.cases.actors import Actor, Scope
from survivor_portal.cases.book import Note
from survivor_portal.config.mails import MailIn, MailOut
from survivor_portal.correspondence import incoming, relays, threads
from survivor_portal.correspondence.threads import Leaving, Posted, Thread
from survivor_portal.mails import Read
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.due import due_by
from survivor_portal.takedowns.operations import Place, Takedown
from survivor_portal.takedowns.process import Fact, Move
from survivor_portal.takedowns.standing import Entry, How
from survivor_portal.visits import visit as visits
from survivor_portal.web.survivor import arrivals, case_actor, flow
from survivor_portal.web.survivor.case_actor import Needs
from survivor_portal.web.survivor.holder import OF_THE_VISIT
from tests.desk import ATeam, a_team
from tests.integration.test_case_actor import an_actor, at_work
from tests.integration.test_letting_in import ADULT, PHRASE, inside
from tests.journeys.story import A_POST, NEWS_CASE, begun
from tests.visitor import Form, Visitor

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

ALL = frozenset(Scope)
VIDEO = "https://www.bitchute.com/video/abcDEF123456/"
UNKNOWN = "https://video.example/watch/1"
MAILED = "request_48h:bitchute:us-tida"
# Only looking: these are pressed. To a question leads who may answer it, and nobody else.
LOOKS = ("board", "timeline", "request", "next_letter", "letter", "plan", "mail")
TO_QUESTIONS = ("change", "back")
# Other with each page, or said already.
OF_ONE_FORM = ("csrfmiddlewaretoken", "draft", "draft_boxes", "seen", "step", "at")


def said(form: Form) -> tuple[str, ...]:
    """What a form does, whoever has it on their page."""
    values = (f"{one.name}={one.value}" for one in form.controls.values() if one.name not in OF_ONE_FORM)
    return (form.action, form.step, *(value for value in sorted(values) if len(value) < 80))


@dataclass(frozen=True)
class Seen:
    """One page: what can be pressed there, and all that it says."""

    forms: tuple[tuple[str, ...], ...]
    says: str


def walked(visitor: Visitor) -> Mapping[tuple[str, ...], Seen]:
    """Each page that only looking leads to, by what led there."""
    found: dict[tuple[str, ...], Seen] = {}
    ahead: deque[Form] = deque()

    def took(name: tuple[str, ...]) -> None:
        assert visitor.status == 200, name
        found[name] = Seen(tuple(said(form) for form in visitor.forms if form.step != "stay"), visitor.page)
        ahead.extend(form for form in visitor.forms if form.step in LOOKS and said(form) not in found)

    for path in ("/c/", "/next/"):
        visitor.opens(path)
        took((path,))
    while ahead:
        form = ahead.popleft()
        if said(form) not in found:
            data = {one.name: one.value for one in form.controls.values()}
            visitor._took(visitor.client.post(form.action, data, follow=True))
            took(said(form))
    return found


@pytest.fixture
def team(db: None) -> ATeam:
    return a_team(("Ana Li", "Ben Oz"), roles=(Role.lead, Role.read_only))


@pytest.fixture
def case(settings: Settings) -> NewCase:
    """A case with something to do of every kind: written, sent, gone and due for a round, left from here, an
    answer that nobody has read; a plan with a letter that could leave and a site nobody knows."""
    settings.MAIL_OUT, settings.MAIL_IN = MailOut("127.0.0.1", 2526), MailIn("smtp", "127.0.0.1", 2525)
    settings.LOOKUPS = True
    access.prepare()
    now = datetime.now(UTC)
    new = access.open_new(now, phrase=PHRASE)
    links = "\n".join((VIDEO, UNKNOWN))
    visit = visits.read(bytes.fromhex(begun({**NEWS_CASE, **ADULT, "owner_safe": "no"}, links)), now)
    assert visit
    data = {key: value for key, value in visit.data.items() if key not in OF_THE_VISIT}
    signer, ticks = {"name": "Jane Example", "email": "jane@mail.example"}, ["belief", "accurate"]
    flow.sign(data, flow.place_of(MAILED, ""), signer, ticks, now.date())
    case = new.session.case
    records.add(case, "plan", data, book.Note("plan_kept"), now)
    a_request(new)
    removed = a_request(new, Fact.REMOVAL, ago=timedelta(days=4))
    assert removed.standing.still_up == ()
    refused = a_request(new, Fact.REFUSAL, ago=timedelta(days=3))
    address = relays.open(case.id, refused.id, now)
    letter = Posted("1" * 32, "<1@relay.example>", "a@x.example", "s", now, now, 2, (), "", Leaving.left)
    threads.begin(case, Thread(refused.id, address, (letter,)), Note("mail_put"), now)
    route = relays.find(address.partition("@")[0], now)
    assert route
    mail = Read("Dear user, the weather is fine today.", sender="b@x.example", message_id="<2@x.example>")
    assert incoming.arrive(route, mail, now) is incoming.Taken.yes
    arrivals.take_in(case, now)
    return new


def a_request(new: NewCase, became: Fact | None = None, ago: timedelta = timedelta()) -> Takedown:
    at = datetime.now(UTC) - ago
    due = due_by(at, counts_as_minor=False, zone=UTC)
    takedown = operations.begin(
        new.session.case, platform="x", kind="request_48h", label=f"X, {became or 'written'}", to="X",
        grounds=["us-tida"], places=[Place(n, f"Place {n}", f"{A_POST}{n}") for n in (1, 2)], now=at,
    )  # fmt: skip
    if became is None:
        return takedown
    takedown = operations.note(new.session.case, takedown, Entry(2, Move.SEND, at, how=How.FORM), at, due=due)
    return operations.note(new.session.case, takedown, Entry(3, became, at), at, due=due)


def may_use(actor: Actor, form: tuple[str, ...]) -> bool:
    """May they take this step, and what it leads to?"""
    return case_actor.may(actor, form[1]) and (form[1] not in TO_QUESTIONS or case_actor.may(actor, "safety"))


def has_no_stay_for_a_form_that_is_not_there(page: str) -> bool:
    return 'form="question"' not in page or 'id="question"' in page


def test_each_page_offers_all_that_somebody_may_do_there_and_nothing_else(case: NewCase, team: ATeam) -> None:
    reads, no_mail = an_actor(ALL, Role.read_only), an_actor(ALL - {Scope.mail, Scope.export})
    only_reads = walked(at_work(case, team, person=1))
    without_mail = walked(at_work(case, team, scopes=no_mail.scopes))
    whole = walked(at_work(case, team))
    owner = inside(case)
    owner.sends("board")
    owners = walked(owner)

    steps = {form[1] for page in whole.values() for form in page.forms}
    # The pages hold forms of every kind, so that something could be offered wrongly.
    assert {case_actor.STEPS[step] for step in steps} == set(Needs) - {Needs.owner}
    assert len(only_reads) > 12
    for actor, pages in ((reads, only_reads), (no_mail, without_mail), (an_actor(ALL), whole)):
        for name, page in pages.items():
            assert page.forms == tuple(form for form in whole[name].forms if may_use(actor, form)), name
            assert has_no_stay_for_a_form_that_is_not_there(page.says), name
    assert {form[1] for page in only_reads.values() for form in page.forms} <= {*LOOKS, "close", "save"}
    assert only_reads.keys() == whole.keys()
    assert without_mail.keys() == {name for name in whole if name[1:2] != ("mail",)}
    # Only at a desk a letter waits to be sent with others.
    of_owner = {form[1] for page in owners.values() for form in page.forms}
    assert of_owner >= steps - {"later"} | {"let", "keep_settings", "let_words"}


def test_who_may_only_read_is_asked_for_no_statement_in_a_letter(case: NewCase, team: ATeam) -> None:
    opened, now = case.session.case, datetime.now(UTC)
    (plan,) = records.read(opened, "plan")
    theirs = plan.document["answers"] | {"asker": "advocate"}
    records.change(opened, plan, plan.document | {"answers": theirs}, Note("plan_changed"), now)
    due = due_by(now, counts_as_minor=False, zone=UTC)
    gone = a_request(case, Fact.REMOVAL, ago=timedelta(days=1))
    back = operations.all_back(opened, gone, (1,), now, due=due)

    def letter(person: int) -> str:
        visitor = at_work(case, team, person=person)
        visitor.sends(visitor.form("request", request=back.id))
        visitor.sends(next(form for form in visitor.forms if form.step == "next_letter"))
        return visitor.page

    signs, reads = letter(0), letter(1)

    assert 'name="confirm_' in signs
    assert "This letter is not ready yet" in reads
    assert 'name="confirm_' not in reads
    assert "Put this into the letter" not in reads


def test_who_may_only_read_finds_no_form_where_questions_are_open(case: NewCase, team: ATeam) -> None:
    (plan,) = records.read(case.session.case, "plan")
    half = {"answers": {"asker": "self", "age_now": "adult"}, "passed": ["safety", "who"]}
    records.change(case.session.case, plan, half, Note("plan_changed"), datetime.now(UTC))
    visitor = at_work(case, team, person=1)

    visitor.opens("/next/")

    assert visitor.heading == "The answers so far"
    assert "Not all questions are answered yet. You may read here." in visitor.page
    assert [form.step for form in visitor.forms] == ["board", "stay"]


def test_a_question_whose_form_lost_its_token_is_not_asked_of_who_may_only_read(
    case: NewCase, team: ATeam
) -> None:
    visitor = at_work(case, team, person=1)

    visitor._took(
        visitor.client.post("/next/", {"step": "links", "links": "A place they typed in."}, follow=True)
    )

    assert (visitor.status, visitor.heading) == (403, "This was not done")
    assert "A place they typed in." in visitor.page
