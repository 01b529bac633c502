"""The job that forgets answers to webhooks once nobody asks for them any more."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.posts import forget_answered
from hereabouts_schemas.access import Action, Principal, Resource

KEPT_FOR = timedelta(days=1)


def purge_posts(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, int]:
    """Delete posts whose every record was answered more than a day ago; what waits stays, however old."""
    require(principal, Action.WRITE, Resource.UPLINKS)
    return {"records": forget_answered(connection, now - KEPT_FOR)}
