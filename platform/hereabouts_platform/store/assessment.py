"""Where the assessment of homes stands: what is to be done anew, states of the reckoning, days as they were said.

Role jobs, one run at a time, each call inside `acting()`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from hereabouts_platform.homes.figures import Figures
from hereabouts_platform.homes.limits import Limits
from hereabouts_platform.homes.record import FAULTS, FORM, LEVELS, Record, from_bytes, to_bytes
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("assessment")

EPOCH = date(1970, 1, 1)
DAYS_KEPT = 8  # whose states stay, beside the first of each month
_FIGURES = ("air_day", "air_week", "air_month", "surface_day", "surface_week", "surface_month", "temperature_day",
            "temperature_week", "mould_low", "mould_high", "sensor_low", "sensor_high", "rate", "visible_in",
            "visible_from")  # fmt: skip


def day_of(at: date) -> int:
    """Days since 1970."""
    return (at - EPOCH).days


def date_of(day: int) -> date:
    """The day so many days after 1970 began."""
    return EPOCH + timedelta(days=day)


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """Where the reckoning of a room stood at the end of a day."""

    day: int
    facts: bytes
    state: bytes


def plan_simply(connection: Connection) -> None:
    """Have this transaction's statements planned without compiling them, which takes longer than running them."""
    connection.execute(SQL["plan_simply"])


def note_touched(connection: Connection, datastreams: Sequence[int], from_at: Sequence[datetime]) -> None:
    """Note from when on hours of datastreams were worked out anew; in the transaction that does it."""
    connection.execute(SQL["note_touched"], {"ids": list(datastreams), "froms": list(from_at)})


def take_touched(connection: Connection, before: datetime) -> dict[str, int]:
    """Turn what was worked out anew before an hour into homes that are due; returns stations touched, with the day."""
    connection.execute(SQL["touched_homes"], {"before": before})
    stations = connection.execute(SQL["touched_stations"], {"before": before}).fetchall()
    connection.execute(SQL["forget_touched"])
    return {station: day_of(day) for station, day in stations}


def mark_due(connection: Connection, homes: Mapping[str, int]) -> None:
    """Let homes be assessed anew from a day on."""
    if homes:
        days = [date_of(day) for day in homes.values()]
        connection.execute(SQL["mark_due"], {"homes": list(homes), "days": days})


def homes_due(connection: Connection) -> list[str]:
    """Homes that are to be assessed anew."""
    return [home for (home,) in connection.execute(SQL["homes_due"])]


def due_from(connection: Connection, homes: Sequence[str]) -> dict[str, int]:
    """From which day on homes are due; those that are not are left out."""
    return {home: day_of(day) for home, day in connection.execute(SQL["due"], {"homes": list(homes)})}


def done(connection: Connection, homes: Sequence[str]) -> None:
    """What was due of these homes is done."""
    connection.execute(SQL["done"], {"homes": list(homes)})


def progress(connection: Connection) -> datetime | None:
    """The hour up to which all rooms were assessed; None before the first time."""
    row = connection.execute(SQL["progress"]).fetchone()
    return row[0] if row else None


def move_on(connection: Connection, hour: datetime) -> None:
    """All rooms were assessed up to this hour; states that nobody needs any more go."""
    connection.execute(SQL["move_on"], {"hour": hour})
    connection.execute(SQL["thin_states"], {"before": hour.astimezone(UTC).date() - timedelta(days=DAYS_KEPT)})


def first_days(connection: Connection, places: Sequence[str]) -> dict[str, int]:
    """The first day (UTC) of each place's readings; places without any are left out."""
    rows = connection.execute(SQL["first_hours"], {"places": list(places)})
    return {place: day_of(hour.astimezone(UTC).date()) for place, hour in rows}


def newest_states(connection: Connection, before: Mapping[str, int]) -> dict[str, State]:
    """The newest state of each place before a day of its own, of this form; places without one are left out."""
    asked = {"places": list(before), "days": [date_of(day) for day in before.values()]}
    return {
        place: State(day=day_of(day), facts=facts, state=state)
        for place, day, form, facts, state in connection.cursor(binary=True).execute(SQL["states"], asked)
        if form == FORM
    }


def forget_states(connection: Connection, since: Mapping[str, int]) -> None:
    """States of places from a day on go: they are reckoned anew."""
    if since:
        asked = {"places": list(since), "days": [date_of(day) for day in since.values()]}
        connection.execute(SQL["forget_states"], asked)


def forget_days(connection: Connection, before: Mapping[str, int]) -> None:
    """Days of places before a day go: nothing is known of them any more."""
    asked = {"places": list(before), "days": [date_of(day) for day in before.values()]}
    connection.execute(SQL["forget_days"], asked)


def keeps_state(day: int, today: int) -> bool:
    """Whether the state at the end of a whole day is kept."""
    return day < today and (day >= today - DAYS_KEPT or date_of(day).day == 1)


def save_states(connection: Connection, places: Sequence[str], facts: Sequence[bytes], record: Record) -> None:
    """Keep where the reckoning of rooms stands; all of one day."""
    values = {
        "day": date_of(int(record["day"][0])),
        "form": FORM,
        "places": list(places),
        "facts": list(facts),
        "states": [to_bytes(one) for one in record],
    }
    connection.execute(SQL["save_states"], values)


def records_of(states: Sequence[State]) -> Record:
    """The records of states, in their order."""
    return from_bytes([one.state for one in states])


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DaysSaid:
    """What was said of rooms on one day: records, figures, VPX5, the number of the station that spoke (-1 none)."""

    record: Record
    figures: Figures
    vpx5: Any
    faults: Any
    station: Any

    @property
    def day(self) -> int:
        """Days since 1970; all rooms have one day."""
        return int(self.record["day"][0])


def save_days(
    connection: Connection, places: Sequence[str], said: Sequence[DaysSaid], stations: Sequence[str], limits: Limits
) -> None:
    """Write down what was said of rooms, day by day; what was said of them before is put right."""
    columns = {name: np.concatenate([getattr(one.figures, name) for one in said]) for name in _FIGURES}
    names = ("day", "until", "covered", "cold_hours", "quiet", "night", "level", "standing")  # a record has much more
    records = {name: np.concatenate([one.record[name] for one in said]) for name in names}

    def whole(values: Any) -> Any:
        return np.asarray(values).astype(np.int32)

    count = len(places)
    values = {
        **columns,
        "places": list(places),
        "stations": list(stations),
        "levels": list(LEVELS),
        "faults": list(FAULTS),
        "version": limits.version,
        "hash": limits.hash,
        "place": whole(np.tile(np.arange(1, count + 1), len(said))),
        "station": whole(np.concatenate([one.station for one in said]) + 1),
        "vpx5": np.concatenate([one.vpx5 for one in said]),
        "night": records["night"].astype(np.float64),
        "fault_bits": whole(np.concatenate([one.faults @ (1 << np.arange(len(FAULTS))) for one in said])),
        "quiet": whole(records["quiet"]),
        **{name: whole(records[name]) for name in ("day", "until", "covered", "cold_hours")},
        **{f"l{n}": whole(records["level"][:, n]) + 1 for n in range(3)},
        **{f"s{n}": whole(records["standing"][:, n]) + 1 for n in range(3)},
    }
    connection.execute(SQL["save_days"], values)


def counts(connection: Connection, day: int) -> tuple[int, int]:
    """Rooms of a day, and how many of them nothing could be said of about damp."""
    row = connection.execute(SQL["counts"], {"day": date_of(day)}).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)
