"""Settling the town in a store, once: files, places, devices, history, first assessment.

Every step may be cut off and done again: what is in the store already is recognised, step by step and row by row.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from hereabouts_deploy.demo.chronicle import Chronicle, read_chronicle
from hereabouts_deploy.demo.clock import origin_before
from hereabouts_deploy.demo.files import write_town, write_truth
from hereabouts_deploy.demo.fleet import write_fleet
from hereabouts_deploy.demo.history import write_history
from hereabouts_deploy.demo.people import add_officers, add_waste_people, write_patches, write_tenancies
from hereabouts_deploy.demo.quarters import FILES, options_of, write_quarters
from hereabouts_deploy.demo.town import build_town
from hereabouts_deploy.demo.world import HISTORY_DAYS, live_through
from hereabouts_platform.imports.areas import import_areas
from hereabouts_platform.imports.devices import import_devices
from hereabouts_platform.imports.fleet import import_baseline, import_crews, import_vehicles
from hereabouts_platform.imports.patches import import_patches
from hereabouts_platform.imports.places import import_places
from hereabouts_platform.imports.readings import import_readings
from hereabouts_platform.imports.report import ImportReport
from hereabouts_platform.imports.tenancies import import_tenancies
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.imports import known_places
from hereabouts_schemas.access import Principal
from hereabouts_schemas.errors import HereaboutsError

SEED = 1
HISTORY = ("weather", "homes", "bins", "footfall")

Say = Callable[[str], None]
Watch = Callable[[str, int, int], None]
Import = Callable[[Connection, Principal, Path], ImportReport]


@dataclass(frozen=True, kw_only=True, slots=True)
class TownFolder:
    """Where the town's files lie."""

    path: Path

    @property
    def chronicle(self) -> Path:
        """What the town is and which steps are done."""
        return self.path / "town.json"

    @property
    def tablets(self) -> Path:
        """The keys of the crews' tablets."""
        return self.path / "tablets.json"

    @property
    def truth(self) -> Path:
        """What is really wrong where: for comparing by hand, never imported."""
        return self.path / "truth.csv"


def settle(folder: TownFolder, database_url: str, *, say: Say, watch: Watch, stop: threading.Event) -> Chronicle:
    """Do what is still to be done of settling the town; returns the finished chronicle.

    Args:
        folder: where its files are, or will be made.
        database_url: for a login that may act as owner and jobs; migrated, with the device profiles in place.
        say: told of each step, in a sentence.
        watch: told of a file under way: its name, rows done, rows in all.
        stop: set to give up between two chunks of work.

    Raises:
        HereaboutsError: it was stopped, or the store cannot be reached or refused what it should take.
    """
    folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    chronicle = read_chronicle(folder.chronicle) or _found(folder, say)
    with connect(database_url, DatabaseRole.OWNER, application="hereabouts demo") as connection:
        settler = _Settler(
            connection=connection,
            database_url=database_url,
            folder=folder,
            seed=chronicle.seed,
            say=say,
            watch=watch,
            stop=stop,
        )
        if not settler.is_in_store(chronicle):
            chronicle = replace(chronicle, done=())
        if "fleet" not in chronicle.done and "places" in chronicle.done:  # a town of a release before rounds
            write_town(build_town(chronicle.seed), chronicle.origin, folder.path)
            chronicle = replace(chronicle, done=tuple(step for step in chronicle.done if step != "places"))
        if set(chronicle.done) >= set(settler.steps()):
            say("The town is settled already.")
        for step, work in settler.steps().items():
            if step not in chronicle.done:
                settler.go_on()
                work()
                chronicle = chronicle.with_done(step)
                chronicle.write(folder.chronicle)
    return chronicle


def _found(folder: TownFolder, say: Say) -> Chronicle:
    """Make the town and its sixty days of history up to now, as files."""
    now = datetime.now(UTC).replace(microsecond=0)
    chronicle = Chronicle(seed=SEED, origin=origin_before(now, HISTORY_DAYS), made_at=now)
    world = live_through(chronicle.seed, chronicle.origin, now)
    write_town(world.town, chronicle.origin, folder.path)
    write_truth(world.truth, world.outcomes, folder.truth)
    write_tenancies(chronicle.seed, world.town.homes, chronicle.origin, folder.path)
    write_history(world, now, folder.path)
    homes, bins, lines = len(world.town.homes), len(world.town.bins), len(world.town.lines)
    say(
        f"Made a town of {homes} homes, {bins} bins and {lines} counting lines, and {HISTORY_DAYS} days of its history."
    )
    chronicle.write(folder.chronicle)
    return chronicle


@dataclass(frozen=True, kw_only=True, slots=True)
class _Settler:
    connection: Connection
    database_url: str = field(repr=False)
    folder: TownFolder
    seed: int
    say: Say
    watch: Watch
    stop: threading.Event

    def steps(self) -> Mapping[str, Callable[[], None]]:
        """What there is to do with the files, in order, by name."""
        return {
            "areas": self._areas,
            "places": lambda: self._import("places.csv", import_places),
            "fleet": self._fleet,
            "people": self._people,
            "devices": lambda: self._import("devices.csv", import_devices),
            **{kind: self._history(kind) for kind in HISTORY},
            "assessment": self._assess,
        }

    def _areas(self) -> None:
        write_quarters(self.folder.path)
        for kind, name in FILES.items():
            self._import(name, partial(import_areas, options=options_of(kind)))

    def _fleet(self) -> None:
        write_fleet(build_town(self.seed), self.folder.path)
        self._import("vehicles.csv", import_vehicles)
        self._import("crews.csv", import_crews)
        self._import("baseline.csv", import_baseline)
        add_waste_people(self.connection, principal_named(self.connection, "system:command"), self.folder.tablets)

    def _people(self) -> None:
        write_patches(self.folder.path)
        self._import("patches.csv", import_patches)
        add_officers(self.connection, principal_named(self.connection, "system:command"))
        self._import("tenancies.csv", import_tenancies)

    def is_in_store(self, chronicle: Chronicle) -> bool:
        """Whether this store is the one that the chronicle tells of: not a new one under an old folder."""
        return not chronicle.done or bool(known_places(self.connection, ["street-01"]))

    def go_on(self) -> None:
        """Raises once we are asked to stop."""
        if self.stop.is_set():
            raise HereaboutsError("Stopped before the town was settled. The next start goes on from here.")

    def _history(self, kind: str) -> Callable[[], None]:
        name = f"{kind}.parquet"

        def progress(done: int, total: int) -> None:
            self.watch(name, done, total)
            self.go_on()

        return lambda: self._import(name, partial(import_readings, progress=progress))

    def _import(self, name: str, work: Import) -> None:
        report = work(self.connection, principal_named(self.connection, "system:command"), self.folder.path / name)
        known = f", {report.duplicate:,} known already" if report.duplicate else ""
        refused = f", {report.refused_count:,} refused" if report.refused_count else ""
        self.say(f"Imported {name}: {report.stored:,} stored{known}{refused}.")

    def _assess(self) -> None:
        report = run_job(self.database_url, "assess", datetime.now(UTC))
        if report.state != "done":
            raise HereaboutsError(f"The first assessment failed. {report.detail.get('error', '')}")
        self.say(f"Assessed {report.detail['rooms']} rooms: {report.detail['opened']} alerts.")
