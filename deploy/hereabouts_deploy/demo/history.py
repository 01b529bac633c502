"""Sixty days of history as wide Parquet files for `hereabouts import readings`, one file a kind of device.

Times are UTC and lie before the end that is asked for; the last one of each device is less than its interval old.
The gaps are those of real feeds: packets lost now and then, outages of hours, sensors that died. A few values are
bad on purpose, so that the report of the import has something to say.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.clock import HOUR_S, Array, Mask, ticks
from hereabouts_deploy.demo.sensing import in_steps
from hereabouts_deploy.demo.world import World

LOST = 0.015
OUTAGE_HOURS = (2, 10)
BAD_VALUES = 6
LINE = "1"  # the counter's channel, as its live messages name it
Columns = Mapping[str, Array]


def write_history(world: World, end: datetime, folder: Path) -> list[Path]:
    """Write homes, bins, footfall and weather up to `end`; returns the files, in the order to import them."""
    until = world.seconds(end)
    kinds = {
        "weather": _weather(world, until),
        "homes": _homes(world, until),
        "bins": _bins(world, until),
        "footfall": _footfall(world, until),
    }
    files = []
    for name, rows in kinds.items():
        path = folder / f"{name}.parquet"
        pq.write_table(_table(world, rows), path, compression="zstd")
        files.append(path)
    return files


def _table(world: World, rows: Iterator[tuple[str, Array, Columns]]) -> pa.Table:
    """One table of (device, model times, values) in device order."""
    names, times, columns = zip(*rows, strict=True)
    codes = np.repeat(np.arange(len(names), dtype=np.int32), [len(seconds) for seconds in times])
    start = np.datetime64(world.origin.replace(tzinfo=None), "us")
    moments = start + (np.concatenate(times) * 1e6).astype("timedelta64[us]")
    arrays = {
        name: pa.array(np.concatenate([values[name] for values in columns]), from_pandas=True) for name in columns[0]
    }
    return pa.table(
        {
            "device": pa.DictionaryArray.from_arrays(codes, list(names)),
            "time": pa.array(moments, type=pa.timestamp("us", tz="UTC")),
            **arrays,
        }
    )


def _times(until: float, step_s: int, offset: float) -> Array:
    return np.arange(offset, until, step_s, dtype=np.float64)


def _homes(world: World, until: float) -> Iterator[tuple[str, Array, Columns]]:
    noise, gaps = stream(world.town.seed, "history noise"), stream(world.town.seed, "history gaps")
    spoilt = set(gaps.choice(len(world.sensors), BAD_VALUES, replace=False).tolist())
    for k, sensor in enumerate(world.sensors):
        seconds = _times(until, sensor.device.make.interval_s, float(gaps.integers(60, 1740)))
        seconds = seconds[heard(seconds, gaps) & (seconds <= sensor.dies_at)]
        temperature, humidity = sensor.observe(world.climate, seconds, noise)
        if k in spoilt and len(seconds):
            temperature[int(gaps.integers(len(seconds)))] = 327.67
        yield sensor.device.id, seconds, {"air_temperature": temperature, "relative_humidity": humidity}


def _bins(world: World, until: float) -> Iterator[tuple[str, Array, Columns]]:
    noise, gaps = stream(world.town.seed, "history bin noise"), stream(world.town.seed, "history bin gaps")
    for k, device in enumerate(world.town.bins):
        seconds = _times(until, device.make.interval_s, float(gaps.integers(60, 3540)))
        seconds = seconds[heard(seconds, gaps)]
        yield device.id, seconds, {"distance": world.bins.distance_at(k, seconds, noise)}


def _footfall(world: World, until: float) -> Iterator[tuple[str, Array, Columns]]:
    """Each full hour's counts, at the hour's end as the counter itself reports them."""
    hours = int(until // HOUR_S)
    ends = ticks(hours + 1, HOUR_S)[1:]
    for k, device in enumerate(world.town.lines):
        counted = world.footfall.counted[:hours, k]
        yield device.id, ends, {f"people_in:{LINE}": counted[:, 0], f"people_out:{LINE}": counted[:, 1]}


def _weather(world: World, until: float) -> Iterator[tuple[str, Array, Columns]]:
    hours = int(until // HOUR_S)
    ends = ticks(hours + 1, HOUR_S)[1:]
    yield world.town.station.id, ends, {
        "air_temperature": in_steps(world.weather.temperature_at(ends), 0.1),
        "relative_humidity": in_steps(world.weather.humidity_at(ends), 0.5),
        "rainfall": world.weather.rain[:hours],
    }  # fmt: skip


def heard(seconds: Array, rng: np.random.Generator) -> Mask:
    """Which reports arrived: some packets are lost, and now and then hours on end."""
    heard = rng.random(len(seconds)) >= LOST
    for _ in range(int(rng.poisson(1.2))):
        start = float(rng.uniform(0, seconds[-1] if len(seconds) else 1))
        length = float(rng.uniform(*OUTAGE_HOURS)) * HOUR_S
        heard &= (seconds < start) | (seconds >= start + length)
    return np.asarray(heard)
