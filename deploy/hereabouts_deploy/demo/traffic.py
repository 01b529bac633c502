"""The town's live traffic: which device says what, when, in which network's words, and what goes wrong on the way.

Every message carries what should become of it, for the tests; the messages themselves say nothing of it.
"""

import heapq
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from hereabouts_deploy.demo.bins import Served
from hereabouts_deploy.demo.faults import SENTINELS, Sent, garbage, stranger
from hereabouts_deploy.demo.frames import ENCODERS
from hereabouts_deploy.demo.makes import ELSYS, GENERIC, Network
from hereabouts_deploy.demo.networks import Uplinked, Wire, chirpstack, homelink, plain, things_stack
from hereabouts_deploy.demo.reporting import Reporter, Watches, reporters
from hereabouts_deploy.demo.world import World
from hereabouts_schemas.outcome import Outcome, Reason

#: The town lives six times as fast as its devices' own intervals would have it, so that a visitor sees life.
SPEED_UP = 6
FIRST_WITHIN_S = (2.0, 45.0)
#: One device falls silent so long after the start.
LAST_WORDS_AFTER_S = 600.0
DUPLICATE_EVERY, LATE_EVERY, SENTINEL_EVERY, STRANGER_EVERY, GARBAGE_EVERY = 40, 60, 75, 70, 90


@dataclass(kw_only=True, slots=True)
class _Voice:
    """A device that speaks: its join, its counters, and until when it has reported what it counts."""

    who: Reporter
    session: bytes
    decoded: bool
    reported: float
    dies_at: float
    spoke: bool = False
    count: int = 0
    people: tuple[int, int] = (0, 0)


class Traffic:
    """All messages from `start` on. Ask it what is due as the clock goes; it never speaks of times to come."""

    def __init__(self, world: World, start: datetime) -> None:
        self._world = world.reaching(start)
        self._begun = self._world.seconds(start)
        self._rng = np.random.default_rng([world.town.seed, zlib.crc32(b"traffic"), int(start.timestamp())])
        self._voices = [self._wake(who) for who in reporters(self._world)]
        self._queue = [(self._begun + float(self._rng.uniform(*FIRST_WITHIN_S)), k) for k in range(len(self._voices))]
        heapq.heapify(self._queue)
        self._sent = 0
        self._owed_sentinel = False

    def hear(self, served: Served) -> None:
        """Take in who has emptied bins."""
        if served != self._world.served:
            self._world = self._world.with_bins(served)

    def due(self, now: datetime) -> list[Sent]:
        """What the devices have sent by `now` and not been asked for before.

        After a long pause each device speaks once, at `now`, and goes on from there: what a device could not send is
        not made up later.
        """
        self._world = self._world.reaching(now)
        clock = self._world.seconds(now)
        out: list[Sent] = []
        while self._queue and self._queue[0][0] <= clock:
            at, k = heapq.heappop(self._queue)
            voice = self._voices[k]
            period = voice.who.device.make.interval_s / SPEED_UP
            if at < clock - period:
                at = clock - float(self._rng.uniform(0, 5))
                voice.reported = max(voice.reported, at - period)
            if at > voice.dies_at:
                continue
            spread = (0.97, 1.03) if voice.spoke else (0.1, 1.0)  # after the first minute they fall out of step
            voice.spoke = True
            out.extend(self._speak(voice, at))
            heapq.heappush(self._queue, (at + period * float(self._rng.uniform(*spread)), k))
        return out

    def _wake(self, who: Reporter) -> _Voice:
        last_words = who.watches is Watches.BIN and who.index == 0
        return _Voice(
            who=who,
            session=self._rng.bytes(16),
            decoded=who.device.make is GENERIC or zlib.crc32(who.device.id.encode()) % 5 < 3,
            reported=self._begun,
            dies_at=self._begun + LAST_WORDS_AFTER_S if last_words else who.dies_at(self._world),
        )

    def _speak(self, voice: _Voice, at: float) -> Iterator[Sent]:
        """One report, and every so often one of the troubles of real feeds."""
        device = voice.who.device
        values = voice.who.values(self._world, voice.reported, at, self._rng)
        voice.reported = at
        messages = list(self._messages(voice, at, at, self._with_sentinel(device.make.profile, values)))
        for message in messages:
            yield message
            self._sent += 1
            yield from self._troubles(at, message)

    def _troubles(self, at: float, message: Sent) -> Iterator[Sent]:
        if self._sent % DUPLICATE_EVERY == 0:
            yield Sent(wire=message.wire, outcome=Outcome.DUPLICATE)
        if self._sent % LATE_EVERY == 0:
            yield from self._late(at)
        if self._sent % SENTINEL_EVERY == 0:
            self._owed_sentinel = True
        if self._sent % STRANGER_EVERY == 0:
            yield stranger(self._moment(at), self._sent, self._rng)
        if self._sent % GARBAGE_EVERY == 0:
            yield self._garbage(at)

    def _messages(self, voice: _Voice, at: float, now: float, values: Mapping[str, float]) -> Iterator[Sent]:
        """A report of model time `at`, which its network hands on at `now`."""
        device, when = voice.who.device, self._moment(at)
        if device.network is Network.HOMELINK:
            collected = self._moment(now)
            for quantity in ("air_temperature", "relative_humidity"):
                wire = homelink(device, quantity, values[quantity], at=when, collected=collected)
                yield self._stored(voice, wire, when.replace(microsecond=0), {quantity: values[quantity]})
        elif device.network is Network.PLAIN:
            yield self._stored(voice, plain(device.id, when, values), when, values)
        else:
            full = self._with_totals(voice, values)
            frame = ENCODERS[device.make.profile](full)
            up = Uplinked(eui=device.id, frame=frame, at=when, count=voice.count, session=voice.session)
            voice.count += 1
            if device.network is Network.THINGS_STACK:
                wire = things_stack(up, self._rng, decoded=voice.decoded)
            else:
                wire = chirpstack(up, self._rng, decoded=voice.decoded)
            yield self._stored(voice, wire, when, {name: full[name] for name in frame.carries})

    def _stored(self, voice: _Voice, wire: Wire, at: datetime, values: Mapping[str, float]) -> Sent:
        """A message that brings values; a sentinel among them is refused by itself."""
        quantity, mark = SENTINELS.get(voice.who.device.make.profile, ("", 0.0))
        sentinel = quantity in values and values[quantity] == mark
        kept = {name: value for name, value in values.items() if not (sentinel and name == quantity)}
        reason = Reason.SENTINEL if sentinel else None
        return Sent(wire=wire, outcome=Outcome.STORED, device=voice.who.device.id, at=at, values=kept, reason=reason)

    def _with_sentinel(self, profile: str, values: dict[str, float]) -> dict[str, float]:
        if self._owed_sentinel and profile in SENTINELS:
            self._owed_sentinel = False
            quantity, mark = SENTINELS[profile]
            return values | {quantity: mark}
        return values

    def _with_totals(self, voice: _Voice, values: Mapping[str, float]) -> Mapping[str, float]:
        if voice.who.watches is not Watches.LINE:
            return values
        people_in, people_out = voice.people[0] + int(values["people_in"]), voice.people[1] + int(values["people_out"])
        voice.people = (people_in, people_out)
        return {**values, "people_in_total": float(people_in), "people_out_total": float(people_out)}

    def _late(self, now: float) -> Iterator[Sent]:
        """A room's report that lay with its gateway for hours."""
        rooms = [v for v in self._voices if v.who.watches is Watches.ROOM and v.dies_at > now]
        voice = rooms[int(self._rng.integers(len(rooms)))]
        at = now - float(self._rng.uniform(1, 5)) * 3600
        values = voice.who.values(self._world, at, at, self._rng)
        yield from self._messages(voice, at, now, values)

    def _garbage(self, at: float) -> Sent:
        elsys = [v for v in self._voices if v.who.device.make is ELSYS and v.dies_at > at]
        voice = elsys[int(self._rng.integers(len(elsys)))]
        frame = ENCODERS[ELSYS.profile](voice.who.values(self._world, at, at, self._rng))
        up = Uplinked(
            eui=voice.who.device.id, frame=frame, at=self._moment(at), count=voice.count, session=voice.session
        )
        voice.count += 1
        return garbage(up, self._sent // GARBAGE_EVERY, self._rng)

    def _moment(self, at: float) -> datetime:
        return self._world.origin + timedelta(seconds=round(at, 3))
