"""What stands in the store, as things that somebody should know of."""

from typing import Any
from urllib.parse import quote

from hereabouts_platform.rules.device_alerts import SILENT
from hereabouts_platform.rules.digest import Group, Item
from hereabouts_platform.rules.hazard_words import LEVELS, RANKS, say_hazard
from hereabouts_platform.rules.wording import say_time
from hereabouts_platform.store import notices as store
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.alert import Level


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
        )
        for row in store.silent_homes(connection, SILENT)
    ]


def _of_alert(row: dict[str, Any]) -> Item:
    level = Level(row["level"])
    where = ", ".join(name for name in (row["parent_name"], row["place_name"]) if name)
    return Item(
        key=f"alert {row['id']}",
        group=Group.ALERT,
        rank=RANKS[level],
        line=f"{where}: {say_hazard(row['hazard'])} ({LEVELS[level]}, since {say_time(row['opened_at'])})",
        path=_page(row["home"] or row["place"]),
    )


def _page(place: str) -> str:
    return f"/places/{quote(place)}"
