"""T16: thousands of granted cases; a page of the queue costs a few queries, in the order of what is due.

How long it takes is measured in `benchmarks/queue.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from survivor_portal.cases import access
from survivor_portal.takedowns import queue
from survivor_portal.takedowns.models import Takedown as Row
from survivor_portal.takedowns.next_action import NEVER
from survivor_portal.takedowns.queue_filters import Filters, Holder
from tests.crowd import a_crowd
from tests.desk import a_team, at_desk

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.database]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MOST = 10


@contextmanager
def queries() -> Iterator[list[str]]:
    """What both databases are asked meanwhile; how a transaction begins and ends is left out."""
    asked: list[str] = []
    with ExitStack() as stack:
        contexts = [stack.enter_context(CaptureQueriesContext(connections[name])) for name in connections]
        yield asked
        for context in contexts:
            asked += [q["sql"] for q in context.captured_queries if "SAVEPOINT" not in q["sql"]]


def test_t16_a_page_costs_few_queries_and_they_stand_in_the_order_of_what_is_due(
    sizes: Callable[[str], int],
) -> None:
    access.prepare()
    team, small = a_team(("Ana Li", "Ben Ode")), a_team(("Cy Ro",), name="Small")
    crowd = a_crowd(team, sizes("queue"), 10 * sizes("queue"), NOW)
    a_crowd(small, 20, 200, NOW, seed=2)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    ana, ben, cy = (at_desk(person, NOW) for person in (*team.people, *small.people))
    due = list(
        Row.objects.filter(next_action_at__lt=NEVER, case__grants__team_id=team.id)
        .order_by("next_action_at", "pk")
        .values_list("pk", flat=True)
    )
    assert len(due) > crowd.requests * 0.9

    with queries() as first_of_the_day:
        page = queue.page(ana, Filters(), NOW)
    with queries() as again:
        assert queue.page(ana, Filters(), NOW) == page
    last = queue.cursor(f"9998-01-01T00.{'f' * 32}")
    with queries() as far:
        end = queue.page(ana, Filters(), NOW, before=last)
    with queries() as mine:
        taken = queue.page(ben, Filters(holder=Holder.me), NOW)
    with queries() as few:
        own = queue.page(cy, Filters(), NOW)

    assert [item.line.id for item in page.items] == due[:50]
    assert [item.line.id for item in end.items] == due[-50:]
    assert len(taken.items) == 50
    assert {item.assignee for item in taken.items} == {team.people[1].id}
    assert len(own.items) == 50
    assert [len(again), len(first_of_the_day)] == [2, 6]
    assert max(map(len, (first_of_the_day, again, far, mine, few))) <= MOST
