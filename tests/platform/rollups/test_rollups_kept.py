"""Rollups where retention takes readings: what is older stays as it was, what is younger is what can be recomputed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hereabouts_platform.store.connection import acting
from hereabouts_platform.store.readings import CivilBucket, Interval
from hereabouts_platform.store.rollup import note_batches, work_out
from hereabouts_schemas.times import LONDON

Ground = Any
Frozen = dict[tuple[int, datetime], Any]
HOUR = timedelta(hours=1)
KINDS = 4
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
CUTS = (datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC))  # both within a civil day: summer time
CLASS = {False: "public_readings", True: "home_readings"}

instants = st.builds(
    lambda cut, minutes: cut + timedelta(minutes=minutes),
    st.sampled_from(CUTS),
    st.one_of(st.integers(-100, 100), st.integers(-30, 30).map(lambda hours: hours * 60 + 5)),
)
values = st.integers(0, 255).map(float)
keys = st.tuples(st.integers(0, KINDS - 1), instants)
inserts = st.dictionaries(keys, values, min_size=4, max_size=16)
bounds = st.fixed_dictionaries({"batches": st.integers(1, 3), "touched": st.integers(1, 9), "hours": st.integers(1, 9)})
enough = st.fixed_dictionaries({})
cuts = st.tuples(st.sampled_from(CUTS), st.booleans())
revisions = st.lists(st.tuples(st.integers(0, 200), st.none() | values), min_size=4, max_size=8)
steps = st.one_of(
    st.tuples(st.just("insert"), inserts),
    st.tuples(st.just("revise"), revisions),
    st.tuples(st.just("run"), bounds | enough),
    st.tuples(st.just("cut"), cuts),
    st.tuples(st.just("restore"), st.none()),
)
# Most of what can go wrong needs these, in this order.
histories = st.builds(
    lambda begin, run, cut, late, changed, more: [
        ("insert", begin), ("run", run), ("cut", cut), ("insert", late), ("revise", changed), *more],
    st.dictionaries(keys, values, min_size=12, max_size=24), enough | bounds, cuts, inserts, revisions,
    st.lists(steps, max_size=6),
)  # fmt: skip


class Kept:
    """Plays steps on a ground, and knows which hours are to stand as they stood at the last cut."""

    def __init__(self, ground: Ground, *, in_home: bool) -> None:
        self.ground = ground
        self.horizon = NEVER
        self.frozen: Frozen = {}
        self._class = CLASS[in_home]
        ground.owner.execute("UPDATE place SET kind = %s WHERE id = 'above'", ("home" if in_home else "street",))
        ground.owner.execute("TRUNCATE retention")
        for name, before in ((self._class, None), (CLASS[not in_home], "2027-01-01Z")):
            ground.owner.execute(
                "INSERT INTO retention (class, keep, changed_by, before) VALUES (%s, '25 months', %s, %s)",
                (name, ground.principal, before),
            )

    def insert(self, changes: dict[Any, float]) -> None:
        self.ground.batch({key: value for key, value in changes.items() if key not in self.ground.stands})

    def revise(self, wanted: list[tuple[int, float | None]]) -> None:
        """Replay changes readings, or (None) takes them away: of any age."""
        stands = sorted(self.ground.stands)
        if stands:
            self.ground.batch({stands[at % len(stands)]: value for at, value in wanted})

    def run(self, limits: dict[str, int]) -> None:
        self.ground.run(**limits)

    def cut(self, detail: tuple[datetime, bool]) -> None:
        """Retention: the horizon first, then of what lies before it everything or every other reading."""
        cut, whole = detail
        if cut < self.horizon:
            return
        self.frozen = {key: row for key, row in self.ground.hours().items() if key[1] < cut}
        self.horizon = cut
        self.ground.owner.execute("UPDATE retention SET before = %s WHERE class = %s", (cut, self._class))
        for n, (stream, at) in enumerate(sorted((s, t) for s, t in self.ground.stands if t < cut)):
            if whole or n % 2:
                self.ground.owner.execute(
                    "DELETE FROM reading WHERE datastream_id = %s AND time = %s", (self.ground.streams[stream], at)
                )
                del self.ground.stands[stream, at]

    def restore(self, _: None) -> None:
        """As after a restore: transaction numbers mean nothing, so all that batches tell of is rolled up again."""
        self.ground.owner.execute("UPDATE rollup_progress SET below = NULL")

    def last_kept(self) -> dict[tuple[int, datetime], float]:
        """The newest reading of each datastream that a frozen hour knows of."""
        newest: dict[int, tuple[datetime, float]] = {}
        for n, stream in enumerate(self.ground.streams):
            row = self.ground.owner.execute(
                "SELECT last_at, last FROM reading_hour WHERE datastream_id = %s AND hour < %s"
                " ORDER BY hour DESC LIMIT 1",
                (stream, self.horizon),
            ).fetchone()
            if row is not None:
                newest[n] = row
        return {(n, at): last for n, (at, last) in newest.items()}

    def expected_hours(self, oracle: Any) -> Frozen:
        """Frozen ones, and the others from the last reading before the horizon and all readings after it."""
        known = {key: value for key, value in self.ground.stands.items() if key[1] >= self.horizon} | self.last_kept()
        found = oracle(known, HOUR, Interval())
        young = {key: (*n, n[1] / n[0]) for key, n in found.items() if key[1] >= self.horizon}
        return self.frozen | young


@settings(
    max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(history=histories, in_home=st.booleans())
def test_old_hours_stay_and_young_ones_are_recomputed(
    ground: Ground, oracle: Any, history: list[Any], in_home: bool
) -> None:
    ground.forget()
    kept = Kept(ground, in_home=in_home)
    for what, detail in history:
        getattr(kept, what)(detail)
        assert {key: row for key, row in ground.hours().items() if key[1] < kept.horizon} == kept.frozen
    ground.run_to_the_end()
    hours = ground.hours()
    assert alike(hours, kept.expected_hours(oracle))
    assert alike(ground.days(), days_of(hours))
    told = {bucket: ground.answer(bucket, Interval()) for bucket in (HOUR, CivilBucket.DAY)}
    assert alike(told[HOUR], {key: api_row(row) for key, row in hours.items()})
    assert alike({(n, at.astimezone(LONDON).date()): row for (n, at), row in told[CivilBucket.DAY].items()},
                 {key: api_row(row) for key, row in days_of(hours).items()})  # fmt: skip
    for within in (Interval(from_at=CUTS[0] - 2.5 * HOUR), Interval(to_at=CUTS[1] - 0.5 * HOUR)):
        check_old_edges(ground, kept, within)
    kept.restore(None)
    assert {bucket: ground.answer(bucket, Interval()) for bucket in told} == told
    ground.run_to_the_end()
    assert alike(ground.hours(), hours)


def check_old_edges(ground: Ground, kept: Kept, within: Interval) -> None:
    """Hours before the horizon are told as they stand, whole."""
    from_at, to_at = within.from_at or NEVER, within.to_at or kept.horizon
    found = {key: row for key, row in ground.answer(HOUR, within).items() if key[1] < kept.horizon}
    assert found == {k: api_row(row) for k, row in kept.frozen.items() if from_at - HOUR < k[1] < to_at}


def api_row(row: Any) -> Any:
    """(count, sum, time_mean, min, max, total) of a stored row."""
    return (row[0], row[1], row[2], row[4], row[5], row[8])


def days_of(hours: Frozen) -> dict[tuple[int, date], Any]:
    """Days from hours."""
    parts: dict[tuple[int, date], list[Any]] = {}
    for (n, at), row in sorted(hours.items()):
        parts.setdefault((n, at.astimezone(LONDON).date()), []).append(row)
    return {key: day_of_rows(rows) for key, rows in parts.items()}


def day_of_rows(rows: list[Any]) -> Any:
    count, total = sum(row[0] for row in rows), [row[8] for row in rows if row[8] is not None]
    stood = sum(row[3] for row in rows) if rows[0][3] is not None else None
    weighed = None if stood is None else sum(row[2] * row[3] for row in rows) / stood
    added = sum(row[1] for row in rows)
    least, most = min(row[4] for row in rows), max(row[5] for row in rows)
    told = sum(total) if total else None
    return (count, added, weighed, stood, least, most, rows[0][6], rows[-1][7], told, added / count)


def alike(found: dict[Any, Any], wanted: dict[Any, Any]) -> bool:
    assert found.keys() == wanted.keys()
    for key, row in wanted.items():
        assert all(a == b or a == pytest.approx(b, rel=1e-12) for a, b in zip(found[key], row, strict=True)), key
    return True


def test_a_run_holds_the_horizon_until_it_is_through(ground: Ground) -> None:
    assert Kept(ground, in_home=True).horizon == NEVER
    with acting(ground.jobs, ground.principal):
        note_batches(ground.jobs)
        work_out(ground.jobs)
        free = ground.owner.execute("SELECT class FROM retention FOR UPDATE SKIP LOCKED").fetchall()
    assert free == []


def test_a_period_stays_where_the_profile_says_none(ground: Ground) -> None:
    def periods(fields: str) -> list[Any]:
        ground.owner.execute(
            "INSERT INTO profile_version (profile_id, version, fields) VALUES ('p', '1', %s)"
            " ON CONFLICT (profile_id, version) DO UPDATE SET fields = excluded.fields", (fields,))  # fmt: skip
        ground.owner.execute("SELECT datastreams_follow_profiles()")
        return [row[0] for row in ground.owner.execute("SELECT period_s FROM datastream ORDER BY id")]

    ground.owner.execute("UPDATE datastream SET period_s = 3600 WHERE kind = 'delta'")
    assert periods("[]") == [None, 3600, None, None]
    said = '[{"path": "in", "quantity": "people_in", "channel": "", "period_s": 900}]'
    assert periods(said) == [None, 900, None, None]
    assert periods("[]") == [None, 900, None, None]
