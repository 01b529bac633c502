"""What stands in the store, as things that somebody should know of."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from hereabouts_platform.cases.clocks.book_file import load_book
from hereabouts_platform.cases.clocks.words import say_day
from hereabouts_platform.cases.clocks.working_days import BeyondKnownDays, civil_day, end_of
from hereabouts_platform.rules.device_alerts import SILENT
from hereabouts_platform.rules.digest import Group, Item
from hereabouts_platform.rules.hazard_words import LEVELS, RANKS, say_hazard
from hereabouts_platform.rules.wording import say_time
from hereabouts_platform.store import notices as store
from hereabouts_platform.store import proof
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.alert import Level

WORKING_DAYS_AHEAD = 3


def alert_items(connection: Connection) -> list[Item]:
    """Open alerts on places, the worst first, the longest open first among them."""
    rows = store.open_on_places(connection)
    return [_of_alert(row) for row in sorted(rows, key=lambda row: -RANKS[Level(row["level"])])]


def silent_items(connection: Connection) -> list[Item]:
    """Homes of which something cannot be said, the longest first."""
    return [
        Item(
            key=f"silent {row['home']}",
            group=Group.SILENT,
            rank=1,
            line=f"{row['home_name']}: noticed {say_time(row['since'])}",
            path=_page(row["home"]),
            patch=row["patch"],
        )
        for row in store.silent_homes(connection, SILENT)
    ]


def clock_items(connection: Connection, now: datetime, until: datetime) -> list[tuple[Item, int | None]]:
    """Dates of open cases that were missed at `now` or are due by `until`, and whose case each is."""
    return [(_of_clock(row, now), row["assignee"]) for row in store.nearing(connection, until)]


def relapse_items(connection: Connection) -> list[tuple[Item, int | None]]:
    """Rooms of cases in which it came back after the works, and whose case each is."""
    return [(_of_relapse(row), row["assignee"]) for row in proof.came_back(connection)]


def soon(now: datetime, nation: str) -> datetime:
    """The end of the third working day from now; beyond known bank holidays, of the fifth day."""
    day = civil_day(now)
    try:
        return end_of(load_book(nation).on(day).working_days.after(day, WORKING_DAYS_AHEAD))
    except BeyondKnownDays:
        return end_of(day + timedelta(days=WORKING_DAYS_AHEAD + 2))


def _of_clock(row: dict[str, Any], now: datetime) -> Item:
    is_missed = row["due"] <= now
    when = say_time(row["due"]) if row["due"] != end_of(row["due_on"]) else say_day(row["due_on"])
    what = row["title"][:1].lower() + row["title"][1:]
    return Item(
        key=f"clock {row['case']}/{row['key']}",
        group=Group.MISSED if is_missed else Group.DUE,
        rank=2 if is_missed else 1,
        line=f"{row['home_name']}: {what}, {'was due' if is_missed else 'by'} {when}",
        path=_page(row["home"]),
        patch=row["patch"],
    )


def _of_relapse(row: dict[str, Any]) -> Item:
    where = row["home_name"] if row["place"] == row["home"] else f"{row['home_name']}, {row['place_name']}"
    return Item(
        key=f"relapse {row['case']} {row['place']}",
        group=Group.ALERT,
        rank=RANKS[Level.ACT],
        line=f"{where}: {say_hazard(row['hazard'])}, came back after the works ({say_day(row['on'])})",
        path=_page(row["home"]),
        patch=row["patch"],
    )


def _of_alert(row: dict[str, Any]) -> Item:
    level = Level(row["level"])
    where = ", ".join(name for name in (row["parent_name"], row["place_name"]) if name)
    return Item(
        key=f"alert {row['id']}",
        group=Group.ALERT,
        rank=RANKS[level],
        line=f"{where}: {say_hazard(row['hazard'])} ({LEVELS[level]}, since {say_time(row['opened_at'])})",
        path=_page(row["home"] or row["place"]),
        patch=row["patch"],
    )


def _page(place: str) -> str:
    return f"/places/{quote(place)}"
