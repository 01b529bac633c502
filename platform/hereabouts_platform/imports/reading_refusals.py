"""Why a value of a file of readings is refused, as a sentence for whoever mends the file."""

from datetime import datetime

import pyarrow as pa

from hereabouts_platform.imports.cells import LONGEST_NAME, TIME_CURE, say_close
from hereabouts_platform.imports.reading_checks import AHEAD
from hereabouts_platform.imports.reading_values import QUANTITY_NAMES, UNKNOWN, Values
from hereabouts_platform.imports.report import Cause
from hereabouts_platform.rules.wording import say_time
from hereabouts_schemas.device import device_id
from hereabouts_schemas.quantity import QUANTITIES
from hereabouts_schemas.times import from_microseconds


def say_refused(values: Values, at: int, cause: Cause) -> str:
    """The sentence for value `at`; what concerns the whole row does not name the quantity."""
    return _SENTENCES[cause](values, at)


def say_conflict(values: Values, at: int, stands: float) -> str:
    """Why a value that contradicts the stored one is refused."""
    return (
        f"{_name(values, at)} of {_device(values, at)} on {_time(values, at)} is {values.value[at]:.10g} here, but "
        f"{stands:.10g} stands for that instant already. The first one stays."
    )


def _unknown_device(values: Values, at: int) -> str:
    name = _device(values, at)
    if not name:
        return "The row names no device."
    return f"There is no device {name!r}. Import it with `hereabouts import devices` first."


def _unknown_quantity(values: Values, at: int) -> str:
    name = _cell(values, at, "quantity")
    hint = say_close(name, QUANTITY_NAMES) or f" Quantities are {', '.join(QUANTITY_NAMES)}."
    return f"There is no quantity {name!r}.{hint}"


def _channel(values: Values, at: int) -> str:
    shown = values.channels[values.channel[at]][:40]
    return f"The channel {shown!r} must be at most {LONGEST_NAME} characters, all of them visible."


def _clock(values: Values, at: int) -> str:
    text = _cell(values, at, "time")
    if not text:
        return "The row has no time."
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return f"{text!r} is no time. {TIME_CURE}"
    if found.tzinfo is None:
        return f"{text!r} has no zone; a guess would be wrong twice a year. {TIME_CURE}"
    if values.us[at] <= 0:
        return f"{text!r} lies outside the years since 1970. Correct the clock."
    return f"{_time(values, at)} lies ahead of now by more than {AHEAD.seconds // 60} minutes. Correct the clock."


def _no_deployment(values: Values, at: int) -> str:
    return (
        f"{_device(values, at)} was at no place on {_time(values, at)}. Give it a place for that time with "
        "`hereabouts import devices`, then import this file again."
    )


def _not_in_homes(values: Values, at: int) -> str:
    return f"People are not counted in homes: {_name(values, at)} of {_device(values, at)} is not kept."


def _no_value(values: Values, at: int) -> str:
    return f"{_name(values, at)} has no value."


def _wrong_shape(values: Values, at: int) -> str:
    cell = _value_cell(values, at)
    comma = " Write decimals with a point." if "," in cell else ""
    return f"{_name(values, at)} is {cell!r}, which is no number.{comma}"


def _range(values: Values, at: int) -> str:
    quantity = QUANTITIES[_name(values, at)]
    unit = "" if quantity.unit.startswith("{") else f" {quantity.unit}"
    if values.derived[at]:
        return (
            f"The distance means a fill level of {values.value[at]:.1f} %: the surface is further away than the bin is "
            "deep. The distance is kept; check bin_depth_mm of the deployment."
        )
    return (
        f"{quantity.name} {values.value[at]:.10g}{unit} is outside {quantity.low:g} to {quantity.high:g}{unit}, the "
        "most a working sensor says."
    )


_SENTENCES = {
    Cause.UNKNOWN_DEVICE: _unknown_device,
    Cause.UNKNOWN_QUANTITY: _unknown_quantity,
    Cause.CHANNEL: _channel,
    Cause.CLOCK: _clock,
    Cause.NO_DEPLOYMENT: _no_deployment,
    Cause.NOT_IN_HOMES: _not_in_homes,
    Cause.NO_VALUE: _no_value,
    Cause.WRONG_SHAPE: _wrong_shape,
    Cause.RANGE: _range,
}


def _name(values: Values, at: int) -> str:
    number = values.quantity[at]
    return _cell(values, at, "quantity") if number == UNKNOWN else QUANTITY_NAMES[number]


def _device(values: Values, at: int) -> str:
    return device_id(values.devices[values.device[at]])


def _time(values: Values, at: int) -> str:
    try:
        return say_time(from_microseconds(int(values.us[at])))
    except OverflowError:  # before the year 1 or after 9999
        return _cell(values, at, "time")


def _cell(values: Values, at: int, column: str) -> str:
    cell = values.rows.columns[column].slice(int(values.row[at]), 1)
    return (cell.cast(pa.string())[0].as_py() or "").strip()


def _value_cell(values: Values, at: int) -> str:
    if "value" in values.rows.columns:
        return _cell(values, at, "value")
    channel = values.channels[values.channel[at]]
    name = _name(values, at)
    return _cell(values, at, f"{name}:{channel}" if channel else name)
