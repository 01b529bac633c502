"""The job that looks at every deployed device: facts from the store, the rules, what was found kept, alerts.

Silence is worked out here from what is stored, on a clock of its own, never by timers that race with messages.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.rules import feed_silence
from hereabouts_platform.rules.alert_life import OpenAlert
from hereabouts_platform.rules.device_alerts import HAZARDS, assess_device, taken_down
from hereabouts_platform.rules.device_health import examine
from hereabouts_platform.rules.feed_silence import assess_feed
from hereabouts_platform.rules.health import health
from hereabouts_platform.store.alerts import Changes, follow, open_alerts
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.device_facts import devices_in_batches, read_feeds
from hereabouts_platform.store.device_health import forget_others, save_conditions
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.alert import Assessment, SubjectKind

Standing = dict[str, dict[str, OpenAlert]]


def assess_devices(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, int]:
    """Assess every device that is deployed at `now`; returns how many are live, late and so on, and what changed.

    Only the present matters, so a missed window is not made up for. A device that is deployed no more is forgotten, and
    what stood open on it is cleared.
    """
    require(principal, Action.WRITE, Resource.ALERTS)
    standing: Standing = {hazard: open_alerts(connection, SubjectKind.DEVICE, hazard) for hazard in HAZARDS}
    left = {hazard: dict(alerts) for hazard, alerts in standing.items()}
    feeds = read_feeds(connection, now)
    found: Counter[str] = Counter()
    changes = Changes()
    for batch in devices_in_batches(connection, feeds, now):
        examined = [(facts, examine(facts, now)) for facts in batch]
        save_conditions(connection, examined, now)
        found.update(health(f.heard_at, f.deployed_from, c.allowed, now).value for f, c in examined)
        said = [one for facts, condition in examined for one in assess_device(facts, condition, now)]
        changes += _follow(connection, said, standing, now)
        for facts in batch:
            for alerts in left.values():
                alerts.pop(facts.device_id, None)
    gone = [
        taken_down(device, hazard, a.says.evidence) for hazard, alerts in left.items() for device, a in alerts.items()
    ]
    changes += _follow(connection, gone, standing, now)
    forget_others(connection, now)
    silent_feeds = open_alerts(connection, SubjectKind.SOURCE, feed_silence.HAZARD)
    changes += follow(connection, [assess_feed(feed, now) for feed in feeds.facts.values()], silent_feeds, now)
    counts = {"opened": changes.opened, "updated": changes.updated, "cleared": changes.cleared}
    return {"devices": found.total(), **found, **counts}


def _follow(connection: Connection, said: list[Assessment], standing: Standing, now: datetime) -> Changes:
    changes = Changes()
    for hazard in HAZARDS:
        of_hazard = [assessment for assessment in said if assessment.hazard == hazard]
        changes += follow(connection, of_hazard, standing[hazard], now)
    return changes
