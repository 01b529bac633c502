"""Bin slots, depots and tips with what their attributes say, as planning reads them."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from hereabouts_platform.rules.waste_places import DepotFacts, SlotFacts, TipFacts, depot_facts, slot_facts, tip_facts
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.place import PlaceKind

SQL = load("waste_places")

FactsType = TypeVar("FactsType")


@dataclass(frozen=True, kw_only=True, slots=True)
class WastePlace(Generic[FactsType]):
    """A place with its position, WGS 84 degrees (its parent's, where it has none of its own)."""

    id: str
    name: str
    parent: str | None
    lon: float
    lat: float
    facts: FactsType


@dataclass(kw_only=True, slots=True)
class WastePlaces:
    """All of them by id; `unusable`: those without a position or with attributes that cannot be read, and why."""

    slots: dict[str, WastePlace[SlotFacts]] = field(default_factory=dict)
    depots: dict[str, WastePlace[DepotFacts]] = field(default_factory=dict)
    tips: dict[str, WastePlace[TipFacts]] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)


def waste_places(connection: Connection) -> WastePlaces:
    """Every bin slot, depot and tip; what cannot be used is listed for a person, never dropped."""
    found = WastePlaces()
    for id_, kind, name, parent, lon, lat, attributes in connection.execute(SQL["places"]):
        if lon is None:
            found.unusable[id_] = f"{name} has no position. Give lon and lat, of it or of the place it is part of."
            continue
        known = {"id": id_, "name": name, "parent": parent, "lon": lon, "lat": lat}
        try:
            match PlaceKind(kind):
                case PlaceKind.DEPOT:
                    found.depots[id_] = WastePlace(**known, facts=depot_facts(attributes))
                case PlaceKind.TIP:
                    found.tips[id_] = WastePlace(**known, facts=tip_facts(attributes))
                case _:
                    found.slots[id_] = WastePlace(**known, facts=slot_facts(attributes))
        except InputError as error:
            found.unusable[id_] = str(error)
    return found
