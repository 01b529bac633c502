"""The two shapes of a file of readings: long (`device,quantity,time,value`) and wide (one column a quantity)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hereabouts_platform.imports.cells import is_name
from hereabouts_platform.imports.tables import check_header, unknown_column
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.quantity import QUANTITIES

LONG = ("device", "quantity", "time", "value")
WIDE = ("device", "time")
LOCAL = " Europe/London"  # behind a local time of which no instant could be made


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueColumn:
    """A column of a wide file: `<quantity>` or `<quantity>:<channel>`."""

    quantity: str
    channel: str

    @property
    def name(self) -> str:
        """The one spelling of its name."""
        return f"{self.quantity}:{self.channel}" if self.channel else self.quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """The columns of a file in their order, each by the one spelling of its name; `wide` is empty for a long file.

    `devices` are columns that hold a device's values each (`local_columns`).
    """

    columns: tuple[str, ...]
    wide: tuple[ValueColumn, ...]
    devices: tuple[str, ...] = ()

    @property
    def values_per_row(self) -> int:
        """How many values a row can hold."""
        return len(self.wide) or len(self.devices) or 1


def layout_of(path: Path, header: Sequence[str]) -> Layout:
    """What the header makes of a file.

    Raises:
        InputError: a column is unknown (never ignored), stands twice, or is missing.
    """
    names = [cell.strip() for cell in header]
    if "quantity" in names or "value" in names:
        return Layout(columns=check_header(path, names, required=LONG, optional=("channel",)), wide=())
    wide = {name: _value_column(name) for name in names if name not in WIDE}
    check_header(path, names, required=WIDE, optional=list(wide))
    if not wide:
        raise InputError("header", ",".join(names), "There is no column of values: add one named after a quantity.")
    columns = tuple(wide[name].name if name in wide else name for name in names)
    for name, column in zip(names, columns, strict=True):
        if columns.count(column) > 1:
            raise InputError("column", name, f"Two columns say {column}; keep one of them.", line=1)
    return Layout(columns=columns, wide=tuple(wide.values()))


def _value_column(name: str) -> ValueColumn:
    quantity, _, channel = name.partition(":")
    if quantity.strip() not in QUANTITIES or not is_name(channel):
        raise unknown_column(name, (*WIDE, *QUANTITIES))
    return ValueColumn(quantity=quantity.strip(), channel=channel.strip())
