"""What a message from a home holds is for administrators: it can tell more than the readings that became of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from hereabouts_platform.access.policy import may
from hereabouts_schemas.access import Action, Principal, Resource

WITHHELD = (
    "The bytes of a message from a home, or from a device that may be in one, may tell more than the readings that are "
    "kept of it (whether somebody is in, whose home it is), so only administrators see them."
)


def without_bytes_of_homes(rows: Iterable[Mapping[str, Any]], principal: Principal) -> list[dict[str, Any]]:
    """Rows of the quarantine as this principal may see them: of homes the bytes and values stay with administrators.

    So do those of devices that are not known to be elsewhere: what waits as not registered is, as often as not, a
    sensor that was fitted in a home this morning.
    """
    sees_all = may(principal, Action.ADMINISTER, Resource.QUARANTINE)
    hidden = {"payload": b"", "raw": "", "withheld": WITHHELD}
    shown = []
    for row in rows:
        kept = {name: value for name, value in row.items() if name != "elsewhere"}
        shown.append({**kept, "withheld": None} if sees_all or row["elsewhere"] else {**kept, **hidden})
    return shown
