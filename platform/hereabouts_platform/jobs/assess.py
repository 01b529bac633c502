"""The job that looks at every home: facts from the store, the rule, alerts opened, updated and cleared."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.rules.part_f import HAZARD, assess, unmeasured
from hereabouts_platform.store.alerts import Changes, follow, open_alerts
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.facts import rooms_in_batches
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.alert import SubjectKind


def assess_homes(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, int]:
    """Assess every room and home as it stands at `now`; returns how many, what was found, and what changed.

    Only the present matters, so a missed window is not made up for. Rooms that have an open alert and no readings any
    more are assessed too: their alert stays open and says so. So are places with an open alert that no sensor measures
    any more because it was registered elsewhere or the place changed its kind: nobody else would ever speak for them.
    """
    require(principal, Action.WRITE, Resource.ALERTS)
    standing = open_alerts(connection, SubjectKind.PLACE, HAZARD)
    found: Counter[str] = Counter()
    changes = Changes()
    unmet = dict(standing)
    for rooms in rooms_in_batches(connection, now):
        assessments = [assess(room, now) for room in rooms]
        found.update(assessment.finding.value for assessment in assessments)
        changes += follow(connection, assessments, standing, now)
        for room in rooms:
            unmet.pop(room.place_id, None)
    silent = [unmeasured(place_id, alert.says.evidence) for place_id, alert in unmet.items()]
    changes += follow(connection, silent, standing, now)
    return {
        "rooms": found.total(),
        **found,
        "no_sensor": len(silent),
        "opened": changes.opened,
        "updated": changes.updated,
        "cleared": changes.cleared,
    }
