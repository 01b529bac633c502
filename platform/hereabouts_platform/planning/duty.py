"""Rule sets of duty: how long a driver may work, read from TOML that a council can edit."""

import tomllib
from pathlib import Path
from typing import Any

from hereabouts_schemas.errors import InputError
from hereabouts_schemas.work import Break, DutyRules

SHIPPED = Path(__file__).with_name("duty_rules.toml")
_NUMBERS = ("most_driving_s", "most_duty_s")


def duty_rules(path: Path = SHIPPED) -> dict[str, DutyRules]:
    """The rule sets of a file, by name.

    Raises:
        InputError: something is missing, or is not a whole number of seconds above 0.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError("duty rules", str(path), f"It cannot be read: {error}.") from error
    return {name: _rules(name, table) for name, table in tables.items()}


def _rules(name: str, table: Any) -> DutyRules:
    if not isinstance(table, dict) or not isinstance(table.get("source"), str):
        raise InputError(name, str(table), "Give each rule set a table with `source`: the law or agreement it is from.")
    driving, duty = (_seconds(f"{name}.{field}", table.get(field)) for field in _NUMBERS)
    breaks = [
        Break(
            after_s=_seconds(f"{name}.breaks.after_s", one.get("after_s")),
            length_s=_seconds(f"{name}.breaks.length_s", one.get("length_s")),
        )
        for one in table.get("breaks", [])
    ]
    breaks.sort(key=lambda one: one.after_s)
    source = " ".join(table["source"].split())
    return DutyRules(name=name, source=source, most_driving_s=driving, most_duty_s=duty, breaks=tuple(breaks))


def _seconds(field: str, value: Any) -> int:
    if not isinstance(value, int) or value <= 0:
        raise InputError(field, str(value), "Give a whole number of seconds above 0.")
    return value
