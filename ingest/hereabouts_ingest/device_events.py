"""From a decoded object to the events that it reports: fire, tilt, a low battery, a blocked counting beam.

An event is no value: it is kept beside readings, and the same field may give both.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from hereabouts_ingest.extract import is_same, number_in, steps_of, walk
from hereabouts_ingest.storable import as_text
from hereabouts_schemas.profile import EventSpec, Profile

# Paths come from profiles, a few of each; taking one apart costs more than following it.
_steps = lru_cache(maxsize=1024)(steps_of)


class Reported(NamedTuple):
    """An event that a frame reports.

    Attributes:
        code: its name in the profile.
        detail: the field and what it said, as text; several, joined by semicolons, where several fields report it.
    """

    code: str
    detail: str


def events(profile: Profile, decoded: Mapping[str, object]) -> list[Reported]:
    """Every event that `decoded` reports by the profile's table, each code once, in the table's order.

    History is not looked at: what it says happened is over.
    """
    found: dict[str, dict[str, None]] = {}
    for spec in profile.events:
        for channel, raw in walk(decoded, _steps(spec.path), ""):
            if _is_meant(spec, raw):
                field = spec.path.replace("{n}", channel).removesuffix(".value")
                found.setdefault(spec.code, {})[f"{field}: {as_text(_plain(raw))}"] = None
    return [Reported(code, "; ".join(details)) for code, details in found.items()]


def _is_meant(spec: EventSpec, raw: object) -> bool:
    raw = _plain(raw)
    number = _number(raw)
    if spec.least is not None:
        return number is not None and number >= spec.least
    return any(raw is mark if isinstance(mark, bool) else is_same(raw, number, mark) for mark in spec.when)


def _plain(raw: object) -> object:
    """A value without the unit that may stand beside it."""
    return raw["value"] if isinstance(raw, dict) and "value" in raw else raw


def _number(raw: object) -> float | None:
    if isinstance(raw, str):
        return number_in(raw)[0]
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    return float(raw) if abs(raw) < 2**64 else None
