"""Events that decoded objects report: which values mean one, and what is said of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_ingest.device_events import Reported, events
from hereabouts_ingest.profiles import load_profiles
from hereabouts_schemas.profile import EventSpec, FieldSpec, Profile

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abcd"), inner, max_size=3)),
    max_leaves=9,
)


def profile(*specs: EventSpec) -> Profile:
    row = FieldSpec(path="temperature", quantity="air_temperature", unit="Cel")
    return Profile(
        id="x", title="X", maker="X", version="1", interval_s=600, has_decoder=False, fields=(row,), events=specs
    )


HOT = EventSpec(path="temperature", code="fire", least=60)
BLOCKED = EventSpec(path="beam_{n}.state", code="blocked", when=("blocked", 2))


@pytest.mark.parametrize(
    ("decoded", "expected"),
    [
        ({"temperature": 60}, [Reported("fire", "temperature: 60")]),
        ({"temperature": 59.9}, []),
        ({"temperature": "61.5 ℃"}, [Reported("fire", "temperature: 61.5 ℃")]),
        ({"temperature": {"value": 75, "unit": "°C"}}, [Reported("fire", "temperature: 75")]),
        ({"temperature": True}, []),
        ({"temperature": "very hot"}, []),
        ({"temperature": float("nan")}, []),
        ({"temperature": 10**400}, []),
        (
            {"beam_1": {"state": "clear"}, "beam_2": {"state": "Blocked"}},
            [Reported("blocked", "beam_2.state: Blocked")],
        ),
        (
            {"beam_a": {"state": 2}, "beam_b": {"state": "2"}},
            [Reported("blocked", "beam_a.state: 2; beam_b.state: 2")],
        ),
        (
            {"temperature": 80, "beam_1": {"state": 2}},
            [Reported("fire", "temperature: 80"), Reported("blocked", "beam_1.state: 2")],
        ),
        ({}, []),
    ],
)
def test_events(decoded: dict[str, object], expected: list[Reported]) -> None:
    assert events(profile(HOT, BLOCKED), decoded) == expected


def test_a_truth_value_is_not_the_number_one() -> None:
    by_truth, by_number = EventSpec(path="a", code="tilt", when=(True,)), EventSpec(path="a", code="fall", when=(1,))
    assert [one.code for one in events(profile(by_truth, by_number), {"a": True})] == ["tilt"]
    assert [one.code for one in events(profile(by_truth, by_number), {"a": 1})] == ["fall"]


def test_a_burning_bin_is_heard_although_no_reading_may_be_so_hot() -> None:
    known = load_profiles()["milesight-em400"]
    assert known.decode is not None
    found = events(known.spec, known.decode(bytes.fromhex("8367bc0201 050001".replace(" ", "")), 85))
    assert [one.code for one in found] == ["fire", "temperature_alarm", "tilt"]
    assert events(known.spec, known.decode(bytes.fromhex("0367d200050000"), 85)) == []


@given(decoded=st.dictionaries(st.sampled_from("abcd"), JSON, max_size=4))
def test_any_object_gives_events_that_can_be_stored(decoded: dict[str, object]) -> None:
    specs = (EventSpec(path="a.b", code="fire", least=1), EventSpec(path="{n}", code="tilt", when=(True, 1.0, "x")))
    for found in events(profile(*specs), decoded):
        assert found.detail.isprintable() or "\x00" not in found.detail
