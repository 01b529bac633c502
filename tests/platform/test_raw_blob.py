"""Whatever arrived comes out of the blob again, byte for byte."""

from datetime import UTC, datetime

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.store.raw_blob import pack, unpack
from hereabouts_schemas.message import Message, Source

messages = st.builds(
    Message,
    source=st.builds(
        Source, id=st.integers(1, 30_000), name=st.just("s"), topic_filter=st.none(), envelope=st.just("e")
    ),
    topic=st.text(max_size=40),
    payload=st.binary(max_size=200),
    received_at=st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001
    retained=st.booleans(),
)


@given(st.lists(messages, max_size=10))
def test_unpack_gives_back_what_was_packed(sent: list[Message]) -> None:
    found = unpack(pack(sent))
    assert [(r.topic, r.payload, r.received_at, r.retained, r.source_id) for r in found] == [
        (m.topic, m.payload, m.received_at, m.retained, m.source.id) for m in sent
    ]


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown version"):
        unpack(zstandard.ZstdCompressor().compress(b"\x09rest"))
