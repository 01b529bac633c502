"""What benches share: one big store an engine and size, made once a run."""

from collections.abc import Iterator

import pytest
from big_store import SIZES, BigStore, big_store, engines


@pytest.fixture(scope="session", params=[(engine, size) for engine in engines() for size in SIZES], ids=str)
def store(request: pytest.FixtureRequest) -> Iterator[BigStore]:
    """A store of 10 M or 100 M readings (BENCH_READINGS says otherwise) on each engine that this machine has."""
    engine, readings = request.param
    with big_store(engine, readings) as made:
        yield made
