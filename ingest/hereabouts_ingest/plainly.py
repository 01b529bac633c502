"""The short way through a frame of plain numbers, as nearly every frame is: the same values for a third of the work.

Whatever asks for a closer look (a text, a list, a history, a maker's mark, a value out of range, the depth of a bin, a
device that was nowhere) gives None here and goes the long way, by `extract` and `normalise`, which say what was wrong
with it. A property test holds the two ways to each other.
"""

from collections.abc import Mapping
from math import isclose
from typing import NamedTuple

from hereabouts_ingest.extract import simple_fields
from hereabouts_ingest.normalise import Frame
from hereabouts_ingest.units import UnitError, conversion
from hereabouts_schemas.message import Value
from hereabouts_schemas.profile import FieldSpec, Profile
from hereabouts_schemas.quantity import QUANTITIES

_WIDEST = 1e15  # beyond it a whole number is no float any more


class _Read(NamedTuple):
    """One field of a flat object, ready to be read."""

    name: str
    quantity: str
    channel: str
    times: float
    over: float
    plus: float
    low: float
    high: float
    marks: tuple[float, ...]
    public_only: bool


_Reads = dict[tuple[str, ...], tuple[_Read, ...]]

# The last of each profile's id, then by the names of the fields, which devices send over and over.
_known: dict[str, tuple[Profile, _Reads]] = {}
_MOST_NAMES = 500


def plain_values(profile: Profile, fields: Mapping[str, object], frame: Frame) -> tuple[Value, ...] | None:
    """The values of a flat object in which all is as it should be; None where that is not so."""
    deployment = frame.deployment
    reads = _reads(profile, tuple(fields))
    if not reads or deployment is None:
        return None
    values = []
    for name, quantity, channel, times, over, plus, low, high, marks, public_only in reads:
        raw = fields[name]
        if (type(raw) is not float and type(raw) is not int) or not -_WIDEST < raw < _WIDEST:
            return None
        value = raw * times / over + plus  # as Conversion.apply
        if not low <= value <= high or (public_only and deployment.in_home):
            return None
        if marks and any(isclose(raw, mark, rel_tol=1e-9, abs_tol=1e-12) for mark in marks):
            return None
        values.append(
            Value(deployment_id=deployment.id, quantity=quantity, channel=channel, time=frame.at, value=value)
        )
    return tuple(values)


def _reads(profile: Profile, names: tuple[str, ...]) -> tuple[_Read, ...]:
    """How to read an object of these names; nothing where it needs the long way whatever it says."""
    known = _known.get(profile.id)
    if known is None or known[0] is not profile:
        known = _known[profile.id] = (profile, {})
    by_names = known[1]
    reads = by_names.get(names)
    if reads is None:
        if len(by_names) >= _MOST_NAMES:
            by_names.clear()
        reads = by_names[names] = _plan(profile, names)
    return reads


def _plan(profile: Profile, names: tuple[str, ...]) -> tuple[_Read, ...]:
    found = simple_fields(profile, names)
    slots = {(spec.quantity, spec.channel) for _, spec in found}
    measures_distance = any(spec.quantity == "distance" for _, spec in found)  # a bin's fill level may follow from it
    if len(slots) < len(found) or measures_distance or profile.history in names:
        return ()
    try:
        return tuple(_read(name, spec) for name, spec in found)
    except UnitError:
        return ()


def _read(name: str, spec: FieldSpec) -> _Read:
    quantity = QUANTITIES[spec.quantity]
    convert = conversion(spec.unit, quantity.unit, spec.scale)
    return _Read(
        name=name,
        quantity=quantity.name,
        channel=spec.channel,
        times=convert.times,
        over=convert.over,
        plus=convert.plus,
        low=quantity.low,
        high=quantity.high,
        marks=tuple(mark for mark in (*spec.sentinels, *spec.absent) if not isinstance(mark, str)),
        public_only=quantity.public_only,
    )
