"""Finding a bin as people speak of it: `the bin by the chip shop`."""

from datetime import date
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.places import contains
from hereabouts_platform.store.queries import load

SQL = load("bin_search")
LITTLE = frozenset(
    {"a", "an", "at", "bin", "bins", "by", "in", "near", "next", "of", "on", "opposite", "outside", "the", "to"}
)
"""Words that people say around a name; they count where bins are named so."""


def find_bins(connection: Connection, text: str, day: date, *, most: int) -> list[dict[str, Any]]:
    """Bins and bin sites by words of their names, their sites' names or ids, with what the plan of a day has of them.

    Rows are id, kind, name, site, is_planned, vehicle, begins_at, left_says. Where nothing has all the words, little
    ones are left out.
    """
    words = text.casefold().split()
    for asked in (words, [word for word in words if word not in LITTLE]):
        values = {"words": [contains(word) for word in asked], "day": day, "most": most}
        found = connection.cursor(row_factory=dict_row).execute(SQL["find"], values).fetchall() if asked else []
        if found:
            return found
    return []
