"""Two people, or a person and a job, at one depot's day at the same time, or at one bin from two depots."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from time import monotonic, sleep

import pytest
from made_plan import made_plan, published, put_places

from hereabouts_platform.rounds.publishing import publish_draft
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_platform.store.outcomes import Outcome, OutcomeKind, report
from hereabouts_platform.store.plans import Kept, PlannedAlready, keep_draft, publish
from hereabouts_schemas.access import Principal
from hereabouts_schemas.errors import NotNow

DAY = date(2026, 3, 3)
SEVEN = datetime(2026, 3, 3, 7, tzinfo=UTC)


@pytest.fixture
def by(town) -> Principal:
    put_places(town.owner)
    return principal_named(town.owner, "system:command")


def draft(town, by: Principal, depot: str = "yard") -> Kept:
    with acting(town.owner, by.id):
        return keep_draft(town.owner, by, published(made_plan(DAY)), depot, checked=True)


def test_a_plan_that_was_to_be_the_first_leaves_the_day_to_whoever_was_first(town, by: Principal) -> None:
    draft(town, by)
    with acting(town.owner, by.id), pytest.raises(PlannedAlready, match="yard has a plan of 2026-03-03 already"):
        keep_draft(town.owner, by, published(made_plan(DAY)), "yard", checked=True, first=True)


def test_a_draft_that_a_person_left_lying_is_not_published_over_what_happened_since(town, by: Principal) -> None:
    stands, stale = draft(town, by), draft(town, by)
    moved = replace(made_plan(DAY), rounds=made_plan(DAY).rounds[1:])
    with acting(town.owner, by.id):
        publish_draft(town.owner, by, stands.id, SEVEN)
        other = keep_draft(town.owner, by, published(moved), "yard", checked=True)
        visit = town.owner.execute("SELECT id FROM visit WHERE key = 'b1'").fetchone()[0]
        told = Outcome(visit=visit, client_id="1", kind=OutcomeKind.EMPTIED, at=SEVEN)
        report(town.owner, by, told, SEVEN)
    with acting(town.owner, by.id), pytest.raises(NotNow, match=r"Market was reported on since.* Make a plan anew"):
        publish_draft(town.owner, by, other.id, SEVEN)
    with acting(town.owner, by.id), pytest.raises(NotNow, match="all its shifts are over"):
        publish_draft(town.owner, by, stale.id, SEVEN + timedelta(hours=7))
    with acting(town.owner, by.id):
        assert publish_draft(town.owner, by, stale.id, SEVEN).state == "published", "it moves nothing that was done"


def test_two_depots_that_publish_at_once_do_not_both_get_a_visit(town, by: Principal) -> None:
    town.owner.execute("INSERT INTO place (id, kind, name, lon, lat) VALUES ('quay', 'depot', 'Quay', -1.5, 53.9)")
    first, second = draft(town, by), draft(town, by, "quay")
    refused: list[str] = []

    def elsewhere() -> None:
        with connect(town.url, DatabaseRole.OWNER) as owner, acting(owner, by.id):
            try:
                publish(owner, by, second.id)
            except NotNow as error:
                refused.append(str(error))

    with connect(town.url, DatabaseRole.OWNER) as owner:
        thread = Thread(target=elsewhere)
        with acting(owner, by.id):
            publish(owner, by, first.id)
            thread.start()
            until = monotonic() + 20
            while not town.owner.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
                assert monotonic() < until
                sleep(0.01)
        thread.join(20)
    assert refused == ["The visit b1 is in the plan of yard of that day. A visit is in one plan a day."]
