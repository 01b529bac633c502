"""Whether a vehicle class keeps within the limits of size and weight on a street, each way. Pure.

Read carefully: limits that hold at certain times are taken to hold always, and a limit that cannot be read is taken to
be broken, and listed. Physical limits (height, width) are never passed. Weight and length limits that except vehicles
with something to do there (`none @ destination`) leave the street open to reach a place in it, as signs in Britain do.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from hereabouts_platform.roads.measures import NO_LIMIT, kilograms, metres
from hereabouts_platform.roads.vehicles import VehicleClass

WAYS = ("forward", "backward")
TO_REACH = frozenset({"destination", "delivery", "deliveries", "access", "loading", "unloading"})
_KINDS = {
    "maxheight": "height_m",
    "maxwidth": "width_m",
    "maxlength": "length_m",
    "maxweight": "weight_kg",
    "maxweightrating": "weight_kg",
}
_EXCEPTING = ("maxlength", "maxweight", "maxweightrating")
_SIGNED = {"physical", "signed", "legal"}
_CLAUSE = re.compile(r"\s*([^@;]+?)\s*@\s*(\([^)]*\)|[^;]*)\s*(?:;|$)")
_SIZE_RULE = re.compile(r"(weight|height|width|length)\s*(>=?)\s*(\d+(?:\.\d+)?)")


class Use(IntEnum):
    """How a street may be used, best first."""

    OPEN = 0
    TO_REACH = 1  # to get to a place there, not to pass through
    SHUT = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What one tag means for a vehicle: for which way along the street (None: both), how it may be used, and why.

    Attributes:
        tag: as it stands on the map, key=value.
        is_read: False for a value that could not be read, and was taken for a restriction.
    """

    way: str | None
    use: Use
    tag: str
    is_read: bool = True


def clauses(text: str) -> list[tuple[str, str]] | None:
    """The (value, condition) pairs of a conditional tag; None where it is not of that form."""
    found, end = [], 0
    for match in _CLAUSE.finditer(text):
        if match.start() != end:
            return None
        found.append((match[1].lower(), match[2].strip("() ").lower()))
        end = match.end()
    return found if end == len(text) and found else None


def concerns(condition: str, vehicle: VehicleClass) -> bool:
    """Whether a condition can be true of the vehicle; False only where a size or weight in it plainly excludes it."""
    sizes = {
        "weight": vehicle.weight_kg / 1000,
        "height": vehicle.height_m,
        "width": vehicle.width_m,
        "length": vehicle.length_m,
    }
    for kind, sign, limit in _SIZE_RULE.findall(condition):
        own = sizes[kind]
        if own < float(limit) or (own == float(limit) and sign == ">"):
            return False
    return True


def size_findings(tags: Mapping[str, str], vehicle: VehicleClass) -> Iterator[Finding]:
    """What the limits of a way or a node mean for the vehicle: those it breaks, and those that cannot be read."""
    for key, value in tags.items():
        kind, *rest = key.split(":")
        if kind not in _KINDS or not _applies(rest, vehicle):
            continue
        way = next((part for part in rest if part in WAYS), None)
        if "conditional" in rest:
            yield from _conditional(kind, f"{key}={value}", value, way, vehicle)
        else:
            yield from _plain(key, way, tags, vehicle)
    yield from _narrow(tags, vehicle)


def _narrow(tags: Mapping[str, str], vehicle: VehicleClass) -> Iterator[Finding]:
    """A carriageway measured narrower than the vehicle. One that cannot be read is no sign, and says nothing."""
    wide = metres(tags.get("width", "none")) if "highway" in tags else None
    if wide is not None and wide < vehicle.width_m:
        yield Finding(way=None, use=Use.SHUT, tag=f"width={tags['width']}")


def _applies(rest: list[str], vehicle: VehicleClass) -> bool:
    known = _SIGNED | {*WAYS, "conditional", "hgv" if vehicle.hgv else "goods"}
    return all(part in known for part in rest)


def _plain(key: str, way: str | None, tags: Mapping[str, str], vehicle: VehicleClass) -> Iterator[Finding]:
    kind, value = key.partition(":")[0], tags[key]
    verdict = _breaks(kind, value, vehicle)
    if verdict is False:
        return
    excepted = verdict and kind in _EXCEPTING and _excepts(tags.get(f"{key}:conditional", ""), kind, vehicle)
    use = Use.TO_REACH if excepted else Use.SHUT
    yield Finding(way=way, use=use, tag=f"{key}={value}", is_read=verdict is not None)


def _conditional(kind: str, tag: str, value: str, way: str | None, vehicle: VehicleClass) -> Iterator[Finding]:
    pairs = clauses(value)
    if pairs is None:
        yield Finding(way=way, use=Use.SHUT, tag=tag, is_read=False)
        return
    for limit, condition in pairs:
        verdict = _breaks(kind, limit, vehicle) if concerns(condition, vehicle) else False
        if verdict is not False:
            yield Finding(way=way, use=Use.SHUT, tag=tag, is_read=verdict is not None)


def _excepts(conditional: str, kind: str, vehicle: VehicleClass) -> bool:
    """Whether the vehicle is excepted where it has something to do in the street."""
    return any(
        condition in TO_REACH and _breaks(kind, limit, vehicle) is False
        for limit, condition in clauses(conditional) or []
    )


def _breaks(kind: str, value: str, vehicle: VehicleClass) -> bool | None:
    """Whether the vehicle breaks the limit; None where it cannot be read."""
    limit = kilograms(value) if "weight" in kind else metres(value)
    if limit is None:
        return None
    return limit != NO_LIMIT and float(getattr(vehicle, _KINDS[kind])) > limit
