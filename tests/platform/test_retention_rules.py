"""What a keep means at a time, and which keeps are taken."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hereabouts_platform.rules.retention import CLASSES, DEFAULTS, check_keeps, cut_of

NOW = datetime(2026, 3, 31, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "keep", "cut"),
    [
        ("uplink_keys", "400 days", NOW - timedelta(days=400)),
        ("uplink_keys", "1 day", NOW - timedelta(days=1)),
        ("quarantine", "13 months", datetime(2025, 2, 28, 12, 30, tzinfo=UTC)),
        ("quarantine", "25 months", datetime(2024, 2, 29, 12, 30, tzinfo=UTC)),
        ("audit", "6 years", datetime(2020, 3, 31, 12, 30, tzinfo=UTC)),
        ("raw_batches", "13 months", datetime(2025, 2, 1, tzinfo=UTC)),
        ("home_readings", "60 days", datetime(2026, 1, 1, tzinfo=UTC)),
        ("audit", "9999 years", datetime(1, 1, 31, 12, 30, tzinfo=UTC)),
        ("public_rollups", "forever", None),
    ],
)
def test_what_is_older_goes(name: str, keep: str, cut: datetime | None) -> None:
    assert cut_of(name, keep, NOW) == cut


@pytest.mark.parametrize(
    ("given_keeps", "says"),
    [
        ({"home_reading": "25 months"}, "did you mean home_readings?"),
        ({"zzz": "25 months"}, "the classes are home_readings, public_readings"),
        ({"audit": "soon"}, "write 400 days, 25 months, 6 years or forever"),
        ({"audit": "0 days"}, "write 400 days"),
        ({"audit": "11 months"}, "Keep audit for 365 days or more"),
        ({"home_readings": "2 months"}, "Keep home_readings for 60 days or more, not 2 months: it is still in use"),
        ({"home_readings": "7 years"}, "Keep home_rollups (6 years) for as long as home_readings (7 years)"),
        ({"public_rollups": "4 years"}, "for as long as public_readings (5 years) or longer"),
        ({"home_readings": "forever"}, "for as long as home_readings (forever)"),
    ],
)
def test_a_mistake_is_told_with_its_cure(given_keeps: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=r"Keep|class|write") as caught:
        check_keeps(given_keeps)
    assert says in str(caught.value)


def test_what_is_not_said_is_built_in_and_what_is_built_in_is_taken() -> None:
    assert check_keeps({}) == DEFAULTS
    assert check_keeps(DEFAULTS) == DEFAULTS
    assert check_keeps({"audit": "forever"}) == {**DEFAULTS, "audit": "forever"}
    assert check_keeps({"home_readings": "24 months", "home_rollups": "2 years"})["home_rollups"] == "2 years"


@given(
    name=st.sampled_from(sorted(CLASSES)),
    number=st.integers(1, 9999),
    unit=st.sampled_from(["days", "months", "years"]),
    now=st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zone beside
)
def test_no_keep_that_is_taken_ever_cuts_into_what_is_still_in_use(
    name: str, number: int, unit: str, now: datetime
) -> None:
    keep = f"{number} {unit}"
    longer = {rollups: "forever" for rollups in ("home_rollups", "public_rollups") if rollups != name}
    shorter = {r: "60 days" for r in ("home_readings", "public_readings") if r != name}
    try:
        check_keeps({**longer, **shorter, name: keep})
    except ValueError:
        assume(False)
    cut = cut_of(name, keep, now)
    assert cut is not None
    assert cut <= now - timedelta(days=CLASSES[name].least)
