"""A TOML table of profiles and mappings: what `TomlTable` reads, and quantities, units and marks besides."""

from dataclasses import dataclass

from hereabouts_ingest.units import UnitError, conversion
from hereabouts_schemas.quantity import QUANTITIES
from hereabouts_schemas.toml_table import NOT_TOML, TomlTable, is_number

__all__ = ["NOT_TOML", "Table", "is_number", "read_toml"]


def read_toml(text: str, where: str) -> "Table":
    """Parse TOML; `where` is the file's name in messages.

    Raises:
        InputError: it is no TOML.
    """
    return Table.read(text, where)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table(TomlTable):
    """A TOML table with the words of the vocabulary. Every method raises `InputError` where a key is wrong."""

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
