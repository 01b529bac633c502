"""The job that checks the books of ingest: the door, the outcomes and the raw batches must tell the same numbers."""

from collections.abc import Mapping
from datetime import datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.rules.accounting import HAZARD, assess_source
from hereabouts_platform.store.accounting import check_hours, read_batches, standing
from hereabouts_platform.store.alerts import follow, open_alerts
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.alert import SubjectKind


def check_books(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, int]:
    """Check what came in since the last run, and what did not agree before; open and clear alerts on sources.

    It goes on where the last run stopped, so a missed window is made up for by the next.
    """
    require(principal, Action.WRITE, Resource.ALERTS)
    read = read_batches(connection)
    hours = check_hours(connection, read.hours, now)
    books = standing(connection)
    assessments = [assess_source(name, differing, agreed, now) for name, (differing, agreed) in books.items()]
    changes = follow(connection, assessments, open_alerts(connection, SubjectKind.SOURCE, HAZARD), now)
    return {
        "batches": read.batches,
        "faulty_batches": read.faulty,
        "hours": hours,
        "hours_differing": sum(len(differing) for differing, _ in books.values()),
        "opened": changes.opened,
        "updated": changes.updated,
        "cleared": changes.cleared,
    }
