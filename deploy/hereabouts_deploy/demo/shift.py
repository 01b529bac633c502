"""The town's working day: today's plan is made where there is none, the crews work it, and their bins are empty then.

Nothing here touches the store: plans come of `hereabouts rounds plan`, reports go in over the API.
"""

import math
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import structlog

from hereabouts_deploy.demo.bins import Bins, Served, simulate_bins
from hereabouts_deploy.demo.chronicle import Chronicle
from hereabouts_deploy.demo.clock import HOUR_S, seconds_since
from hereabouts_deploy.demo.doors import Doors
from hereabouts_deploy.demo.fleet import CREWS, write_crews
from hereabouts_deploy.demo.people import DISPATCHER
from hereabouts_deploy.demo.tablets import reports
from hereabouts_deploy.demo.town import Town
from hereabouts_deploy.demo.waste import DEPOT_ID
from hereabouts_schemas.times import LONDON, parse_time

log = structlog.get_logger(__name__)

TICK_S = 10.0
SEARCH_S = "5"
AGAIN_AFTER = timedelta(minutes=2)
AHEAD_H = 8
DAY = timedelta(days=1)


class Shift:
    """Crews of a town at work. `served` says at any time who emptied what."""

    def __init__(self, town: Town, chronicle: Chronicle, doors: Doors, folder: Path) -> None:
        self._town, self._chronicle, self._doors, self._folder = town, chronicle, doors, folder
        self._index = {slot.id: k for k, slot in enumerate(town.slots)}
        self._begun = datetime.now(UTC)
        self._tried_at: datetime | None = None
        self._called_out = False
        self.served = Served(since=chronicle.made_at)
        self._seen: tuple[Served, Bins] | None = None

    def work(self) -> None:
        """Go on until stopped."""
        while not self._doors.stop.is_set():
            now = datetime.now(UTC)
            today = now.astimezone(LONDON).date()
            try:
                self._plan(now)
                for crew in CREWS:
                    self._report(crew.id, now)
                self.look(today - DAY, today)
            except httpx.HTTPError as error:
                log.warning("the crews wait for the API", action="demo_crews", why=str(error))
            self._doors.stop.wait(TICK_S)

    def look(self, *days: date) -> None:
        """Ask who emptied what, on some days or ever.

        Raises:
            httpx.HTTPError: the API did not answer.
        """
        planned, emptied = {*self.served.days, datetime.now(LONDON).date()}, set(self.served.emptied)
        for which in [f"&day={day}" for day in days] or [""]:
            for visit in self._doors.each(DISPATCHER, f"/v1/visits?reported=true&limit=1000{which}"):
                planned.add(date.fromisoformat(visit["day"]))
                if visit["outcome"] == "emptied" and visit["place"] in self._index:
                    emptied.add((self._index[visit["place"]], parse_time(visit["outcome_at"])))
        self.served = Served(since=self._chronicle.made_at, days=frozenset(planned), emptied=frozenset(emptied))

    def _plan(self, now: datetime) -> None:
        """Where today has no plan, make one; after a start the crews' shift begins now, whatever the hour."""
        if self._tried_at is not None and now < self._tried_at + AGAIN_AFTER:
            return
        day = now.astimezone(LONDON).date()
        if self._doors.get(DISPATCHER, f"/v1/plans?day={day}&depot={DEPOT_ID}")["items"]:
            self._called_out, self._tried_at = True, now
            return
        self._tried_at = now
        if not self._called_out:
            path = self._folder / "crews.csv"
            write_crews(path, now)
            self._called_out = self._doors.command("import", "crews", str(path))
        self._doors.command("job", "run", "forecast")
        self._doors.command("rounds", "plan", "--depot", DEPOT_ID, "--seconds", SEARCH_S, "--publish")

    def _report(self, crew: str, now: datetime) -> None:
        """What a crew has to say of its rounds of today, and of yesterday's where they run into today."""
        since = now.astimezone(LONDON).date() - DAY
        for one in self._doors.get(crew, f"/v1/rounds?crew={crew}&limit=10")["items"]:
            is_on = date.fromisoformat(one["day"]) >= since and parse_time(one["starts_at"]) <= now
            if is_on and one["changed"] and one["accepted_at"] is None:
                self._doors.post(crew, f"/v1/rounds/{one['id']}/acceptance")
            if is_on and one["done"] < one["visits"]:
                stops = self._doors.get(crew, f"/v1/rounds/{one['id']}")["stops"]
                told = reports(stops, crew, self._begun, now, self._level)
                if told:
                    self._doors.post(crew, "/v1/outcomes", {"outcomes": told[:200]})

    def _level(self, place: str, at: datetime) -> float:
        """How full a bin really is; 1 is its full line. Of what is no bin of the town's: half."""
        if place not in self._index:
            return 0.5
        hours = math.ceil(seconds_since(self._chronicle.origin, at) / HOUR_S) + 1
        if self._seen is None or self._seen[0] != self.served or len(self._seen[1].level) < hours:
            town, origin = self._town, self._chronicle.origin
            bins = simulate_bins(town.seed, town.slots, origin, hours + AHEAD_H, self.served)
            self._seen = self.served, bins
        k = self._index[place]
        seconds = np.array([seconds_since(self._chronicle.origin, at)])
        return float(self._seen[1].level_at(k, seconds)[0]) / self._town.slots[k].full


def at_work(shift: Shift) -> threading.Thread:
    """The shift in a thread of its own, which ends when its doors are to stop."""
    thread = threading.Thread(target=shift.work, name="demo-crews", daemon=True)
    thread.start()
    return thread
