"""The short way and the long way through a frame end with the same values."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hereabouts_ingest.extract import extract
from hereabouts_ingest.interpret import _judge
from hereabouts_ingest.normalise import Frame
from hereabouts_ingest.plainly import plain_values
from hereabouts_ingest.profiles import load_profiles
from hereabouts_schemas.device import Deployment, Device

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
PROFILES = load_profiles()


def frame_of(profile: str, place_kind: str, mount: dict[str, object]) -> Frame:
    deployment = Deployment(
        id=1, device_id="d", place_id="p", from_at=NOON - timedelta(days=1), place_kind=place_kind, mount=mount
    )
    device = Device(id="d", profile=profile, deployments=(deployment,))
    return Frame(device=device, at=NOON, received_at=NOON, deployment=deployment)


@st.composite
def frames(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """A profile and an object that holds some of its fields, mostly with numbers such as sensors send."""
    profile = draw(st.sampled_from(sorted(PROFILES)))
    names = [spec.path.replace("{n}", "1") for spec in PROFILES[profile].spec.fields]
    marks = [float(m) for spec in PROFILES[profile].spec.fields for m in spec.sentinels if isinstance(m, float)]
    numbers = st.one_of(st.integers(0, 100), st.floats(0, 100), st.sampled_from(marks or [0.0]))
    odd = st.one_of(st.none(), st.booleans(), st.text(max_size=8), st.integers(), st.floats(), st.just([1.5]))
    chosen = draw(st.lists(st.sampled_from([*names, "else"]), unique=True, min_size=1, max_size=4))
    return profile, {name: draw(st.one_of(numbers, numbers, numbers, odd)) for name in chosen}


@given(frames(), st.sampled_from(["home", "street", "bin_slot"]), st.sampled_from([{}, {"bin_depth_mm": 1200}]))
def test_whatever_goes_the_short_way_ends_as_by_the_long_way(
    case: tuple[str, dict[str, object]], place_kind: str, mount: dict[str, object]
) -> None:
    profile, fields = case
    spec, frame = PROFILES[profile].spec, frame_of(profile, place_kind, mount)
    short = plain_values(spec, fields, frame)
    if short is not None:
        assert (short, ()) == _judge(extract(spec, fields), frame)


def test_a_frame_of_plain_numbers_goes_the_short_way() -> None:
    spec = PROFILES["elsys"].spec
    values = plain_values(
        spec, {"temperature": 21.5, "humidity": 40, "light": 3, "vdd": 3600}, frame_of("elsys", "home", {})
    )
    assert values is not None
    assert [(each.quantity, each.value) for each in values] == [
        ("air_temperature", 21.5),
        ("relative_humidity", 40),
        ("battery_voltage", 3.6),
    ]


def test_what_needs_a_closer_look_goes_the_long_way() -> None:
    spec, frame = PROFILES["elsys"].spec, frame_of("elsys", "home", {})
    for fields in (
        {"temperature": "21.5"},
        {"temperature": True},
        {"temperature": None},
        {"temperature": 500},
        {"temperature": 10**400},
        {"temperature": float("nan")},
        {"co2": 65535},
        {"distance": 300},
        {"externalTemperature2": [1.0, 2.0]},
        {"light": 3},
        {},
    ):
        assert not plain_values(spec, fields, frame), fields
    assert (
        plain_values(spec, {"temperature": 21}, Frame(device=frame.device, at=NOON, received_at=NOON, deployment=None))
        is None
    )
