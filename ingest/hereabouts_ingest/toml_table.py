"""A TOML file read with care: every mistake is refused with the file, the key and the cure."""

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeGuard

from hereabouts_ingest.units import UnitError, conversion
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.quantity import QUANTITIES

NOT_TOML = "Write it as TOML 1.0 in UTF-8."


def read_toml(text: str, where: str) -> "Table":
    """Parse TOML; `where` is the file's name in messages.

    Raises:
        InputError: it is no TOML.
    """
    try:
        return Table(where=where, values=tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(where, error, NOT_TOML) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A TOML table and the name it goes by in messages. Every method raises `InputError` where a key is wrong."""

    where: str
    values: Mapping[str, object]

    def refuse(self, key: str, cure: str) -> NoReturn:
        """Refuse what stands at a key."""
        raise InputError(f"{self.where}: {key}", self.values.get(key, "nothing"), cure)

    def only(self, keys: Iterable[str]) -> None:
        """Refuse any other key than these."""
        for key in self.values:
            if key not in keys:
                self.refuse(key, f"Keys here are {', '.join(keys)}.")

    def text(self, key: str, default: str | None = None) -> str:
        """A text; one that is not blank where there is no default."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.refuse(key, 'Write a text in quotes, like "1".')
        return value

    def maybe_text(self, key: str) -> str | None:
        """A text that is not blank, or None where there is none."""
        return self.text(key) if key in self.values else None

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of several words."""
        value = self.text(key, default)
        if value not in choices:
            self.refuse(key, f"Write {' or '.join(choices)}.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where there is none."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
            self.refuse(key, 'Write a list of texts, like ["a/{device}"].')
        return tuple(value)

    def table(self, key: str) -> "Table | None":
        """A table of its own, or None where there is none."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.refuse(key, f"Write a table: [{key}] and its keys below it.")
        return Table(where=f"{self.where}: {key}", values=value)

    def rows(self, key: str) -> list["Table"]:
        """Tables in a list; empty where there is none."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            self.refuse(key, f"Write [[{key}]] before each of them.")
        return [Table(where=f"{self.where}: {key}[{n}]", values=row) for n, row in enumerate(value, start=1)]

    def quantity(self) -> str:
        """A quantity of the vocabulary."""
        name = self.text("quantity")
        if name not in QUANTITIES:
            self.refuse("quantity", f"The vocabulary has {', '.join(QUANTITIES)}.")
        return name

    def unit(self) -> str:
        """A unit that converts to the one of the quantity."""
        unit, target = self.text("unit"), QUANTITIES[self.quantity()].unit
        try:
            conversion(unit, target)
        except UnitError:
            self.refuse("unit", f"Write a UCUM code that converts to {target}, the unit of {self.quantity()}.")
        return unit

    def marks(self, key: str) -> tuple[float | str, ...]:
        """A list of numbers and texts that mean something; empty where there is none."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(mark, str) or is_number(mark) for mark in value):
            self.refuse(key, 'Write a list of numbers and texts, like [327.67, "No Sensor"].')
        return tuple(mark if isinstance(mark, str) else float(mark) for mark in value)

    def words(self) -> tuple[tuple[str, float], ...]:
        """Texts that stand for numbers; empty where there are none."""
        value = self.values.get("words", {})
        if not isinstance(value, dict) or not all(is_number(number) for number in value.values()):
            self.refuse("words", "Write texts with their numbers, like { normal = 0, tilt = 1 }.")
        return tuple((word, float(number)) for word, number in value.items())

    def scale(self) -> float:
        """The number that a value is multiplied with; 1 where there is none."""
        value = self.values.get("scale", 1.0)
        if not is_number(value) or not value:
            self.refuse("scale", "Write the number that a field is multiplied with; it cannot be 0.")
        return float(value)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a TOML value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
