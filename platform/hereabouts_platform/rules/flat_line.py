"""A value that stands still although what it measures does not: a frozen sensor looks just like a live one.

The form is that of the flat line test of QARTOD (US IOOS) and the persistence test of the Oklahoma Mesonet (Shafer and
others 2000, a day's readings): a value that has not moved by more than its resolution over a span of time. The spans
here are longer than for weather in the open, because rooms are steady. They are our choice:

| quantity | resolution | span | because |
| air, surface temperature | 0.1 Cel | 72 h | a heated room moves by some tenths between night and day |
| relative humidity | 0.5 % | 24 h | cooking, washing, breathing and weather move it within hours |
| carbon dioxide | 1 ppm | 24 h | noise alone is larger |
| air pressure | 0.1 hPa | 24 h | British weather moves it by more within hours |

Where the value is a whole number, the device may round to whole ones, which stand still longer: the span is doubled,
for temperature a week. Never judged: what rightly stands still (fill level, distance, counts, rain, leak, tilt, wind,
probes in a fridge), and a value at the edge of what the sensor can say (humidity of 99 % and more in fog, carbon
dioxide of 420 ppm and less in an empty room), where it cannot be said. Neither can it with fewer than 24 readings, or
when they do not fill the span.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True)
class Stillness:
    """How long a quantity may stand still, and which values are an edge rather than a measurement."""

    resolution: float
    span: timedelta
    span_if_whole: timedelta
    edge_from: float = float("inf")
    edge_to: float = float("-inf")


_DAY = timedelta(hours=24)
_TEMPERATURE = Stillness(resolution=0.1, span=3 * _DAY, span_if_whole=7 * _DAY)
STILLNESS = {
    "air_temperature": _TEMPERATURE,
    "surface_temperature": _TEMPERATURE,
    "relative_humidity": Stillness(resolution=0.5, span=_DAY, span_if_whole=2 * _DAY, edge_from=99.0),
    "co2": Stillness(resolution=1.0, span=_DAY, span_if_whole=_DAY, edge_to=420.0),
    "air_pressure": Stillness(resolution=0.1, span=_DAY, span_if_whole=2 * _DAY),
}
FEWEST = 24
FULL = 0.9  # of the span lies between the first and the last reading
LONGEST = max(one.span_if_whole for one in STILLNESS.values())


class Movement(StrEnum):
    """Whether a value moves."""

    MOVES = "moves"
    STUCK = "stuck"
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """A datastream's readings over the span that its quantity asks for, in numbers.

    Attributes:
        count: how many there are; 0 leaves the rest None.
        low, high: the least and the greatest value.
        first_at, last_at: the times of the first and the last.
    """

    quantity: str
    channel: str
    count: int
    low: float | None = None
    high: float | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None


def span_of(quantity: str, value: float) -> timedelta:
    """How long a quantity that is judged may stand still at `value`."""
    rule = STILLNESS[quantity]
    return rule.span_if_whole if value == round(value) else rule.span


def movement(course: Course) -> Movement:
    """Whether the course moves by more than its quantity's resolution."""
    rule = STILLNESS.get(course.quantity)
    if rule is None or course.low is None or course.high is None or course.first_at is None or course.last_at is None:
        return Movement.CANNOT_SAY
    if round(course.high - course.low, 9) > rule.resolution:
        return Movement.MOVES
    span = span_of(course.quantity, course.high)
    too_little = course.count < FEWEST or course.last_at - course.first_at < FULL * span
    at_edge = course.high >= rule.edge_from or course.low <= rule.edge_to
    return Movement.CANNOT_SAY if too_little or at_edge else Movement.STUCK
