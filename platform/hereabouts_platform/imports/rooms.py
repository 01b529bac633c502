"""The places that a file of devices names, and the rooms in its homes: found, or made when a device goes there."""

from collections.abc import Iterable, Mapping, Sequence

from hereabouts_platform.imports.report import Cause
from hereabouts_platform.imports.tables import RowRefused
from hereabouts_platform.store import imports as store
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.locating import locate_moved, note_moved
from hereabouts_schemas.place import Place, PlaceKind


class Rooms:
    """Places by id, and each home's rooms by name in any case, so that Bedroom and bedroom are one room."""

    def __init__(self, connection: Connection, places: Iterable[str]) -> None:
        self._connection = connection
        self._places: dict[str, Place] = {}
        self._made: dict[str, Place] = {}
        self._by_name: dict[tuple[str, str], str] = {}
        self.learn(places)
        homes = [place.id for place in self._places.values() if place.kind is PlaceKind.HOME]
        for room in store.rooms_of(connection, homes):
            self._places[room.id] = room
            self._by_name[str(room.parent), room.id.removeprefix(f"{room.parent}/").casefold()] = room.id

    def learn(self, places: Iterable[str]) -> None:
        """Read these places from the store."""
        self._places.update(store.known_places(self._connection, sorted(set(places) - self._places.keys())))

    def place_for(self, place_id: str, mount: Mapping[str, object]) -> str:
        """Where a deployment stands: the place itself, or the room of the home that its mount names.

        Raises:
            RowRefused: the store has no such place, or the room's id is taken by something else.
        """
        place = self._places.get(place_id)
        if place is None:
            raise RowRefused(
                Cause.UNKNOWN_PLACE, f"There is no place {place_id!r}. Import it with `hereabouts import places` first."
            )
        room = mount.get("room")
        if place.kind is not PlaceKind.HOME or not isinstance(room, str):
            return place_id
        key = place_id, room.casefold()
        if key not in self._by_name:
            self._make(place_id, room)
        return self._by_name[key]

    def home_of(self, place_id: str) -> str:
        """A room's home; any other place itself."""
        place = self._places.get(place_id) or self._made[place_id]
        return place.parent if place.kind is PlaceKind.ROOM and place.parent is not None else place_id

    def save(self, wanted: Sequence[str]) -> None:
        """Store the rooms among `wanted` that are new; they lie in the areas of their homes."""
        rooms = [self._made[id_] for id_ in dict.fromkeys(wanted) if id_ in self._made]
        store.save_places(self._connection, rooms)
        note_moved(self._connection, [room.id for room in rooms])
        locate_moved(self._connection)

    def _make(self, home: str, name: str) -> None:
        room_id = f"{home}/{name}"
        self.learn([room_id])
        if room_id in self._places:
            raise RowRefused(
                Cause.UNKNOWN_PLACE, f"{room_id} exists but is no room of {home}. Rename the one or the other."
            )
        self._made[room_id] = Place(id=room_id, kind=PlaceKind.ROOM, name=name, parent=home)
        self._by_name[home, name.casefold()] = room_id
