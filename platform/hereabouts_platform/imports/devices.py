"""`devices.csv` into the store: `id,profile,place,from,to,mount`.

A row is one deployment. Moving a device ends one (its row again, with `to`) and starts another. A deployment on a home
whose mount names a room goes to the place `<home>/<room>`, which is made where it is missing. A profile written
`profile/version` pins the device to that version of its decoder; the profile alone lets it go with the releases.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hereabouts_platform.access.policy import require
from hereabouts_platform.imports.cells import instant, is_date, json_object, name, say_close
from hereabouts_platform.imports.mounts import checked_mount
from hereabouts_platform.imports.moves import Change, Moves, Wish, settle
from hereabouts_platform.imports.report import Cause, ImportReport, Sink, Tally
from hereabouts_platform.imports.rooms import Rooms
from hereabouts_platform.imports.tables import Row, RowRefused, Table, read_table
from hereabouts_platform.rules.wording import say_time
from hereabouts_platform.store import imports as store
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.device import Deployment, device_id

REQUIRED = ("id", "profile", "place", "from")
OPTIONAL = ("to", "mount")


def import_devices(connection: Connection, principal: Principal, path: Path, sink: Sink | None = None) -> ImportReport:
    """Store the devices and deployments of a CSV file in one transaction; wrong rows are refused, the others stored.

    Profiles must be in the store (`registry.sync_profiles`), places too (`import_places`).

    Args:
        connection: role owner, not in a transaction.
        principal: who imports; must be allowed to write devices.
        path: the file.
        sink: is handed every refused row.

    Raises:
        InputError: the file as a whole cannot be used.
        NotAllowed: `principal` may not.
    """
    require(principal, Action.WRITE, Resource.DEVICES)
    tally = Tally(sink)
    table = read_table(path, tally, required=REQUIRED, optional=OPTIONAL)
    with acting(connection, principal.id):
        store.take_turn(connection)
        _Import(connection, table, tally).run()
        report = tally.report()
        detail = {"import": "devices", "file": table.name, "sha256": table.sha256, **report.counts}
        record(connection, principal, Action.WRITE, Resource.DEVICES, detail)
    return report


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    """All devices' moves together."""

    added: list[Wish]
    changed: list[Change]
    same: list[Wish]

    @property
    def taken(self) -> list[Wish]:
        return sorted([*self.added, *(change.wish for change in self.changed), *self.same], key=lambda wish: wish.line)


class _Import:
    """One file on its way into the store."""

    def __init__(self, connection: Connection, table: Table, tally: Tally) -> None:
        self._connection = connection
        self._table = table
        self._tally = tally
        self._profiles = store.profile_ids(connection)
        self._rooms = Rooms(connection, [row.cell("place") for row in table.rows])

    def run(self) -> None:
        wishes = self._once_each(self._one_profile_each(list(self._wishes())))
        outcome = self._settle(wishes)
        retyped = self._save_devices(outcome)
        self._rooms.save([wish.deployment.place_id for wish in outcome.taken])
        store.change_deployments(self._connection, [change.after for change in outcome.changed])
        store.add_deployments(self._connection, [wish.deployment for wish in outcome.added])
        self._count(outcome, retyped)
        self._note(outcome, retyped)

    def _wishes(self) -> Iterable[Wish]:
        for row in self._table.rows:
            try:
                yield self._wish(row)
            except RowRefused as refused:
                self._tally.refuse(row.line, refused.cause, refused.reason)

    def _wish(self, row: Row) -> Wish:
        device, profile, place, since = (name(column, row.cell(column)) for column in REQUIRED)
        known, _, version = profile.partition("/")
        if known not in self._profiles:
            hint = say_close(known, self._profiles) or " `hereabouts profiles` lists them."
            raise RowRefused(Cause.UNKNOWN_PROFILE, f"There is no device profile {known!r}.{hint}")
        if "/" in profile and (not version or "/" in version):
            raise RowRefused(Cause.UNKNOWN_PROFILE, f"{profile!r} names no version. Write {known}/1, or {known} alone.")
        from_at = instant("from", since)
        to_at = instant("to", row.cell("to")) if row.cell("to") else None
        if to_at is not None and to_at <= from_at:
            raise RowRefused(Cause.CLOCK, "`to` must be later than `from`. Leave it empty while the device is there.")
        mount = checked_mount(json_object("mount", row.cell("mount")))
        deployment = Deployment(
            id=0,
            device_id=device_id(device),
            place_id=self._rooms.place_for(place, mount),
            from_at=from_at,
            to_at=to_at,
            mount=mount,
        )
        return Wish(line=row.line, profile=profile, deployment=deployment)

    def _one_profile_each(self, wishes: Sequence[Wish]) -> Iterable[Wish]:
        first: dict[str, Wish] = {}
        for wish in wishes:
            stands = first.setdefault(wish.deployment.device_id, wish)
            if stands.profile == wish.profile:
                yield wish
            else:
                reason = f"{wish.deployment.device_id} has the profile {stands.profile} in line {stands.line}. "
                self._tally.refuse(wish.line, Cause.DOUBLE, f"{reason}A device has one profile; correct one of them.")

    def _once_each(self, wishes: Iterable[Wish]) -> Iterable[Wish]:
        """The first row of each device and start; the same again is a duplicate, anything else is refused."""
        first: dict[tuple[str, object], Wish] = {}
        for wish in wishes:
            stands = first.setdefault((wish.deployment.device_id, wish.deployment.from_at), wish)
            if stands is wish:
                yield wish
            elif stands.deployment == wish.deployment:
                self._tally.duplicate += 1
            else:
                reason = (
                    f"{wish.deployment.device_id} stands in line {stands.line} already, from the same time, at "
                    f"{stands.deployment.place_id}. A device is at one place at a time; keep one of the rows."
                )
                self._tally.refuse(wish.line, Cause.OVERLAP, reason)

    def _settle(self, wishes: Iterable[Wish]) -> _Outcome:
        of_device: dict[str, list[Wish]] = defaultdict(list)
        for wish in wishes:
            of_device[wish.deployment.device_id].append(wish)
        stored: dict[str, list[Deployment]] = defaultdict(list)
        for deployment in store.known_deployments(self._connection, list(of_device)):
            stored[deployment.device_id].append(deployment)
        self._rooms.learn([deployment.place_id for group in stored.values() for deployment in group])
        moves = [settle(stored[device], group, self._rooms.home_of) for device, group in of_device.items()]
        for wish, reason in (pair for move in moves for pair in move.refused):
            self._tally.refuse(wish.line, Cause.OVERLAP, reason)
        return _gather(moves)

    def _save_devices(self, outcome: _Outcome) -> dict[str, tuple[str, str]]:
        """Store new devices and new profiles; returns device -> (old, new) of the changed ones."""
        wanted = {wish.deployment.device_id: wish.profile for wish in outcome.taken}
        known = store.known_devices(self._connection, list(wanted))
        store.save_devices(
            self._connection, [(device, profile) for device, profile in wanted.items() if known.get(device) != profile]
        )
        return {device: (known[device], new) for device, new in wanted.items() if known.get(device, new) != new}

    def _count(self, outcome: _Outcome, retyped: dict[str, tuple[str, str]]) -> None:
        moved = {wish.deployment.device_id for wish in outcome.added} | {c.after.device_id for c in outcome.changed}
        only_retyped = len(retyped.keys() - moved)
        self._tally.updated = len(outcome.changed) + only_retyped
        self._tally.stored = len(outcome.added) + self._tally.updated
        self._tally.duplicate += len(outcome.same) - only_retyped

    def _note(self, outcome: _Outcome, retyped: dict[str, tuple[str, str]]) -> None:
        notes = self._tally.notes
        if any(is_date(row.cell(column)) for row in self._table.rows for column in ("from", "to")):
            notes.append("A date without a time was read as its midnight (the day's first moment) in Europe/London.")
        if retyped:
            changes = [f"{device} is now {new}, was {old}" for device, (old, new) in sorted(retyped.items())]
            notes.append(f"Changed profiles: {_some(changes)}. What is stored already stays as it was read.")
        ends = {c.after.id: c.after for c in outcome.changed if c.after.to_at is not None}
        later = store.readings_after(self._connection, [(id_, d.to_at) for id_, d in ends.items() if d.to_at])
        for id_, count in sorted(later.items()):
            ended = ends[id_]
            end = say_time(ended.to_at) if ended.to_at else ""
            notes.append(
                f"{count:,} reading{'s' if count != 1 else ''} of {ended.device_id} at {ended.place_id} are later than "
                f"the end now given ({end}). They stay with that deployment."
            )


def _gather(moves: Sequence[Moves]) -> _Outcome:
    return _Outcome(
        added=[wish for move in moves for wish in move.added],
        changed=[change for move in moves for change in move.changed],
        same=[wish for move in moves for wish in move.same],
    )


def _some(sentences: Sequence[str], most: int = 10) -> str:
    more = f"; and {len(sentences) - most:,} more" if len(sentences) > most else ""
    return "; ".join(sentences[:most]) + more
