"""The sentences of the Approved Document F rule: what was measured, against what, and what is missing."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np

from hereabouts_platform.climate.averages import DAY, HOURS_A_DAY, HOURS_A_VALID_DAY, WEEK, valid_days
from hereabouts_platform.climate.document_f import AIR, HYSTERESIS, SURFACE, Criterion
from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.rules.room import RoomFacts
from hereabouts_platform.rules.wording import say_list, say_percent, say_room, say_time

QUIET_AFTER = timedelta(hours=HOURS_A_DAY - HOURS_A_VALID_DAY)  # from here on the last day cannot be averaged


def flag(room: RoomFacts, reached: Mapping[Criterion, float], ended_at: datetime | None) -> str:
    """Why an alert is raised; `ended_at` is when the averages ended, None when that is now."""
    sentences = []
    for medium in (AIR, SURFACE):
        values = {criterion: value for criterion, value in reached.items() if criterion.medium == medium}
        if values:
            limits = say_list([f"a {c.period.name} averages {c.limit:.0f} % or more" for c in values])
            sentences.append(f"{_measured(room, medium, values, ended_at)}; mould can grow where {limits}.")
    return " ".join(sentences)


def clear(room: RoomFacts, values: Mapping[Criterion, float]) -> str:
    """Why an alert may clear."""
    return f"{_all_measured(room, values)} That is more than {HYSTERESIS:.0f} points below where mould can grow."


def hold(room: RoomFacts, values: Mapping[Criterion, float]) -> str:
    """Why nothing is raised and nothing cleared."""
    return (
        f"{_all_measured(room, values)} {too_little(room.humidity)} An alert clears once the last {DAY.phrase} and "
        f"{WEEK.phrase}, and whatever raised it, are known to be more than {HYSTERESIS:.0f} points below where "
        f"mould can grow."
    ).replace("  ", " ")


def silence(last_at: datetime | None) -> str:
    """That the sensor has stopped."""
    return f"No readings since {say_time(last_at)}." if last_at else "No humidity has been read here yet."


def no_sensor(last_average_at: datetime | None) -> str:
    """That nothing measures a place any more, until when something did, and what to do about it."""
    known = f"; the last averages known here end on {say_time(last_average_at)}" if last_average_at else ""
    return (
        f"No sensor measures the air of this place as a home or a room any more{known}. Look at the place itself, or "
        "have it measured again: give it a sensor with `hereabouts import devices` and, if it is no longer registered "
        "as a home or a room, correct its kind with `hereabouts import places`."
    )


def is_quiet(last_at: datetime | None, now: datetime) -> bool:
    """Whether readings have been missing for so long that the reason should say so."""
    return last_at is None or now - last_at > QUIET_AFTER


def too_little(humidity: Floats) -> str:
    """What is missing for the averages to be said; empty when nothing is."""
    hours = int(np.count_nonzero(~np.isnan(humidity[-HOURS_A_DAY:])))
    days = int(valid_days(humidity, WEEK)[-1])
    missing = []
    if hours < HOURS_A_VALID_DAY:
        missing.append(f"{hours} of the last {HOURS_A_DAY} hours ({HOURS_A_VALID_DAY} are needed)")
    if days < WEEK.valid_days:
        missing.append(f"{days} of the last {WEEK.days} days ({WEEK.valid_days} are needed)")
    return f"There are enough readings in only {say_list(missing)}." if missing else ""


def _all_measured(room: RoomFacts, values: Mapping[Criterion, float]) -> str:
    media = [medium for medium in (AIR, SURFACE) if any(c.medium == medium for c in values)]
    by_medium = [{c: v for c, v in values.items() if c.medium == medium} for medium in media]
    return " ".join(f"{_measured(room, medium, part, None)}." for medium, part in zip(media, by_medium, strict=True))


def _measured(room: RoomFacts, medium: str, values: Mapping[Criterion, float], ended_at: datetime | None) -> str:
    spans = [f"{say_percent(value, c.limit)}{{}} {_over(c, ended_at)}" for c, value in values.items()]
    spans = [span.format(" relative humidity" if index == 0 else "") for index, span in enumerate(spans)]
    if medium == AIR:
        return f"The air in {say_room(room.room)} has averaged {say_list(spans)}"
    station = room.weather.station if room.weather else ""
    return (
        f"At the coldest surface in {say_room(room.room)} the air is estimated to have averaged {say_list(spans)} "
        f"(outdoor temperature from {station}, temperature factor {room.f_rsi:.2f})"
    )


def _over(criterion: Criterion, ended_at: datetime | None) -> str:
    if ended_at is None:
        return f"over the last {criterion.period.phrase}"
    return f"over the {criterion.period.phrase} to {say_time(ended_at)}"
