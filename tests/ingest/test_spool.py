"""The spool gives back what it took, whole and in order, whatever became of process and disk in between."""

import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hereabouts_ingest.spool import Spool, Spooled

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def message(number: int, size: int = 10) -> Spooled:
    return Spooled(f"v3/app/devices/{number}/up", str(number).encode().ljust(size), NOON, retained=False)


def drain(spool: Spool) -> Iterator[Spooled]:
    while (segment := spool.take()) is not None:
        yield from segment.messages
        spool.done(segment)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.builds(
            Spooled,
            st.text(max_size=20),
            st.binary(max_size=200),
            st.datetimes(min_value=datetime(1990, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds it
            st.booleans(),
        )
    )
)
def test_what_goes_in_comes_out_also_after_a_restart(
    tmp_path_factory: pytest.TempPathFactory, messages: list[Spooled]
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    spool = Spool(folder, most_bytes=2**20, segment_bytes=300)
    assert all(spool.append(each) for each in messages)
    assert list(drain(Spool(folder, most_bytes=2**20))) == messages  # as left behind by a process that was killed
    assert list(folder.iterdir()) == []


def test_a_segment_that_was_not_committed_comes_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=2**20)
    spool.append(message(1))
    segment = spool.take()
    assert segment is not None
    assert spool.take() is None
    spool.give_back(segment)
    assert [each.payload for each in drain(spool)] == [message(1).payload]


def test_messages_written_while_a_segment_is_in_hand_wait_their_turn(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=2**20)
    spool.append(message(1))
    first = spool.take()
    spool.append(message(2))
    assert first is not None
    assert [each.topic for each in first.messages] == [message(1).topic]
    spool.done(first)
    assert [each.topic for each in drain(spool)] == [message(2).topic]


def test_a_full_spool_refuses_and_takes_again_when_there_is_room(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=300, segment_bytes=100)
    kept = [number for number in range(20) if spool.append(message(number))]
    assert 0 < len(kept) < 20
    assert [int(each.payload) for each in drain(spool)] == kept
    assert spool.append(message(99))


def test_a_disk_that_takes_no_more_leaves_what_was_kept_whole(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=2**30)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, limits[1]))
    try:
        kept = [number for number in range(3) if spool.append(message(number, size=2_000))]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert kept == [0, 1]
    assert spool.append(message(3))
    assert [int(each.payload) for each in drain(spool)] == [0, 1, 3]


@pytest.mark.parametrize("lost", [1, 5, 30, 39])
def test_a_torn_end_loses_no_message_before_it(tmp_path: Path, lost: int) -> None:
    spool = Spool(tmp_path, most_bytes=2**20)
    spool.append(message(1))
    spool.append(message(2))
    (segment,) = tmp_path.iterdir()
    segment.write_bytes(segment.read_bytes()[:-lost])
    assert [each.topic for each in drain(Spool(tmp_path, most_bytes=2**20))] == [message(1).topic]


def test_a_record_that_rotted_is_not_taken_for_a_message(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=2**20)
    spool.append(message(1))
    (segment,) = tmp_path.iterdir()
    content = bytearray(segment.read_bytes())
    content[-1] ^= 1
    segment.write_bytes(content)
    assert list(drain(Spool(tmp_path, most_bytes=2**20))) == []


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    Spool(tmp_path / "spool", most_bytes=2**20).append(message(1))
    (segment,) = (tmp_path / "spool").iterdir()
    assert segment.stat().st_mode & 0o077 == 0
    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0


def test_times_before_1970_survive(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=2**20)
    early = message(1)._replace(received_at=NOON - timedelta(days=50_000))
    spool.append(early)
    assert list(drain(spool)) == [early]


def test_zeros_that_a_power_cut_left_are_torn_and_no_message(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=2**20)
    spool.append(message(1))
    (segment,) = tmp_path.iterdir()
    segment.write_bytes(segment.read_bytes() + bytes(64))
    assert [each.topic for each in drain(Spool(tmp_path, most_bytes=2**20))] == [message(1).topic]


def test_a_folder_that_cannot_be_written_refuses_and_is_tried_again(tmp_path: Path) -> None:
    in_the_way = tmp_path / "spool"
    in_the_way.write_text("a file where the folder should be")
    spool = Spool(in_the_way, most_bytes=2**20)
    assert [spool.append(message(number)) for number in range(3)] == [False, False, False]
    in_the_way.unlink()
    assert spool.append(message(3))
    assert [each.topic for each in drain(spool)] == [message(3).topic]
