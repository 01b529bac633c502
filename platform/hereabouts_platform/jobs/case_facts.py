"""The job that copies into each case the facts that it rests on, before their readings and raw batches go."""

from collections.abc import Mapping
from datetime import datetime

from hereabouts_platform.store.case_evidence import copy_facts
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.access import Principal


def copy_case_facts(
    connection: Connection, principal: Principal, _window: datetime, now: datetime
) -> Mapping[str, int]:
    """Copy what came since the last step of each case in which something happened; returns into how many cases.

    Only the present matters, so a missed window is not made up for. It commits case by case.
    """
    return {"cases": copy_facts(connection, principal, now)}
