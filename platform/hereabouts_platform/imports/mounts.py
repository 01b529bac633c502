"""How a device is mounted: the keys of `mount` that Hereabouts reads are checked, all others are kept as they are."""

from collections.abc import Mapping
from math import isfinite

from hereabouts_platform.imports.cells import is_name
from hereabouts_platform.imports.report import Cause
from hereabouts_platform.imports.tables import RowRefused


def checked_mount(mount: Mapping[str, object]) -> dict[str, object]:
    """The mount with its room's name trimmed (single blanks inside).

    Raises:
        RowRefused: `room` is no name, `bin_depth_mm` no positive number (mm), `bin_full_mm` not from 0 to under that
            depth, or `f_rsi` not within 0 to 1.
    """
    checked = dict(mount)
    if "room" in mount:
        checked["room"] = _room(mount["room"])
    if "bin_depth_mm" in mount and not _is_number(mount["bin_depth_mm"], above=0, most=float("inf")):
        raise RowRefused(
            Cause.RANGE,
            "mount.bin_depth_mm must be a number of millimetres above 0, from the sensor's face to the floor.",
        )
    if "bin_full_mm" in mount and not _is_line(mount["bin_full_mm"], mount.get("bin_depth_mm")):
        raise RowRefused(
            Cause.RANGE,
            "mount.bin_full_mm must be a number of millimetres, from the sensor's face to the line at which the bin "
            "counts as full: 0 or more, and less than mount.bin_depth_mm.",
        )
    if "f_rsi" in mount and mount["f_rsi"] != 0 and not _is_number(mount["f_rsi"], above=0, most=1):
        raise RowRefused(Cause.RANGE, "mount.f_rsi must be a number from 0 to 1, like 0.75.")
    return checked


def _room(found: object) -> str:
    name = " ".join(found.split()) if isinstance(found, str) else ""
    if not name or not is_name(name):
        raise RowRefused(
            Cause.WRONG_SHAPE, "mount.room must be the room's name, a short text. Leave it out if there is none."
        )
    if "/" in name:
        raise RowRefused(Cause.WRONG_SHAPE, f"mount.room {name!r} holds a slash. Name the room without one.")
    return name


def _is_line(found: object, depth: object) -> bool:
    if isinstance(found, bool) or not isinstance(found, int | float) or not isinstance(depth, int | float):
        return False
    return 0 <= found < depth


def _is_number(found: object, *, above: float, most: float) -> bool:
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    return isfinite(found) and above < found <= most
