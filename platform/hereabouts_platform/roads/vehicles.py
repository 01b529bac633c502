"""Classes of vehicles: how large and heavy, and which streets they may use. A table in TOML."""

import math
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import msgspec

from hereabouts_schemas.errors import InputError

SHIPPED = Path(__file__).with_name("vehicles.toml")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_MAY_ENTER = ("destination", "delivery", "customers", "private", "permit", "residents")


@dataclass(frozen=True, kw_only=True, slots=True)
class VehicleClass:
    """Vehicles for whom the same streets are open.

    Attributes:
        name: short, for commands and folders.
        says: what it is, for people.
        height_m, width_m, length_m, weight_kg: as it drives, loaded.
        hgv: a heavy goods vehicle by law (over 3.5 t).
        pace: its speed as a share of a car's on the same street.
        top_kmh: faster it never drives.
        enters: values of access by which it may reach a place, though not pass through.
    """

    name: str
    says: str
    height_m: float
    width_m: float
    length_m: float
    weight_kg: int
    hgv: bool
    pace: float
    top_kmh: float
    enters: tuple[str, ...]


def vehicle_classes(file: Path | None = None) -> dict[str, VehicleClass]:
    """The classes of `file`, else those that come along, by name.

    Raises:
        InputError: it cannot be read, or a class is not described in full.
    """
    path = file or SHIPPED
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("vehicles", str(path), f"It cannot be read as TOML ({error}).") from error
    return {name: _vehicle(name, table) for name, table in tables.items()}


def vehicle_class(name: str, file: Path | None = None) -> VehicleClass:
    """The class called `name`.

    Raises:
        InputError: there is none, or the file cannot be used.
    """
    classes = vehicle_classes(file)
    if name not in classes:
        raise InputError("vehicle", name, f"Known classes: {', '.join(classes)}.")
    return classes[name]


def _vehicle(name: str, table: Any) -> VehicleClass:
    if not _NAME.fullmatch(name):
        raise InputError("vehicle class", name, "Write small letters, digits, - and _, at most 40.")
    try:
        known = {field.name for field in fields(VehicleClass)}
        for stranger in set(table) - known:
            raise InputError(f"{name}.{stranger}", table[stranger], f"Known fields: {', '.join(sorted(known))}.")
        vehicle = msgspec.convert({**table, "name": name}, VehicleClass)
    except (msgspec.ValidationError, TypeError) as error:
        raise InputError(f"vehicle class {name}", table, f"{error}.") from error
    _check(vehicle)
    return vehicle


def _check(vehicle: VehicleClass) -> None:
    limits = {"height_m": 6, "width_m": 4, "length_m": 30, "weight_kg": 100_000, "pace": 1.5, "top_kmh": 130}
    for field, most in limits.items():
        value = getattr(vehicle, field)
        if not (math.isfinite(value) and 0 < value <= most):
            raise InputError(f"{vehicle.name}.{field}", value, f"Write a number above 0, at most {most}.")
    for value in vehicle.enters:
        if value not in _MAY_ENTER:
            raise InputError(f"{vehicle.name}.enters", value, f"Write any of {', '.join(_MAY_ENTER)}.")
