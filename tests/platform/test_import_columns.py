"""Whole columns against one cell, one device, one distance at a time: two ways that must agree. No database."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_ingest.normalise import fill_levels
from hereabouts_platform.imports.deployment_index import DeploymentIndex
from hereabouts_platform.imports.reading_columns import numbers, times
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.message import Refused, Value
from hereabouts_schemas.times import microseconds, parse_time


@settings(max_examples=200, deadline=None)
@given(distance=st.floats(0, 15_000), depth=st.floats(1, 20_000) | st.integers(1, 20_000))
def test_a_fill_level_is_the_one_that_ingest_works_out(distance: float, depth: float) -> None:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    deployment = Deployment(id=1, device_id="B", place_id="W", from_at=when, mount={"bin_depth_mm": depth})
    value = Value(deployment_id=1, quantity="distance", channel="", time=when, value=distance)
    (by_ingest,) = fill_levels([value], Device(id="B", profile="p", deployments=(deployment,)))
    index = DeploymentIndex({"B": Device(id="B", profile="p", deployments=(deployment,))})

    level = (100 * (1 - np.array([distance]) / index.depths_mm))[0]

    if isinstance(by_ingest, Refused):
        assert not 0 <= level <= 100
    else:
        assert level == by_ingest.value


INSTANTS = st.integers(-(10**15), 7 * 10**15).map(
    lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
)
ZONES = st.sampled_from(["Z", "+00:00", "-00:00", "+01:00", "+0530", "-11", ""])
TIME_TEXTS = st.builds(
    lambda when, separator, timespec, tail, zone: (
        f"{when.replace(tzinfo=None).isoformat(separator, timespec)}{tail}{zone}"
    ),
    INSTANTS,
    st.sampled_from(["T", " "]),
    st.sampled_from(["minutes", "seconds", "milliseconds", "microseconds"]),
    st.sampled_from(["", "", "1", "999"]),
    ZONES,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TIME_TEXTS | st.text(max_size=12), max_size=60))
def test_a_column_of_times_is_what_each_cell_says(texts: list[str]) -> None:
    found = times(pa.array(texts, pa.string()))

    for text, us, ok in zip(texts, found.us.tolist(), found.ok.tolist(), strict=True):
        try:
            expected = microseconds(parse_time(text.strip()))
        except (ValueError, OverflowError):
            expected = None
        assert (us if ok else None) == expected, text


@settings(max_examples=300, deadline=None)
@given(st.lists(st.floats().map(repr) | st.text("0123456789+-.eE_ naif", max_size=9), max_size=60))
def test_a_column_of_numbers_is_what_each_cell_says(texts: list[str]) -> None:
    found = numbers(pa.array(texts, pa.string()))

    for text, value, ok, empty in zip(
        texts, found.values.tolist(), found.ok.tolist(), found.empty.tolist(), strict=True
    ):
        assert empty == (not text.strip())
        try:
            expected = None if "_" in text else float(text)
        except ValueError:
            expected = None
        assert (repr(value) if ok else None) == (None if expected is None else repr(expected)), text


@settings(max_examples=200, deadline=None)
@given(
    spans=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(1, 8), st.booleans()), max_size=12),
    asked=st.lists(st.tuples(st.integers(0, 4), st.integers(-2, 40)), max_size=30),
)
def test_many_deployments_are_found_as_each_device_finds_them(
    spans: list[tuple[int, int, int, bool]], asked: list[tuple[int, int]]
) -> None:
    day0 = datetime(2026, 1, 1, tzinfo=UTC)
    devices = {}
    for number in range(4):
        deployments: list[Deployment] = []
        for id_, (_, start, length, open_end) in enumerate(sorted(s for s in spans if s[0] == number)):
            from_at = day0 + timedelta(days=start)
            if deployments and (deployments[-1].to_at is None or deployments[-1].to_at > from_at):
                continue
            to_at = None if open_end else from_at + timedelta(days=length)
            deployments.append(
                Deployment(id=number * 100 + id_, device_id=f"D{number}", place_id="P", from_at=from_at, to_at=to_at)
            )
        devices[f"D{number}"] = Device(id=f"D{number}", profile="p", deployments=tuple(deployments))
    index = DeploymentIndex(devices)

    numbers_ = index.numbers([f"D{number}" for number, _ in asked])
    us = np.array([microseconds(day0 + timedelta(days=day)) for _, day in asked], dtype=np.int64)
    found = index.positions(numbers_, us)

    for (number, day), position in zip(asked, found.tolist(), strict=True):
        device = devices.get(f"D{number}")
        there = device.deployment_at(day0 + timedelta(days=day)) if device else None
        assert (None if position < 0 else int(index.deployment_ids[position])) == (there.id if there else None)
