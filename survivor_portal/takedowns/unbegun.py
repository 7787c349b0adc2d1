"""Which cases have no request yet: they stand in no queue. Seen by the rows alone, nothing is opened."""

from django.db.models import Exists, OuterRef, Q

from survivor_portal.takedowns.models import Takedown


def of_grants() -> Q:
    """What keeps only grants of cases without any request, for `cases.grant_pages.lines`."""
    return Q(~Exists(Takedown.objects.filter(case_id=OuterRef("case_id"))))
