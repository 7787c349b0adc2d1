"""J9 in a kept case: a yes, a capsule, a worker that asks, an answer, an address in the letter."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from survivor_portal import lookups
from survivor_portal.cases import access, book, ending, records, slot
from survivor_portal.cases.models import Arrival, Entrusted
from survivor_portal.cases.unlocked import Session
from survivor_portal.jobs import lookups as jobs
from survivor_portal.jobs.table import HANDLERS
from survivor_portal.keystore import capsules
from survivor_portal.keystore.models import Capsule
from survivor_portal.slips import due
from survivor_portal.slips.models import Slip
from survivor_portal.takedowns import operations
from survivor_portal.takedowns.process import Fact, State
from survivor_portal.visits import visit as visits
from survivor_portal.web.survivor import arrivals, asked
from tests.integration.test_case_rounds import ADULT, CHILD, LOOKS, kept, noted, removed, states
from tests.integration.test_words import trouble
from tests.journeys.story import NEWS_CASE, begun
from tests.registers import PUBLIC, Authority, Servers, Table, answer
from tests.unit.test_lookups import AMERICA, HOSTS, LIST, NOW, OF_DOMAIN, OF_NETWORK, REGISTRY, recorded

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]

SITE = "video.example"
LINK = f"https://{SITE}/watch/secret-part"
OF_HOST = {"letter": "host::", "site": SITE}
GROWN = NEWS_CASE | {
    "asker": "self",
    "age_then": "adult",
    "age_now": "adult",
    "consent": "never",
    "forced": "no",
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority((*HOSTS, SITE), tmp_path_factory.mktemp("authority"))


@pytest.fixture
def world(authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Servers]:
    """Everybody a worker may ask, on loopback; and look-ups turned on."""
    monkeypatch.setattr(settings, "LOOKUPS", True)
    monkeypatch.setattr(settings, "LINK_CHECKS", True)
    names = Table({host: [PUBLIC] for host in (*HOSTS, SITE)})
    with Servers(authority).running() as servers:
        for part in ("dns", "ipv4", "ipv6"):
            servers.answers[LIST, f"/rdap/{part}.json"] = answer(200, recorded(part))
        servers.answers[REGISTRY, OF_DOMAIN] = answer(200, recorded("domain_thin"))
        servers.answers[AMERICA, OF_NETWORK] = answer(200, recorded("ip_america"))
        wire = servers.wire(names)
        monkeypatch.setattr(jobs, "wire", lambda proxy=None: wire)
        monkeypatch.setattr(jobs, "asker", lambda: lookups.Asker(wire, tmp_path, list_host=LIST, pause=0))
        yield servers


@pytest.fixture
def on_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """`video.example` is a platform that may be asked about links."""
    hosts = frozenset({SITE})
    question, check = lookups.question, lookups.check
    monkeypatch.setattr(lookups, "question", lambda url: question(url, hosts=hosts))
    monkeypatch.setattr(lookups, "check", lambda url, wire: check(url, wire, hosts=hosts))


def opened(answers: dict[str, str], links: str = LINK) -> tuple[Session, Client]:
    """A kept case with its plan, open in a browser."""
    access.prepare()
    now = datetime.now(UTC)
    session = access.open_new(now).session
    visit = visits.read(bytes.fromhex(begun(answers | {"owner_safe": "no"}, links)), now)
    assert visit is not None
    records.add(session.case, "plan", dict(visit.data), book.Note("plan_kept"), now)
    client = Client()
    client.cookies[settings.CASE_COOKIE] = session.token.hex()
    return session, client


def post(client: Client, step: str, path: str = "/next/", /, **more: Any) -> str:
    response = client.post(path, {"step": step, **more}, follow=True)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def words(page: str) -> str:
    found = re.search(r"(?s)<main.*</main>", page)
    assert found
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found.group(0))).split())


def letter_of(page: str) -> str:
    found = re.search(r'(?s)<pre id="letter-1"[^>]*>(.*?)</pre>', page)
    assert found
    return html.unescape(found.group(1))


def work(now: datetime, kinds: tuple[str, ...] = ("lookup", "link_check")) -> int:
    """Do what is due, as a worker does; how many there were."""
    claims = due.claim(now, kinds=kinds)
    for claim in claims:
        slip = due.begin(claim.id, claim.token, now)
        assert slip is not None
        due.done(slip, now, HANDLERS[slip.kind](slip, now))
    return len(claims)


def test_both_doors_name_the_work_alike() -> None:
    assert (asked.LOOKUP, asked.LINK_CHECK) == (jobs.LOOKUP, jobs.LINK_CHECK)
    assert {asked.LOOKUP, asked.LINK_CHECK} <= arrivals.RECEIVED.keys() & HANDLERS.keys()


def test_a_yes_a_capsule_an_answer_and_an_address_in_the_letter(world: Servers) -> None:
    session, client = opened(GROWN)
    page = post(client, "letter", **OF_HOST)
    assert "We never send your link." in words(page)
    assert world.heads == []

    page = post(client, "look_up", **OF_HOST)
    assert "We are asking the registers." in words(page)
    assert "Yes, ask" not in page
    (capsule,) = Capsule.objects.all()
    said = json.loads(capsules.open(capsule.pk, "lookup", timezone.now()))
    assert said == {"case": session.case.id, "site": SITE}
    assert work(timezone.now()) == 1
    assert not Capsule.objects.exists()
    assert not Entrusted.objects.exists()
    assert "secret-part" not in "".join(world.heads)

    page = words(post(client, "letter", **OF_HOST))
    assert "Example Servers LLC, abuse@servers.example" in page
    assert f"network abuse, {AMERICA}" in page
    assert "Example Registrar, Inc., abuse@registrar.example" in page
    assert not Arrival.objects.exists()
    before = letter_of(post(client, "letter", **OF_HOST))
    assert "servers.example" not in before

    page = post(client, "party_take", **OF_HOST, mail="abuse@servers.example")
    assert "Example Servers LLC" in letter_of(page)
    assert "From a register: network abuse" in words(page)
    # The letter to the registrar got no address by that.
    assert "Example Servers" not in letter_of(post(client, "letter", letter="registrar::", site=SITE))
    assert "Example Servers LLC" not in letter_of(post(client, "party_drop", **OF_HOST))


def test_the_request_that_comes_of_it_is_addressed_to_the_company(world: Servers) -> None:
    session, client = opened(GROWN)
    post(client, "look_up", **OF_HOST)
    work(timezone.now())
    post(client, "letter", **OF_HOST)
    post(client, "party_take", **OF_HOST, mail="abuse@servers.example")

    post(client, "sent", how="mail", ticket="", **OF_HOST)

    (line,) = operations.board(session.case)
    assert line.to == "Example Servers LLC"
    assert line.site == SITE


def test_only_an_address_that_the_register_gave_can_be_taken(world: Servers) -> None:
    _session, client = opened(GROWN)
    post(client, "look_up", **OF_HOST)
    work(timezone.now())

    for mail in ("abuse@registrar.example", "evil@evil.example", ""):
        page = post(client, "party_take", **OF_HOST, mail=mail)

        assert "Take this address out" not in page


def test_nothing_is_asked_twice_at_once_and_the_yes_stands_in_the_book(world: Servers) -> None:
    session, client = opened(GROWN)

    for _ in range(3):
        post(client, "look_up", **OF_HOST)

    assert Slip.objects.filter(kind="lookup").count() == 1
    told = [entry.note for entry in book.timeline(session.case) if entry.note.kind == "lookup_asked"]
    assert [dict(note.facts) for note in told] == [{"site": SITE}]
    assert work(timezone.now()) == 1
    assert "You let us ask who hosts a site" in words(post(client, "timeline", "/c/"))
    # An answer that never came may be asked for again.
    post(client, "look_up", **OF_HOST)
    (record,) = records.read(session.case, asked.LOOKUP)
    assert asked.looked_up(session.case, SITE) is not None
    old = {**record.document, "asked_at": (timezone.now() - timedelta(hours=2)).isoformat()}
    records.change(session.case, record, old, book.Note("plan_changed"), timezone.now())
    assert "Yes, ask the registers" in post(client, "letter", **OF_HOST)


def test_a_look_up_that_was_turned_off_or_whose_case_is_gone_asks_nobody(
    world: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, client = opened(GROWN)
    post(client, "look_up", **OF_HOST)
    monkeypatch.setattr(settings, "LOOKUPS", False)

    assert work(timezone.now()) == 1

    assert world.heads == []
    assert not Capsule.objects.exists()
    monkeypatch.setattr(settings, "LOOKUPS", True)
    asked.look_up(session.case, "other.example", timezone.now())
    ending.erase_case(session.case.id, datetime.now(UTC))
    assert work(timezone.now()) == 0
    assert world.heads == []
    assert not Arrival.objects.exists()


def test_an_answer_after_the_case_is_gone_is_nobodys(world: Servers) -> None:
    """The case is deleted while the worker asks."""
    session, client = opened(GROWN)
    post(client, "look_up", **OF_HOST)
    now = timezone.now()
    (claim,) = due.claim(now, kinds=("lookup",))
    slip = due.begin(claim.id, claim.token, now)
    assert slip is not None
    effect = HANDLERS["lookup"](slip, now)
    ending.erase_case(session.case.id, datetime.now(UTC))

    with pytest.raises(due.Stale):
        due.done(slip, now, effect)

    assert not Arrival.objects.exists()


def test_a_register_that_does_not_answer_is_said_in_plain_words(world: Servers) -> None:
    world.answers[REGISTRY, OF_DOMAIN] = answer(429)
    world.answers[AMERICA, OF_NETWORK] = answer(404)
    _session, client = opened(GROWN)
    post(client, "look_up", **OF_HOST)
    work(timezone.now())

    page = post(client, "letter", **OF_HOST)

    assert "The registrar: The register is busy." in words(page)
    assert "The host: The register does not know it." in words(page)
    assert "lookup.icann.org" in page
    assert "Ask the registers again" in words(page)
    assert trouble(page) == []


def test_who_stands_in_front_is_named_with_the_ways_the_directory_has(world: Servers) -> None:
    world.answers[AMERICA, OF_NETWORK] = answer(200, recorded("ip_cloudflare"))
    _session, client = opened(GROWN)
    post(client, "look_up", **OF_HOST)
    work(timezone.now())
    page = post(client, "letter", **OF_HOST)
    assert "Cloudflare stands in front, so the real host is hidden." in words(page)
    assert "Use this address" not in page
    cdn = {"letter": "cdn::", "site": SITE}
    post(client, "letter", **cdn)

    page = post(client, "party_take", **cdn, mail="abuse@cloudflare.com")

    assert "may pass your report on" in words(page)
    assert "https://abuse.cloudflare.com/" in page
    assert trouble(page) == []


@pytest.mark.parametrize("kind", ["lookup", "link_check"])
def test_nothing_that_a_worker_drops_breaks_a_page(world: Servers, on_list: None, kind: str) -> None:
    """A worker may have been taken over: it can drop what it likes, and read nothing."""
    session, client = opened(GROWN)
    takedown = removed(session, places=1)
    post(client, "look_up", **OF_HOST)
    good: dict[str, Any] = {
        "site": SITE,
        "at": NOW.isoformat(),
        "parties": [],
        "troubles": [],
        "addresses": [],
    }
    if kind == "link_check":
        good = {"request": takedown.id, "item": 1, "said": "gone"}
    bad: list[Any] = [{}, [], None, "x", {"site": SITE}, {"site": SITE, "parties": 1}]
    odd: list[Any] = [None, [], {}, -1, "x", ["x"], [["host", "busy", 1]], [{"role": "host"}], "2026-01-01"]
    bad += [good | {name: value} for name in good for value in odd]

    for document in bad:
        slot.drop(session.case.id, kind, document, timezone.now())
        if kind == "lookup":  # each takes the place of the one before
            post(client, "letter", **OF_HOST)
    post(client, "board", "/c/")
    post(client, "request", "/c/", request=takedown.id)

    assert not Arrival.objects.exists()
    assert noted(session, takedown) == []


def test_what_a_worker_says_of_a_company_is_made_plain_once_more(world: Servers) -> None:
    session, client = opened(GROWN)
    post(client, "look_up", **OF_HOST)
    party = {
        "role": "host",
        "name": "Exa\u202emple\n<b>Host</b>",
        "mail": "abuse@host.example\r\nBcc: x@evil.example",
        "said_as": "network abuse",
        "source": "rdap.example",
        "platform": "no-such-platform",
        "country": "xyz",
    }
    said = {
        "site": SITE,
        "at": NOW.isoformat(),
        "parties": [party],
        "troubles": [],
        "addresses": ["10.0.0.1"],
    }
    slot.drop(session.case.id, "lookup", said, timezone.now())

    page = post(client, "letter", **OF_HOST)

    assert "Example &lt;b&gt;Host&lt;/b&gt;" in page
    for text in ("evil.example", "\u202e", "10.0.0.1", "(XYZ)", "Use this address"):
        assert text not in page


def test_what_is_found_by_hand_goes_into_the_letter_with_look_ups_off() -> None:
    _session, client = opened(GROWN)
    page = post(client, "letter", **OF_HOST)
    assert "Yes, ask the registers" not in page
    assert "lookup.icann.org" in page

    page = post(client, "party", **OF_HOST, name="  By  Hand Ltd ", address="mailto:abuse@hand.example")

    assert "By Hand Ltd" in letter_of(page)
    assert "abuse@hand.example" in words(page)
    assert "You put this in." in words(page)
    assert trouble(page) == []


@pytest.mark.parametrize("address", ["", "nobody", "http://", "javascript:alert(1)", "a@b", "http://plain.example/",
                                     "https://127.0.0.1/", "two words@x.example"])  # fmt: skip
def test_what_is_no_address_comes_back_with_a_word_and_as_it_was(address: str) -> None:
    _session, client = opened(GROWN)
    post(client, "letter", **OF_HOST)

    response = client.post("/next/", {"step": "party", **OF_HOST, "name": "By Hand", "address": address})

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="By Hand"' in page
    assert html.escape(address) in page
    assert 'href="#around_address"' in page
    assert trouble(page) == []


def test_no_letter_goes_to_a_company_of_whom_it_is_known_that_it_hurts() -> None:
    from survivor_portal import directory
    from survivor_portal.directory import Risk

    bad = next(p for p in directory.platforms() if p.contact_risk.level is Risk.HOSTILE)
    _session, client = opened(GROWN)
    post(client, "letter", **OF_HOST)

    for address in (f"abuse@{bad.domains[0]}", f"https://www.{bad.domains[0]}/abuse"):
        response = client.post("/next/", {"step": "party", **OF_HOST, "name": "", "address": address})

        assert response.status_code == 422
        assert "It may not be safe to write to it." in words(response.content.decode())


def test_a_visit_without_a_case_can_type_and_is_told_how_to_have_it_asked(world: Servers) -> None:
    client = Client()
    client.cookies[settings.VISIT_COOKIE] = begun(GROWN | {"owner_safe": "no"}, LINK)
    page = post(client, "letter", **OF_HOST)
    assert "If you keep your plan, we can ask the registers for you." in words(page)

    post(client, "look_up", **OF_HOST)
    page = post(client, "party", **OF_HOST, name="By Hand Ltd", address="https://hand.example/abuse")

    assert "By Hand Ltd" in letter_of(page)
    # Typed by a person, so it is text: nobody has seen it in a source.
    assert 'href="https://hand.example' not in page
    assert not Slip.objects.filter(kind="lookup").exists()


def test_what_is_typed_is_there_again_when_the_token_of_its_form_was_lost() -> None:
    session, _client = opened(GROWN)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies[settings.CASE_COOKIE] = session.token.hex()
    # Which letter is open, a browser with its tokens says.
    plain = Client()
    plain.cookies[settings.CASE_COOKIE] = session.token.hex()
    post(plain, "letter", **OF_HOST)
    strict.cookies[settings.VISIT_COOKIE] = plain.cookies[settings.VISIT_COOKIE].value

    page = strict.post("/next/", {"step": "party", **OF_HOST, "name": "By Hand", "address": "half an addr"})

    assert page.status_code == 200
    assert 'value="half an addr"' in page.content.decode()
    assert "This is no whole mail address" not in page.content.decode()


def test_an_address_goes_with_its_site(world: Servers) -> None:
    session, client = opened(GROWN)
    post(client, "letter", **OF_HOST)
    post(client, "party", **OF_HOST, name="By Hand Ltd", address="abuse@hand.example")

    post(client, "change", question="links")
    post(client, "links", links="https://other.example/1", go="1")

    (plan,) = records.read(session.case, "plan")
    assert "hand.example" not in json.dumps(plan.document)


# Link checks


def test_a_check_is_asked_for_each_place_and_its_answer_is_a_line_that_moves_nothing(
    world: Servers, on_list: None
) -> None:
    session, client = kept(ADULT)
    takedown = removed(session, places=3)
    world.answers[SITE, "/watch/marker-one-1"] = answer(200)
    world.answers[SITE, "/watch/marker-one-3"] = answer(404)
    assert "Let us ask the site" in post(client, "round", "/c/", request=takedown.id)
    page = post(client, "ask_site", "/c/", request=takedown.id)
    assert "It proves nothing." in words(page)
    assert " checked" not in page
    assert trouble(page) == []

    page = post(client, "site_asked", "/c/", request=takedown.id, items=["1", "3"])

    assert "We are asking about places 1, 3." in words(page)
    assert noted(session, takedown) == []
    now = timezone.now()
    assert all(slip.due_at <= now + asked.LATEST for slip in Slip.objects.filter(kind="link_check"))
    assert work(now + asked.LATEST) == 2
    post(client, "board", "/c/")
    assert sorted(noted(session, takedown)) == [(Fact.CHECK_GONE, (3,)), (Fact.CHECK_THERE, (1,))]
    assert set(states(session, takedown).values()) == {State.REMOVED}
    assert "We asked the site: it looks gone. This is no proof" in words(
        post(client, "request", "/c/", request=takedown.id)
    )
    assert not Capsule.objects.exists()
    assert "marker-one-2" not in "".join(world.heads)
    # The round goes on as before: nobody was asked, and nothing was answered.
    assert "This means looking" in words(post(client, "round", "/c/", request=takedown.id))


def test_a_place_is_asked_about_once_while_it_is_under_way(world: Servers, on_list: None) -> None:
    session, client = kept(ADULT)
    takedown = removed(session, places=2)

    post(client, "site_asked", "/c/", request=takedown.id, items=["1"])
    client.post("/c/", {"step": "site_asked", "request": takedown.id, "items": ["1"]})

    assert Slip.objects.filter(kind="link_check").count() == 1
    assert asked.checks_waiting(session.case, takedown, timezone.now()) == {1}
    assert asked.checks_waiting(session.case, takedown, timezone.now() + timedelta(days=1)) == set()


def test_no_place_picked_is_said_and_nothing_is_asked(world: Servers, on_list: None) -> None:
    session, client = kept(ADULT)
    takedown = removed(session, places=2)

    response = client.post("/c/", {"step": "site_asked", "request": takedown.id})

    assert response.status_code == 422
    assert "Please pick at least one place" in words(response.content.decode())
    assert not Slip.objects.filter(kind="link_check").exists()


def test_a_site_that_may_not_be_asked_is_not_offered(world: Servers) -> None:
    session, client = kept(ADULT)
    takedown = removed(session, places=2)

    assert "Let us ask the site" not in post(client, "round", "/c/", request=takedown.id)
    assert "no place here that we can ask about" in words(
        post(client, "ask_site", "/c/", request=takedown.id)
    )


@pytest.mark.parametrize("is_on", [False, True], ids=["not reviewed", "reviewed"])
def test_a_picture_of_a_child_is_asked_about_only_where_that_was_reviewed(
    world: Servers, on_list: None, monkeypatch: pytest.MonkeyPatch, is_on: bool
) -> None:
    monkeypatch.setattr(settings, "LINK_CHECKS_CHILDREN", is_on)
    session, client = kept(CHILD)
    takedown = removed(session, places=2, minor=True)

    page = post(client, "round", "/c/", request=takedown.id)
    assert ("Let us ask the site" in page) is is_on
    page = post(client, "ask_site", "/c/", request=takedown.id)
    assert ("It proves nothing." in words(page)) is is_on
    client.post("/c/", {"step": "site_asked", "request": takedown.id, "items": ["1"]})

    assert Slip.objects.filter(kind="link_check").count() == int(is_on)
    if is_on:
        # Nobody is asked to look, and no part of a link is shown.
        assert LOOKS.findall(words(page)) == []
        assert "marker-one" not in page
        assert f"{SITE}/" not in page
        # Turned off before its time comes: nobody is asked.
        monkeypatch.setattr(settings, "LINK_CHECKS_CHILDREN", False)
        assert work(timezone.now() + asked.LATEST) == 1
        assert world.heads == []
        assert not Arrival.objects.exists()


@pytest.mark.parametrize("is_on", [False, True], ids=["off", "on"])
def test_the_privacy_notice_says_what_is_asked_of_others_where_it_is_on(
    client: Client, monkeypatch: pytest.MonkeyPatch, is_on: bool
) -> None:
    monkeypatch.setattr(settings, "LOOKUPS", is_on)
    monkeypatch.setattr(settings, "LINK_CHECKS", is_on)

    page = client.get("/privacy/").content.decode()

    assert ("Public registers, only if you let us ask" in page) is is_on
    assert ("only if you let us ask it about a link" in page) is is_on
    assert ("it opens no link" in page) is not is_on
    assert trouble(page) == []
