"""The step from day to day: what comes late, changes or goes, in any order, leaves the same as starting again."""

from dataclasses import replace

import made_rooms
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hereabouts_platform.homes.assess import Series, assess_series
from hereabouts_platform.homes.day import next_day
from hereabouts_platform.homes.features import RoomKind
from hereabouts_platform.homes.record import DAY, Record, blank, from_bytes, to_bytes
from hereabouts_platform.homes.rooms import Rooms, rooms_of

DAYS, ROOMS = 12, 3
KINDS = [RoomKind.BEDROOM, RoomKind.BATHROOM, RoomKind.HOME]


def rooms() -> Rooms:
    """A home of two rooms, and one of its own."""
    return rooms_of(KINDS, f_rsi=[None, 0.6, 0.8], home=[0, 0, 1])


def kept(record: Record) -> Record:
    """As the store gives it back."""
    return from_bytes([to_bytes(one) for one in record])


def same(one: Record, other: Record) -> bool:
    """Whether two records are the same to the last bit."""
    return one.tobytes() == other.tobytes()


class Chain:
    """Goes on by the hour, and from the day that was touched on, as the job does."""

    def __init__(self, series: Series) -> None:
        self.series = series
        self.ends = {-1: blank(ROOMS, series.first_day - 1)}

    def work_out(self, from_day: int, until_hour: int) -> Record:
        """From a day on, to an hour since the series began."""
        for day in range(from_day, -(-until_hour // 24)):
            until = min(until_hour - day * 24, 24)
            self.ends[day] = kept(next_day(self.ends[day - 1], self.series.day(day), until, rooms()))
        return self.ends[max(self.ends)]


touches = st.lists(
    st.tuples(
        st.sampled_from(["late", "changed", "deleted", "weather"]),
        st.integers(0, DAYS * 24 - 1),
        st.integers(0, ROOMS - 1),
        st.floats(5, 30),
    ),
    max_size=6,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(touches=touches, stops=st.lists(st.integers(1, DAYS * 24), max_size=5), missing=st.integers(0, 2**32 - 1))
def test_going_on_and_starting_again_agree(
    touches: list[tuple[str, int, int, float]], stops: list[int], missing: int
) -> None:
    """Late, changed and deleted readings and weather that comes late, in any order, at any hours."""
    whole = made_rooms.series(
        DAYS, rooms=ROOMS, temperature=np.array([17.0, 20.0, 14.0]), excess=np.array([700, 900, 300])
    )
    gaps = np.random.default_rng(missing).random(whole.temperature.shape) < 0.1
    series = replace(
        whole,
        temperature=np.where(gaps, np.nan, whole.temperature),
        humidity=np.where(gaps, np.nan, whole.humidity),
        outdoor_temperature=np.repeat(whole.outdoor_temperature, ROOMS, axis=1),
    )
    chain = Chain(series)
    worked_to = 0
    for stop in sorted(stops):
        chain.work_out(worked_to // 24, stop)
        worked_to = stop
    for kind, hour, room, value in touches:
        target = series.outdoor_temperature if kind == "weather" else series.temperature
        target[hour, room] = np.nan if kind == "deleted" else value
        if kind in ("changed", "deleted"):
            series.humidity[hour, room] = target[hour, room] * 3
        chain.work_out(min(hour // 24, worked_to // 24), max(worked_to, 1))
    ended = chain.work_out(worked_to // 24, DAYS * 24)
    again = list(assess_series(series, rooms()))[-1]
    assert same(ended, again)


def test_a_room_does_not_depend_on_who_is_worked_out_beside_it() -> None:
    """Homes come in any company; a home's own rooms do count."""
    series = made_rooms.series(5, rooms=ROOMS, excess=np.array([700, 900, 300]))
    together = list(assess_series(series, rooms()))[-1]
    alone = replace(series, temperature=series.temperature[:, 2:], humidity=series.humidity[:, 2:])
    assert same(together[2:], list(assess_series(alone, rooms().of(slice(2, 3))))[-1])


def test_yesterdays_record_stays_as_it_was() -> None:
    """A day is worked out again and again from it."""
    series = made_rooms.series(2, rooms=ROOMS)
    yesterday = next_day(blank(ROOMS, series.first_day - 1), series.day(0), 24, rooms())
    before = yesterday.copy()
    next_day(yesterday, series.day(1), 9, rooms())
    assert same(yesterday, before)


def test_hours_that_are_not_over_are_not_looked_at() -> None:
    """Readings with clocks ahead of time do not count before their hour."""
    series = made_rooms.series(1, rooms=ROOMS)
    start = blank(ROOMS, series.first_day - 1)
    cut = replace(series, temperature=series.temperature[:9], humidity=series.humidity[:9])
    assert same(next_day(start, series.day(0), 9, rooms()), next_day(start, cut.day(0), 9, rooms()))


def test_no_rooms_at_all() -> None:
    """Nothing in, nothing out."""
    nobody = rooms_of([])
    series = Series(first_day=0, temperature=np.empty((24, 0)), humidity=np.empty((24, 0)))
    assert len(next_day(blank(0, -1), series.day(0), 24, nobody)) == 0


def test_a_record_is_as_long_as_its_form_says() -> None:
    """Bytes of another form are never taken for these: whoever changes it raises FORM."""
    assert (DAY.itemsize, len(DAY.names or ())) == (len(to_bytes(blank(1, 0)[0])), 45)
