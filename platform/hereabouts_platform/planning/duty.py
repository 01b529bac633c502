"""Rule sets of duty: how long a driver may work, read from TOML: those that come along, and a council's own."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hereabouts_schemas.errors import InputError
from hereabouts_schemas.work import Break, DutyRules

SHIPPED = Path(__file__).with_name("duty_rules.toml")
MOST_S, MOST_BREAKS = 86_400, 2  # where rests go is tried out: the cube of a round's stops for two, hours for three
_NUMBERS = ("most_driving_s", "most_duty_s")
_SET, _BREAK = frozenset({"source", "breaks", *_NUMBERS}), frozenset({"after_s", "length_s"})


def rule_sets(own: Path | None = None) -> dict[str, DutyRules]:
    """The rule sets that come along and those of a council's own file, by name; its own take the place of others.

    Args:
        own: the council's file; None, or one that is not there: it has none.

    Raises:
        InputError: as `duty_rules`.
    """
    return duty_rules() | own_rules(own)


def own_rules(own: Path | None) -> dict[str, DutyRules]:
    """The rule sets of a council's own file, by name; none where there is no file. Raises as `duty_rules`."""
    return {} if own is None or _is_nowhere(own) else duty_rules(own)


def duty_rules(path: Path = SHIPPED) -> dict[str, DutyRules]:
    """The rule sets of a file, by name.

    Raises:
        InputError: something is missing, is not known, or is not a whole number of seconds from 1 to `MOST_S`. It
            names the file and the field.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError("duty rules", str(path), f"It cannot be read: {error}.") from error
    return {name: _rules(f"{path}: {name}", name, table) for name, table in tables.items()}


def _is_nowhere(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:  # it is there, and reading it will say what is wrong
        return False
    return False


def _rules(field: str, name: str, given: Any) -> DutyRules:
    table = _table(field, given, _SET, "Give each rule set a table, like [our_agreement].")
    source = table.get("source")
    if not isinstance(source, str) or not source.strip():
        raise InputError(f"{field}.source", source, "Say which law or agreement the rule set is from.")
    driving, duty = (_seconds(f"{field}.{one}", table.get(one)) for one in _NUMBERS)
    breaks = sorted(_breaks(f"{field}.breaks", table.get("breaks", [])), key=lambda one: one.after_s)
    source = " ".join(source.split())
    return DutyRules(name=name, source=source, most_driving_s=driving, most_duty_s=duty, breaks=tuple(breaks))


def _breaks(field: str, given: Any) -> Iterable[Break]:
    if not isinstance(given, list) or len(given) > MOST_BREAKS:
        cure = f"Give a list of at most {MOST_BREAKS}, like [{{ after_s = 21600, length_s = 1200 }}]."
        raise InputError(field, given, cure)
    for one in given:
        table = _table(field, one, _BREAK, "Give each rest as { after_s = 21600, length_s = 1200 }.")
        after, length = (_seconds(f"{field}.{key}", table.get(key)) for key in ("after_s", "length_s"))
        yield Break(after_s=after, length_s=length)


def _table(field: str, given: Any, known: frozenset[str], cure: str) -> Mapping[str, Any]:
    """A table with known keys alone: a rest under a key that nobody reads would be no rest."""
    if not isinstance(given, dict):
        raise InputError(field, given, cure)
    strange = sorted(set(given) - known)
    if strange:
        raise InputError(f"{field}.{strange[0]}", given[strange[0]], f"The keys are {', '.join(sorted(known))}.")
    return given


def _seconds(field: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MOST_S:
        raise InputError(field, value, f"Give a whole number of seconds, 1 to {MOST_S}.")
    return value
