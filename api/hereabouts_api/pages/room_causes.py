"""What lies behind a hazard in a room, how sure that is, and what would clear it, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hereabouts_platform.homes.cause import Cause
from hereabouts_platform.homes.causes import ProbableCause, explain
from hereabouts_platform.homes.counterfactuals import counterfactuals, sentence
from hereabouts_platform.homes.words import say_soon
from hereabouts_platform.store.home_reckoning import Reckoned

SHOWN = 3
LEAST = 0.05  # of probability, for a cause to be named at all
DAMP = "damp_mould"


@dataclass(frozen=True, kw_only=True, slots=True)
class CauseLine:
    """A cause with its odds, and the sentences for it and against it."""

    title: str
    percent: int
    odds: str
    says_for: tuple[str, ...]
    says_against: tuple[str, ...]
    investigate: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Behind:
    """What is thought to lie behind it.

    Attributes:
        day: up to the end of which day it is reckoned.
        others: causes that are less likely, likeliest first.
        would_clear: what a repair would come to; empty where that is not told of this hazard.
    """

    day: date
    causes: tuple[CauseLine, ...]
    others: tuple[CauseLine, ...]
    would_clear: str


def behind(known: Reckoned | None, hazard: str) -> Behind | None:
    """The causes of a hazard in a room; None where nothing is remembered of it."""
    if known is None or hazard not in ("damp_mould", "excess_cold", "excess_heat"):
        return None
    lines = [_line(one) for one in explain(known.features, hazard, 0) if one.probability >= LEAST]
    return Behind(
        day=known.day,
        causes=tuple(lines[:SHOWN]),
        others=tuple(lines[SHOWN:]),
        would_clear=sentence(counterfactuals(known.features, 0)) if hazard == DAMP else "",
    )


def first_look(found: Behind | None) -> str:
    """What to look at first."""
    return found.causes[0].investigate if found is not None and found.causes else ""


def how_sure(row: Mapping[str, Any], hazard: str) -> list[str]:
    """How sure what is said of a room is, from its newest day."""
    if hazard != DAMP or row.get("mould_low") is None:
        return []
    low, high = row["mould_low"], row["mould_high"]
    said = [f"Mould index (0 to 6, seen at 3): {low:.1f}" + (f", {high:.1f} at most." if high - low >= 0.05 else ".")]
    if row["sensor_low"] is not None and row["sensor_high"] - row["sensor_low"] >= 0.1:
        said.append(
            f"With the tolerance of the sensor and the wall: {row['sensor_low']:.1f} to {row['sensor_high']:.1f}."
        )
    if row["visible_in"] is not None:
        soonest = row["visible_from"]
        early = "" if soonest is None or say_soon(soonest) == say_soon(row["visible_in"]) else say_soon(soonest)
        said.append(
            f"Mould is likely to be seen {say_soon(row['visible_in'])} if nothing changes"
            + (f"; at the soonest {early}." if early else ".")
        )
    return said


def _line(one: ProbableCause) -> CauseLine:
    percent = round(20 * one.probability) * 5
    return CauseLine(
        title=_capital(one.title) if one.cause is not Cause.CANNOT_SAY else "It cannot be said from the readings",
        percent=percent,
        odds=f"about {percent} %",
        says_for=tuple(map(_stopped, one.evidence_for)),
        says_against=tuple(map(_stopped, one.evidence_against)),
        investigate=one.investigate,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _stopped(text: str) -> str:
    said = _capital(text)
    return said if said.endswith(".") else f"{said}."


def worst_room(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """The room to speak of where no alert names one: the dampest that is known."""
    told = [row for row in rows if row["mould_low"] is not None]
    if not told:
        return rows[0]["place"] if rows else None
    return str(max(told, key=lambda row: (row["mould_low"], row["surface_week"] or 0))["place"])
