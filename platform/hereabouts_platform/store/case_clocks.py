"""The clocks of a case in the store, row by row; what came out differently before is kept too."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from hereabouts_platform.cases.clocks.awareness import AwarenessPolicy
from hereabouts_platform.cases.clocks.clock import Clock, ClockState
from hereabouts_platform.evidence.case_file import Landlord
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.alert import Level

SQL = load("case_clocks")

Row = dict[str, Any]
_OF_THE_MOMENT = ("working_days_left", "hours_left", "owed")


@dataclass(frozen=True, kw_only=True, slots=True)
class CasePolicy:
    """What settings say of cases.

    Attributes:
        nation: whose law the clocks go by.
        awareness: what counts as becoming aware.
        least: from which level on an alert becomes a case by itself.
        landlord: who writes to tenants.
    """

    nation: str = "england"
    awareness: AwarenessPolicy = AwarenessPolicy.ALERT_RAISED
    least: Level = Level.ACT
    landlord: Landlord = field(default_factory=Landlord)


def next_due(clocks: Sequence[Clock]) -> datetime | None:
    """The deadline that comes first of those that something is owed for yet, those that have passed included."""
    return min((c.due for c in clocks if c.owed and c.due is not None and not c.second_reading), default=None)


def keep_clocks(connection: Connection, case_id: int, clocks: Sequence[Clock], last_event: int) -> None:
    """Make the clocks that stand be these: rows that say the same stay, others are superseded and written anew."""
    standing = {key: (number, says) for number, key, says in connection.execute(SQL["standing"], {"case": case_id})}
    says = {clock.key: _as_json(clock) for clock in clocks}
    gone = [number for key, (number, said) in standing.items() if says.get(key) != said]
    if gone:
        connection.execute(SQL["supersede"], {"ids": gone})
    new = [clock for clock in clocks if clock.key not in standing or standing[clock.key][1] != says[clock.key]]
    if new:
        columns = {
            "keys": [clock.key for clock in new],
            "names": [clock.name for clock in new],
            "states": [says[clock.key]["state"] for clock in new],
            "starts": [clock.start_event for clock in new],
            "dues": [clock.due for clock in new],
            "mets": [clock.met_at for clock in new],
            "met_bys": [clock.met_by for clock in new],
            "hashes": [clock.rule_sha256 for clock in new],
            "says": [Jsonb(says[clock.key]) for clock in new],
        }
        connection.execute(SQL["add"], {"case": case_id, "event": last_event, **columns})


def clock_history(connection: Connection, case_id: int) -> list[Row]:
    """Every clock that was ever worked out for a case: key, says, computed_at, computed_after, superseded_at."""
    return connection.cursor(row_factory=dict_row).execute(SQL["history"], {"case": case_id}).fetchall()


def _as_json(clock: Clock) -> dict[str, Any]:
    """A clock without what changes by the hour: one whose time is up says that it runs while something is owed for it,
    and `due` says the rest.
    """
    runs = clock.owed or clock.state is ClockState.RUNNING
    whole = {name: _plain(value) for name, value in asdict(clock).items() if name not in _OF_THE_MOMENT}
    return whole | {"state": ClockState.RUNNING.value if runs else clock.state.value}


def _plain(value: object) -> object:
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return value
