"""What an officer reads: why, in numbers with limits and periods, what that rests on, or why nobody can say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hereabouts_platform.homes.limits import Limits
from hereabouts_platform.homes.record import ACT, BELOW, DRIFT, OK, SATURATED, STUCK, URGENT
from hereabouts_platform.rules.wording import beside, say_list, say_percent, say_room, say_time

HOUR = timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WEEK_FROM = 10.0  # days, from which a forecast is told in weeks
_MONTH_FROM = 60.0

HIGH_CONFIDENCE, MEDIUM_CONFIDENCE, LOW_CONFIDENCE = "high", "medium", "low"


@dataclass(frozen=True, kw_only=True, slots=True)
class RoomNow:
    """One room as it stands at the record's end.

    Attributes:
        room: what the room is called; None where the place is the home itself.
        station: the weather station it was worked out with; None where none is known.
        ends: hours since 1970 at which what is known ends; `day_began` when the last day that counts began.
        standing, level: of the hazard spoken of.
        figures: by name, as in `figures.py`; NaN where unknown. `counts` are whole numbers of the record.
        faults: those that stand.
    """

    room: str | None
    station: str | None
    f_rsi: float
    f_known: bool
    ends: int
    day_began: int
    last_reading: int | None
    standing: int
    level: int
    figures: Mapping[str, float]
    counts: Mapping[str, int]
    faults: frozenset[int]
    moved_at: int | None

    @property
    def where(self) -> str:
        """Where, after "in"."""
        return say_room(self.room)


def known(number: float) -> bool:
    """Whether a figure is known."""
    return number == number  # noqa: PLR0124 - only NaN differs from itself


def damp_reason(now: RoomNow, limits: Limits, confidence: str) -> str:
    """Why damp and mould stand as they do."""
    parts = [_damp_headline(now, limits, confidence), _damp_numbers(now, limits), _rests_on(now)]
    if now.standing > OK and not _reached_now(now, limits):
        days = limits.damp.clear_days
        parts.append(f"It lies below its limits now; the alert clears after {days} days clearly below them.")
    return _sentences(*parts, moved(now))


def cold_reason(now: RoomNow, limits: Limits) -> str:
    """Why excess cold stands as it does."""
    cold, mean = limits.cold, now.figures["temperature_week"]
    week = f"It has averaged {mean:.1f} degrees over the last 7 days" if known(mean) else ""
    day = now.figures["temperature_day"]
    latest = f"{day:.1f} degrees over the last day" if known(day) else ""
    if now.standing == URGENT:
        head = f"It is or was below {cold.bitter:.0f} degrees {_in(now)} for hours"
        hours = now.counts["bitter"]
        head = f"It has been below {cold.bitter:.0f} degrees {_in(now)} for {hours} hours" if hours else head
        return _sentences(f"{head}. The heating may have failed: check that first", week, latest and f"It was {latest}")
    if now.standing == ACT:
        head = (
            f"It has been below {cold.cold:.0f} degrees {_in(now)} for {cold.cold_hours} hours a day or more, "
            f"{cold.cold_days} days running"
        )
    elif now.standing > OK:
        head = (
            f"The mean of the day has been below {cold.cool:.0f} degrees {_in(now)} for {cold.cool_days} days running"
        )
    else:
        head = f"It is warm enough {_in(now)}"
    return _sentences(head, week, latest and f"It was {latest} (limit {cold.cool:.0f} degrees in the heating season)")


def heat_reason(now: RoomNow, limits: Limits) -> str:
    """Why excess heat stands as it does."""
    heat, night = limits.heat, now.figures["night"]
    last = f"The last night averaged {night:.1f} degrees (limit {heat.warm:.0f} degrees)" if known(night) else ""
    hours = f"{now.counts['hot_hours']} hours of this year's nights were above {heat.warm:.0f} degrees"
    year = f"{hours} ({heat.hours_a_year} are allowed, CIBSE TM59)" if now.counts["hot_hours"] else ""
    if now.standing == URGENT:
        head = f"Nights {_in(now)} have averaged more than {heat.hot:.0f} degrees, {heat.hot_nights} running"
    elif now.standing > OK:
        head = f"Nights {_in(now)} have averaged more than {heat.warm:.0f} degrees, {heat.warm_nights} running"
    else:
        head = f"Nights are cool enough {_in(now)}"
    return _sentences(head, last, year)


def no_data_reason(now: RoomNow, limits: Limits, *, of_damp: bool) -> str:
    """Why nothing can be said, and what is needed for it."""
    sensor = limits.sensor
    if now.last_reading is None:
        return f"Nothing has been read {_in(now)} yet."
    if now.counts["silent"] >= sensor.silent_hours:
        return f"No readings {_in(now)} since {say_hour(now.last_reading)}. Look at the sensor, or at the place itself."
    days = int(now.figures["days_of_week" if of_damp else "warm_days_of_week"])
    if days < sensor.days_a_week:
        return (
            f"There are enough readings {_in(now)} on only {days} of the last 7 days ({sensor.days_a_week} are "
            "needed), so nothing can be said yet."
        )
    low, high = now.figures["mould_low"], now.figures["mould_high"]
    lacks = "the weather outside" if now.station is None else "hours"
    return (
        f"Too much is missing to say ({lacks}): the mould index of the coldest surface {_in(now)} may be anywhere from "
        f"{low:.1f} to {high:.1f}."
    )


def fault_reason(now: RoomNow) -> str:
    """Why a sensor is not believed."""
    told = [text.format(where=_in(now)) for fault, text in _FAULT_WORDS.items() if fault in now.faults]
    return _sentences(*told, "Have the sensor looked at; until then nothing is said from its readings")


def no_sensor(last_average_at: datetime | None) -> str:
    """That nothing measures a place any more, until when something did, and what to do about it."""
    known = f"; the last averages known here end on {say_time(last_average_at)}" if last_average_at else ""
    return (
        f"No sensor measures the air of this place as a home or a room any more{known}. Look at the place itself, or "
        "have it measured again: give it a sensor with `hereabouts import devices` and, if it is no longer registered "
        "as a home or a room, correct its kind with `hereabouts import places`."
    )


def moved(now: RoomNow) -> str:
    """The question whether a sensor was moved."""
    if now.moved_at is None:
        return ""
    return f"Temperatures here changed about {say_hour(now.moved_at)} as if the sensor had been moved: has it?"


def say_hour(hour: int) -> str:
    """An instant by its hours since 1970, on the clocks of the people who read it."""
    return say_time(EPOCH + hour * HOUR)


def say_soon(days: float) -> str:
    """How soon, in the unit that says no more than is known.

    Example:
        >>> say_soon(0.0), say_soon(1.2), say_soon(19.0), say_soon(100.0)
        ('now', 'in about 1 day', 'in about 3 weeks', 'in about 3 months')
    """
    if days < 1:
        return "now"
    for unit, length, longest in (("day", 1.0, _WEEK_FROM), ("week", 7.0, _MONTH_FROM), ("month", 30.4, float("inf"))):
        if days < longest:
            count = max(round(days / length), 1)
            return f"in about {count} {unit}{'s' if count > 1 else ''}"
    return ""


_FAULT_WORDS = {
    STUCK: "The sensor {where} seems stuck: neither temperature nor humidity moves, as both do in any room",
    BELOW: "The humidity sensor {where} reads less vapour than there is outdoors, as no heated room does for days",
    SATURATED: "The humidity sensor {where} has stood at the end of its scale for days",
    DRIFT: "The humidity sensor {where} seems to have drifted: for a week the air has held less vapour than outdoors",
}


def _damp_headline(now: RoomNow, limits: Limits, confidence: str) -> str:
    if now.standing == OK:
        return f"The {'air' if now.station is None else 'coldest surface'} {_in(now)} is dry enough"
    return f"{_raised_headline(now, limits)} (confidence {confidence})"


def _raised_headline(now: RoomNow, limits: Limits) -> str:
    soon, index = now.figures["visible_in"], now.figures["mould_low"]
    if now.standing == URGENT and now.counts["condensing_days"] >= limits.damp.condensing_days:
        return (
            f"Water has stood on the coldest surface {_in(now)} for {limits.damp.condensing_hours} hours a day or "
            f"more, {now.counts['condensing_days']} days running"
        )
    if index >= limits.damp.index_visible:
        return f"Mould is likely to be visible on the coldest surface {_in(now)} by now"
    if not _reached_now(now, limits):
        was = "mould could grow on the coldest surface" if now.standing >= ACT else "mould could begin on cold surfaces"
        return f"It was damp enough {_in(now)} until lately that {was}"
    if index >= limits.damp.index_act and known(soon):
        return (
            f"Mould is likely to become visible on the coldest surface {_in(now)} {say_soon(soon)} if nothing changes"
        )
    if now.standing >= ACT:
        return f"Mould can grow on the coldest surface {_in(now)}"
    return f"It is damp enough {_in(now)} for mould to begin on cold surfaces if it goes on"


def _damp_numbers(now: RoomNow, limits: Limits) -> str:
    """The three numbers that matter most, against their limits, with their periods."""
    damp, figures = limits.damp, now.figures
    surface = [
        _against(figures["surface_month"], damp.surface_month, "30 days"),
        _against(figures["surface_week"], damp.surface_act if now.standing >= ACT else damp.surface_week, "7 days"),
    ]
    air = [
        _against(figures["air_week"], damp.air_week, "7 days"),
        _against(figures["air_month"], damp.air_month, "30 days"),
        _against(figures["air_day"], damp.air_day, "day"),
    ]
    told = []
    if any(surface):
        told.append(f"The air at the coldest surface has averaged {say_list([one for one in surface if one])}")
    if any(air):
        most = [one for one in air if one][: 1 if any(surface) else 3]
        told.append(f"The air of the room has averaged {say_list(most)}")
    return _sentences(*told, _index(now, limits)).removesuffix(".")


def _index(now: RoomNow, limits: Limits) -> str:
    index, rate = now.figures["mould_low"], now.figures["rate"]
    if index < 0.1:
        return ""
    trend = "rising" if rate > limits.damp.rising else "falling" if rate < 0 else "steady"
    upper = now.figures["mould_high"]
    band = f" (at most {upper:.2f})" if upper - index >= 0.05 else ""
    value, limit = beside(index, limits.damp.index_act, 2)
    return (
        f"The mould index there is {value}{band} and {trend} (limit {limit}; at "
        f"{limits.damp.index_visible:.0f} mould is seen)"
    )


def _against(value: float, limit: float, period: str) -> str:
    if not known(value):
        return ""
    said = say_percent(value, limit)
    return f"{said} over the last {period} (limit {limit:.{1 if '.' in said else 0}f} %)"


def _reached_now(now: RoomNow, limits: Limits) -> bool:
    damp, figures = limits.damp, now.figures
    pairs = (
        (figures["surface_week"], damp.surface_week),
        (figures["air_week"], damp.air_week),
        (figures["air_month"], damp.air_month),
        (figures["surface_month"], damp.surface_month),
        (figures["rate"], damp.rising),
    )
    return any(value >= limit for value, limit in pairs)


def _rests_on(now: RoomNow) -> str:
    if now.station is None:
        return "No weather is known here, so only the air of the room is judged"
    whose = "measured" if now.f_known else "assumed"
    return f"Outdoor climate from {now.station}, temperature factor of the wall {now.f_rsi:.2f} ({whose})"


def _in(now: RoomNow) -> str:
    return f"in {now.where}"


def _sentences(*parts: str) -> str:
    return " ".join(part if part.endswith(("?", ".")) else f"{part}." for part in parts if part)
