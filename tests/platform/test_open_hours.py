"""Hours of the week in local time, as UTC windows; and attributes of bins, depots and tips that use them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.rules.open_hours import (
    Hours,
    local_instant,
    read_hours,
    read_weekdays,
    say_weekdays,
    shift_on,
    windows_on,
    windows_over,
)
from hereabouts_platform.rules.waste_places import check_attributes, depot_facts, slot_facts, tip_facts
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.place import PlaceKind
from hereabouts_schemas.times import LONDON
from hereabouts_schemas.work import Approach, Window

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # Sundays on which clocks change in the United Kingdom


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_hours_are_read_as_people_write_them() -> None:
    assert read_hours("open", "Mon-Fri 06:00-10:00; Sat 6:00 - 08:00") == (
        Hours(weekdays=(1, 2, 3, 4, 5), from_time=time(6), to_time=time(10)),
        Hours(weekdays=(6,), from_time=time(6), to_time=time(8)),
    )
    assert read_hours("open", "") == ()
    assert read_hours("open", "07:30-24:00")[0] == Hours(
        weekdays=(1, 2, 3, 4, 5, 6, 7), from_time=time(7, 30), to_time=time(0)
    )
    assert read_weekdays("days", "Fri-Mon, wed") == (1, 3, 5, 6, 7)
    assert say_weekdays((1, 3)) == "Mon,Wed"


@pytest.mark.parametrize("text", ["Mon", "Mon-Fri", "Mon 6-10", "Mon 06:00-25:00", "Moon 06:00-10:00", "06:00-10:60"])
def test_hours_that_cannot_be_read_name_the_cure(text: str) -> None:
    with pytest.raises(InputError, match=r"windows: .* cannot be used\. W"):
        read_hours("windows", text)


def test_windows_follow_the_clocks_of_the_season() -> None:
    hours = read_hours("open", "daily 06:00-10:00")
    assert windows_on(hours, date(2026, 1, 6)) == (Window(from_at=utc(2026, 1, 6, 6), to_at=utc(2026, 1, 6, 10)),)
    assert windows_on(hours, date(2026, 7, 6)) == (Window(from_at=utc(2026, 7, 6, 5), to_at=utc(2026, 7, 6, 9)),)


def test_nights_on_which_clocks_change() -> None:
    night = read_hours("open", "Sun 00:30-03:00")
    assert windows_on(night, SPRING) == (Window(from_at=utc(2026, 3, 29, 0, 30), to_at=utc(2026, 3, 29, 2)),)
    assert windows_on(night, AUTUMN) == (Window(from_at=utc(2026, 10, 24, 23, 30), to_at=utc(2026, 10, 25, 3)),)
    assert local_instant(SPRING, time(1, 30)) == utc(2026, 3, 29, 1)  # never shown: when clocks go forward
    assert windows_on(read_hours("open", "Sun 01:00-01:30"), SPRING) == ()
    assert shift_on(AUTUMN, time(1, 30), time(1, 45)) == Window(
        from_at=utc(2026, 10, 25, 0, 30), to_at=utc(2026, 10, 25, 1, 45)
    )


def test_hours_past_midnight_belong_to_both_days_and_touching_ones_are_joined() -> None:
    late = read_hours("open", "Mon 22:00-02:00; Tue 02:00-04:00")
    whole = Window(from_at=utc(2026, 1, 5, 22), to_at=utc(2026, 1, 6, 4))
    assert windows_on(late, date(2026, 1, 5)) == windows_on(late, date(2026, 1, 6)) == (whole,)
    assert windows_on(late, date(2026, 1, 7)) == ()


TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(
    weekdays=st.sets(st.integers(1, 7), min_size=1),
    from_time=TIMES,
    to_time=TIMES,
    day=st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    minute=st.integers(0, 24 * 60 - 1),
)
def test_an_instant_lies_in_a_window_when_the_clock_on_the_wall_says_so(
    weekdays: set[int], from_time: time, to_time: time, day: date, minute: int
) -> None:
    at = datetime.combine(day, time(), tzinfo=UTC) + timedelta(minutes=minute)
    wall = at.astimezone(LONDON)
    if wall.date() in (SPRING, AUTUMN, date(2025, 3, 30), date(2025, 10, 26)):
        return  # the nights above
    hours = (Hours(weekdays=tuple(sorted(weekdays)), from_time=from_time, to_time=to_time),)
    now, yesterday = wall.isoweekday(), (wall - timedelta(days=1)).isoweekday()
    overnight = to_time <= from_time
    begun_today = now in weekdays and wall.time() >= from_time and (overnight or wall.time() < to_time)
    still_open = overnight and yesterday in weekdays and wall.time() < to_time
    windows = windows_over(hours, at, at + timedelta(minutes=1))
    assert any(one.from_at <= at < one.to_at for one in windows) == (begun_today or still_open)


def test_attributes_of_bins_depots_and_tips() -> None:
    found = slot_facts(
        {
            "stream": "glass", "capacity_l": 800, "kg_per_l": 0.25, "max_days": 7, "service_s": 120,
            "windows": "Mon-Fri 06:00-10:00", "access": ["rcv18", "van"], "approach": "curb", "colour": "green",
            "skills": ["food", "crane"],
        }
    )  # fmt: skip
    assert (found.stream, found.capacity_l, found.kg_per_l, found.max_days) == ("glass", 800, 0.25, 7)
    assert (found.service_s, found.access, found.approach) == (120, ("rcv18", "van"), Approach.CURB)
    assert found.skills == slot_facts({"skills": " food;crane;; food"}).skills == ("crane", "food")
    assert slot_facts({"capacity_l": None}).capacity_l is None
    assert depot_facts({"turnround_s": 300}).turnround_s == 300
    assert [depot_facts(one).overflow_p for one in ({}, {"overflow_p": 900.0})] == [4000, 900]
    assert tip_facts({"streams": "general, paper"}).streams == ("general", "paper")
    check_attributes(PlaceKind.HOME, {"windows": 7})


@pytest.mark.parametrize(
    ("kind", "attributes", "says"),
    [
        (PlaceKind.BIN_SLOT, {"capacity_l": 0}, "capacity_l: '0' .* whole number above 0"),
        (PlaceKind.BIN_SLOT, {"capacity_l": True}, "capacity_l"),
        (PlaceKind.BIN_SLOT, {"kg_per_l": "0.1"}, "kg_per_l: .* kilograms a litre"),
        (PlaceKind.BIN_SLOT, {"windows": "mornings"}, "windows: 'mornings' .* Mon-Fri 06:00-10:00"),
        (PlaceKind.BIN_SLOT, {"approach": "left"}, "approach: .* curb"),
        (PlaceKind.BIN_SLOT, {"access": {"rcv": 1}}, "access: .* list of names"),
        (PlaceKind.BIN_SLOT, {"stream": "a+b"}, "stream"),
        (PlaceKind.BIN_SLOT, {"skills": 3}, "skills: '3' .* like .*crane"),
        (PlaceKind.BIN_SLOT, {"skills": "crane,food"}, "skills: 'crane,food' .* like crane;food"),
        (PlaceKind.DEPOT, {"open": 6}, "open: '6'"),
        (PlaceKind.DEPOT, {"overflow_p": 0}, "overflow_p: '0' .* whole pence, 1 to 100000, like 4000"),
        (PlaceKind.DEPOT, {"overflow_p": 12.5}, "overflow_p"),
        (PlaceKind.DEPOT, {"overflow_p": 100_001}, "overflow_p"),
        (PlaceKind.TIP, {"turnround_s": -1}, "turnround_s: .* whole seconds"),
    ],
)
def test_attributes_that_cannot_be_used(kind: PlaceKind, attributes: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        check_attributes(kind, attributes)
