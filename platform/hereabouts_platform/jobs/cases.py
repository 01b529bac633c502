"""The jobs' part in cases: what settings say of them, and the facts that each rests on, before those go."""

from collections.abc import Mapping
from datetime import datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.case_clocks import CasePolicy
from hereabouts_platform.store.case_events import set_policy
from hereabouts_platform.store.case_evidence import copy_facts
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_schemas.access import Action, Principal, Resource


def keep_policy(connection: Connection, principal: Principal, policy: CasePolicy) -> None:
    """Write down what the settings say of cases, so that every process goes by the same."""
    require(principal, Action.ADMINISTER, Resource.CASES)
    with acting(connection, principal.id):
        set_policy(connection, policy)


def copy_case_facts(
    connection: Connection, principal: Principal, _window: datetime, now: datetime
) -> Mapping[str, int]:
    """Copy what came since the last step of each case in which something happened; returns into how many cases.

    Only the present matters, so a missed window is not made up for. It commits case by case.
    """
    return {"cases": copy_facts(connection, principal, now)}
