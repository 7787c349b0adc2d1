"""Any story of notes: whatever ends when, however late the workers are, one a day and none in the night."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from survivor_portal.cases import access, ending, entrusted
from survivor_portal.correspondence.handover import NotTaken, Taken, TryLater
from survivor_portal.followups import reminders, sending
from survivor_portal.followups.hours import Hours
from survivor_portal.followups.reminders import Wish
from survivor_portal.slips import due
from survivor_portal.slips.models import Slip
from tests.conftest import size

pytestmark = [pytest.mark.django_db(databases=["default", "keys"])]
# The clocks there go back on 1 November 2026 and forward on 14 March 2027.
ZONE = ZoneInfo("America/New_York")
BEGIN = datetime(2026, 10, 30, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

minutes = st.integers(1, 6 * 24 * 60)
# Wait, have the case open and plan anew with these ends, or let a worker do what is due.
steps = st.lists(
    st.one_of(
        st.tuples(st.just("plan"), st.integers(1, 3 * 24 * 60), st.lists(minutes, max_size=4)),
        st.tuples(st.just("work"), st.integers(1, 36 * 60), st.sampled_from(["takes", "later", "takes"])),
    ),
    min_size=2,
    max_size=14,
)
hours = st.integers(0, 23).flatmap(lambda a: st.integers(a + 1, 24).map(lambda b: Hours(a, b)))


# Not made smaller when it fails: with a database that takes minutes.
@given_settings(
    max_examples=size("note_stories"), deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(hours, steps)
def test_one_a_day_and_none_in_the_night_however_the_story_goes(
    hours: Hours, steps: list[tuple[str, int, list[int] | str]]
) -> None:
    access.prepare()
    case = access.open_new(BEGIN).session.case
    sent: list[datetime] = []
    asked = reminders.ask(case, Wish("her@mail.example", hours=hours), BEGIN, link=link)
    reminders.confirm(case, asked.number, BEGIN)
    now = BEGIN
    for _what, wait, more in steps:
        now += MINUTE * wait
        if isinstance(more, list):
            ends = [now + MINUTE * one for one in more]
            last_day = (now + timedelta(days=30)).date()
            reminders.replan(
                case, lambda ends=ends: ends, lambda _, day=last_day: day, now, zone=ZONE, link=link
            )
        else:
            works(now, more, sent)

    walls = [at.astimezone(ZONE) for at in sent]
    assert all(hours.first <= wall.hour < hours.last for wall in walls)
    assert len({wall.date() for wall in walls}) == len(walls)
    ending.erase_case(case.id, now)
    assert entrusted.of(case.id) == ()
    assert not Slip.objects.filter(kind=reminders.PURPOSE).exclude(state="done").exists()


def link(token: str) -> str:
    return f"https://notes.example/n/{token}/"


def works(now: datetime, answer: str, sent: list[datetime]) -> None:
    """What is due is done; the mail server takes all of it, or none for now."""

    def hand_over(mail: bytes, sender: str, to: str) -> Taken:
        if answer == "later":
            raise TryLater
        found = message_from_bytes(mail, policy=policy.default)
        if "test note" not in str(found.get_content()):
            sent.append(now)
        return Taken("OK")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "hand_over", hand_over)
        for claim in due.claim(now, kinds=[reminders.PURPOSE]):
            work = due.begin(claim.id, claim.token, now)
            assert work is not None
            try:
                due.done(work, now, sending.nudge(work, now))
            except due.NotYet as wait:
                due.done(work, now, again_at=wait.at)
            except (TryLater, NotTaken):
                due.failed(work, now)
