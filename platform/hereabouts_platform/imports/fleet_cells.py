"""What cells of vehicles, crews and baselines may hold: compartments, pence, words, days."""

from datetime import date

from hereabouts_platform.imports.cells import is_name
from hereabouts_platform.imports.report import Cause
from hereabouts_platform.imports.tables import Row, RowRefused
from hereabouts_platform.rules.open_hours import read_weekdays
from hereabouts_platform.savings.factors import conversion_factors
from hereabouts_platform.store.fleet import Days
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.work import Compartment

_COMPARTMENT = (
    "Write streams:litres:kg, like general:14000:1400 or glass+cans:6000:900;paper:8000:700; any for any stream."
)


def compartments(text: str) -> tuple[Compartment, ...]:
    """`general:14000:1400`, `glass+cans:6000:900;paper:8000:700`, `any:9000:1500`; empty: none.

    Raises:
        InputError: it cannot be read.
    """
    return tuple(_compartment(part.strip(), text) for part in text.split(";") if part.strip())


def _compartment(part: str, text: str) -> Compartment:
    cells = [cell.strip() for cell in part.split(":")]
    if len(cells) != 3:
        raise InputError("compartments", text, _COMPARTMENT)
    streams, litres, kg = cells
    names = () if streams in ("", "any") else tuple(dict.fromkeys(name.strip() for name in streams.split("+")))
    if not (all(names) and litres.isdecimal() and kg.isdecimal() and int(litres) and int(kg)):
        raise InputError("compartments", text, _COMPARTMENT)
    return Compartment(streams=names, litres=int(litres), kg=int(kg))


def words(column: str, text: str) -> tuple[str, ...]:
    """Names separated by semicolons, in order of the alphabet.

    Raises:
        RowRefused: one is too long, or has characters that cannot be seen.
    """
    found = sorted({part.strip() for part in text.split(";")} - {""})
    if not all(map(is_name, found)):
        raise RowRefused(Cause.WRONG_SHAPE, f"{column} {text[:40]!r}: write names separated by semicolons.")
    return tuple(found)


def whole(column: str, text: str) -> int:
    """A whole number of 0 or more.

    Raises:
        RowRefused: it is none.
    """
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise RowRefused(Cause.WRONG_SHAPE, f"{column} {text!r} is no whole number of 0 or more.")
    return int(text)


def pence(row: Row, column: str) -> int:
    """An amount of money in whole pence.

    Raises:
        RowRefused: it is none.
    """
    try:
        return whole(column, row.cell(column))
    except RowRefused as refused:
        raise RowRefused(refused.cause, f"{refused.reason} Give pence: 90 is 90p, 2500 is £25.") from None


def fuel(column: str, text: str, unit: str | None = None) -> str | None:
    """A fuel that conversion factors know, counted in `unit` where one is given; None where the cell is empty.

    Raises:
        RowRefused: there is no such fuel.
    """
    units = conversion_factors().units
    known = [name for name in units if unit in (None, units[name])]
    if text and text not in known:
        raise RowRefused(Cause.WRONG_SHAPE, f"{column} {text[:40]!r} is none of {', '.join(known)}.")
    return text or None


def days_of(column: str, text: str) -> Days:
    """A date, or weekdays.

    Raises:
        InputError: it is neither.
    """
    try:
        return Days(on=date.fromisoformat(text))
    except ValueError:
        pass
    try:
        return Days(weekdays=read_weekdays(column, text))
    except InputError:
        raise InputError(
            column, text, "Give a date (2026-03-03), or weekdays (Mon-Fri, or Mon,Wed, or daily)."
        ) from None
