"""The verdict on a file in words and as JSON."""

import math
from datetime import date
from typing import Any

from hereabouts_deploy.damp.look import Look, Stretch
from hereabouts_platform.homes.cause import Cause
from hereabouts_platform.homes.causes import ProbableCause
from hereabouts_platform.homes.counterfactuals import sentence
from hereabouts_platform.homes.verdict import Verdict
from hereabouts_platform.loggers.readings import Readings
from hereabouts_platform.rules.wording import say_room

LEVEL_WORDS = {
    "ok": "Well",
    "watch": "Keep watching",
    "act": "Act",
    "urgent": "Urgent",
    "no_data": "Cannot say: too little data",
    "sensor_fault": "Cannot say: the sensor is not to be believed",
}
HAZARD_WORDS = {"damp_mould": "Damp and mould", "excess_cold": "Cold", "excess_heat": "Heat"}
FAULT_WORDS = {
    "stuck": "temperature and humidity have both stood still",
    "below_outdoors": "less vapour than there is outdoors, which cannot be",
    "saturated": "humidity has stood at the end of its scale for days",
    "drift": "humidity seems to have drifted",
    "moved": "the sensor seems to have been moved",
}


def as_json(look: Look) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "level": look.level,
        "hazards": [_hazard(look, verdict) for verdict in look.verdicts],
        "mould_index": {"lower": _number(look.figures.mould_low[0]), "upper": _number(look.figures.mould_high[0])},
        "vpx5_pa": _number(look.features.vpx5[0]),
        "coverage": round(look.coverage, 4),
        "faults": [
            *({"fault": name, "says": FAULT_WORDS[name]} for name in look.faults),
            *({"fault": "readings_not_believed", "says": why, "readings": n} for why, n in look.doubts.items()),
        ],
        "causes": [_cause(one) for one in look.causes],
        "reason": look.pressing.reason,
    }


def lines(look: Look, readings: Readings) -> list[str]:
    """The verdict for a terminal, a paragraph a line."""
    pressing = look.pressing
    told = [f"{headline(look)}. {pressing.reason}"]
    others = [verdict for verdict in look.verdicts if verdict is not look.pressing]
    told += [f"{HAZARD_WORDS[one.hazard]}: {LEVEL_WORDS[one.level].lower()}. {one.reason}" for one in others]
    told += [f"{HAZARD_WORDS[one]} at its highest: {say_highest(stretch)}." for one, stretch in look.highest.items()]
    if look.causes:
        told.append("What may lie behind it:")
        told += [f"  {say_odds(one)}" for one in worth_saying(look)]
    if look.repairs:
        told.append(sentence(list(look.repairs)))
    return [*told, *how_read(look, readings)]


def how_read(look: Look, readings: Readings) -> list[str]:
    """How the file was read, and how much of it can be believed."""
    columns = ", ".join(f"{role} from {column}" for role, column in readings.columns.items())
    unit = "degrees Fahrenheit" if readings.fahrenheit else "degrees Celsius"
    told = [f"Read: {columns}; temperatures in {unit}; times {_zone(readings.zone)}.", *readings.notes]
    told.append(f"Readings cover {100 * look.coverage:.0f} % of the hours from the first to the last.")
    told += [
        f"{count:,} {'reading was' if count == 1 else 'readings were'} not believed: {why}."
        for why, count in look.doubts.items()
    ]
    return told


def worth_saying(look: Look) -> list[ProbableCause]:
    """The causes that are likely enough to be looked into, or the first alone."""
    return [one for n, one in enumerate(look.causes) if n == 0 or one.probability >= 0.1]


def say_odds(one: ProbableCause) -> str:
    """A cause with its odds and what speaks for it.

    Example: "about 7 in 10: a cold wall or corner. Investigate ..."
    """
    tenths = min(max(round(one.probability * 10), 1), 9)
    why = " ".join((*one.evidence_for, *(f"Against it: {text}" for text in one.evidence_against)))
    title = one.title if one.cause is not Cause.CANNOT_SAY else "it cannot be said from the readings"
    return " ".join(part for part in (f"about {tenths} in 10: {title}.", why, one.investigate) if part)


def headline(look: Look) -> str:
    """The verdict in a few words."""
    if look.level == "ok":
        return LEVEL_WORDS["ok"]
    return f"{LEVEL_WORDS[look.level]}: {HAZARD_WORDS[look.pressing.hazard].lower()}"


def title(look: Look, room: str | None) -> str:
    """The verdict as the sentence that a report begins with.

    Example: "The bedroom needs action against damp and mould."
    """
    where = say_room(room) if room else "this room"
    said = {
        "ok": f"{where} is well: no damp, cold or heat to act on.",
        "watch": f"{where} is to be watched for {{}}.",
        "act": f"{where} needs action against {{}}.",
        "urgent": f"{where} needs urgent action against {{}}.",
        "no_data": f"too little is known of {where} to say how it is.",
        "sensor_fault": f"the sensor in {where} is not to be believed, so nothing can be said.",
    }[look.level].format(HAZARD_WORDS[look.pressing.hazard].lower())
    return said[0].upper() + said[1:]


def say_highest(stretch: Stretch) -> str:
    """The highest level that a hazard reached, and when."""
    when = f"on {_day(stretch.first)}"
    if stretch.days > 1:
        when = f"on {stretch.days} days, {_day(stretch.first)} to {_day(stretch.last)}"
    return f"{LEVEL_WORDS[stretch.level]}, {when}"


def _hazard(look: Look, verdict: Verdict) -> dict[str, Any]:
    stretch = look.highest.get(verdict.hazard)
    highest = stretch and {
        "level": stretch.level,
        "days": stretch.days,
        "first": stretch.first.isoformat(),
        "last": stretch.last.isoformat(),
    }
    return {"hazard": verdict.hazard, "level": verdict.level, "reason": verdict.reason, "highest": highest}


def _cause(one: ProbableCause) -> dict[str, Any]:
    return {
        "cause": one.cause.value,
        "title": one.title,
        "probability": round(one.probability, 4),
        "evidence_for": list(one.evidence_for),
        "evidence_against": list(one.evidence_against),
        "investigate": one.investigate,
    }


def _number(value: float) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None


def _zone(zone: str) -> str:
    return zone if zone.startswith("as ") else f"in {zone}"


def _day(at: date) -> str:
    return f"{at.day} {at:%B %Y}"
