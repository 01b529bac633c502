"""The job that finds which places the rows of datasets name, once places or areas have changed."""

from collections.abc import Mapping
from datetime import datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.datasets import link, to_link
from hereabouts_schemas.access import Action, Principal, Resource


def link_datasets(connection: Connection, principal: Principal, _window: datetime, _now: datetime) -> Mapping[str, int]:
    """Link every vintage anew whose links may be out of date; returns how many, and how many rows changed."""
    require(principal, Action.WRITE, Resource.DATASETS)
    vintages = to_link(connection)
    return {"vintages": len(vintages), "rows": sum(link(connection, *vintage) for vintage in vintages)}
