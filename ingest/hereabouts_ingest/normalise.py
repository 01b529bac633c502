"""From a found value to a reading's value in the vocabulary's unit, or a refusal that says why.

Tried in this order: is it a value at all, may it be kept of that place, its time, the maker's sentinel, a number, its
unit, the plausible range, and whether the device was anywhere at that instant.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from math import inf

from hereabouts_ingest.clocks import is_credible
from hereabouts_ingest.extract import Found
from hereabouts_ingest.refusal import Refusal
from hereabouts_ingest.storable import as_text, storable
from hereabouts_ingest.units import UnitError, conversion, say, ucum
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.message import Refused, Value
from hereabouts_schemas.outcome import Reason
from hereabouts_schemas.quantity import QUANTITIES, Quantity
from hereabouts_schemas.record import record
from hereabouts_schemas.times import say_time

_FILL = QUANTITIES["fill_level"]


@record
class Frame:
    """What all values of a frame share.

    Attributes:
        device: whose they are.
        at: the frame's own time.
        received_at: when it arrived.
        deployment: where the device was at `at`, if anywhere.
    """

    device: Device
    at: datetime
    received_at: datetime
    deployment: Deployment | None


def normalise(found: Found, frame: Frame) -> Value | Refused:
    """Judge one found value. Pure: the same value of the same frame always ends the same."""
    at, deployment = frame.at, frame.deployment
    try:
        quantity = _quantity(found)
        if found.at is not None:
            at, deployment = found.at, frame.device.deployment_at(found.at)
        if quantity.public_only and deployment is not None and deployment.in_home:
            return replace(_refused(_not_in_homes(quantity, deployment), found, at), raw="")
        if found.at is not None:
            _check_time(at, frame.received_at)
        value = _measure(found, quantity)
        if deployment is None:
            raise _nowhere(frame.device, at)
    except Refusal as refusal:
        return _refused(refusal, found, at)
    return Value(deployment_id=deployment.id, quantity=quantity.name, channel=found.channel, time=at, value=value)


def fill_levels(values: Iterable[Value], device: Device) -> Iterator[Value | Refused]:
    """The fill level that each distance means in a bin whose depth the deployment knows.

    `100 * (1 - distance / depth)` per cent, with depth from the sensor's face to the bin's floor, both in mm. A
    distance beyond the floor is refused as `range`, not clipped: the depth is wrong, or the sensor looks past the bin.
    """
    for value in values:
        deployment = device.deployment_at(value.time) if value.quantity == "distance" else None
        if deployment is not None and "bin_depth_mm" in deployment.mount:
            yield _fill_level(value, deployment.mount)


def _fill_level(distance: Value, mount: Mapping[str, object]) -> Value | Refused:
    try:
        level = _level_of(distance.value, mount["bin_depth_mm"])
    except Refusal as refusal:
        return Refused(
            reason=refusal.reason,
            field="distance",
            raw=repr(distance.value),
            detail=refusal.detail,
            quantity="fill_level",
            channel=distance.channel,
            time=distance.time,
        )
    return replace(distance, quantity="fill_level", value=level)


def _level_of(distance_mm: float, depth_mm: object) -> float:
    if isinstance(depth_mm, bool) or not isinstance(depth_mm, int | float) or not 0 < depth_mm < inf:
        raise Refusal(
            Reason.WRONG_SHAPE,
            "No fill level: bin_depth_mm of the deployment should be a number of millimetres above 0. Mend it with "
            "`hereabouts import devices`.",
        )
    level = 100 * (1 - distance_mm / depth_mm)
    if not _FILL.is_plausible(level):
        raise Refusal(
            Reason.RANGE,
            f"No fill level: the surface is {say(distance_mm, 'mm')} away, the bin only {say(depth_mm, 'mm')} deep. "
            "Check bin_depth_mm of the deployment, and that the sensor looks into the bin.",
        )
    return level


def _quantity(found: Found) -> Quantity:
    quantity = QUANTITIES.get(found.spec.quantity)
    if quantity is None:
        raise Refusal(Reason.WRONG_SHAPE, f"{found.spec.path} should hold a record with its time and values.")
    return quantity


def _check_time(at: datetime, received_at: datetime) -> None:
    if not is_credible(at, received_at):
        raise Refusal(
            Reason.CLOCK,
            f"The record says {say_time(at)}, the message arrived on {say_time(received_at)}. A time more than "
            "5 minutes ahead or 35 days behind is not believed.",
        )


def _measure(found: Found, quantity: Quantity) -> float:
    spec = found.spec
    if spec.sentinels and found.is_marked(spec.sentinels):
        raise Refusal(Reason.SENTINEL, f"{as_text(found.raw)!r} is how this device says that it could not measure.")
    if found.number is None:
        raise Refusal(Reason.WRONG_SHAPE, f"{spec.path} should be a number; the message has {as_text(found.raw)!r}.")
    if found.unit is not None and ucum(found.unit) != ucum(spec.unit):
        raise Refusal(
            Reason.UNIT, f"{spec.path} comes in {found.unit!r}; the profile of this device expects {spec.unit!r}."
        )
    try:
        value = conversion(spec.unit, quantity.unit, spec.scale).apply(found.number)
    except UnitError as error:
        raise Refusal(Reason.UNIT, str(error)) from None
    if not quantity.is_plausible(value):
        low, high = say(quantity.low, quantity.unit), say(quantity.high, quantity.unit)
        raise Refusal(
            Reason.RANGE,
            f"{quantity.title}: {say(value, quantity.unit)} is outside {low} to {high}: no working sensor says that.",
        )
    return value


def _not_in_homes(quantity: Quantity, deployment: Deployment) -> Refusal:
    """A refusal to be kept without the number: it would tell who is in as well as the reading would."""
    return Refusal(
        Reason.NO_VALUE,
        f"People are not counted in homes: {quantity.name} of {deployment.place_id} is not kept.",
    )


def _nowhere(device: Device, at: datetime) -> Refusal:
    return Refusal(
        Reason.UNKNOWN_DEVICE,
        f"The device {device.id} was at no place on {say_time(at)}. Give it a place for that time with "
        "`hereabouts import devices`.",
    )


def _refused(refusal: Refusal, found: Found, at: datetime) -> Refused:
    return Refused(
        reason=refusal.reason,
        field=found.spec.path,
        raw=as_text(found.raw),
        detail=storable(refusal.detail, 500),
        quantity=found.spec.quantity or None,
        channel=found.channel,
        time=at,
    )
