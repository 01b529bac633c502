"""The job that keeps hours and days of readings up to date with everything that came, changed or went."""

from collections.abc import Mapping
from datetime import datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.rollup import gather_day, note_batches, spans_left, work_out
from hereabouts_schemas.access import Action, Principal, Resource


def roll_up(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, int]:
    """Note what new batches touched, and work out the oldest of what is noted; returns how much, and what is left.

    It goes on where the last run stopped, so a missed window is made up for by the next. A run looks at about 300,000
    hours at most: after a large import it takes several. A day that is over is gathered, one a run.
    """
    require(principal, Action.WRITE, Resource.READINGS)
    batches = note_batches(connection)
    hours, gathered = work_out(connection), gather_day(connection, now)
    return {"batches": batches, "hours": hours, "spans_left": spans_left(connection), "gathered": gathered}
