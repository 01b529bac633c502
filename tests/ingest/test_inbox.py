"""The inbox hands out batches in order, full or after a moment's wait, and is bounded whatever the broker does."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hereabouts_ingest.inbox import Arrival, Inbox
from hereabouts_ingest.loss_page import Loss
from hereabouts_ingest.losses import Losses
from hereabouts_ingest.spool import Spool
from hereabouts_schemas.message import Message, Source

SOURCE = Source(id=1, name="plain", topic_filter="hereabouts/+/up", envelope="plain")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", most_bytes=10_000)


@pytest.fixture
def losses(tmp_path: Path) -> Losses:
    return Losses(tmp_path / "spool")


def counted(losses: Losses) -> dict[Loss, int]:
    """What was lost, forgotten as if the store had been told."""
    found = losses.next_batch()
    losses.told()
    return {} if found is None else found[1]


def arrival(number: int, *, qos: int = 1, size: int = 1) -> Arrival:
    payload = f"{number}".encode().ljust(size)
    message = Message(source=SOURCE, topic="t", payload=payload, received_at=datetime.now(UTC))
    return Arrival(message, number, qos, 1)


def arrivals(count: int, *, qos: int = 1, size: int = 1) -> list[Arrival]:
    return [arrival(number, qos=qos, size=size) for number in range(count)]


def numbers(batch: list[Arrival]) -> list[int]:
    return [each.packet_id for each in batch]


def test_a_full_batch_comes_at_once(spool: Spool, losses: Losses) -> None:
    inbox = Inbox(spool, losses, most=3, linger_s=3600)
    inbox.put(arrivals(3))
    assert numbers(inbox.take(1)) == [0, 1, 2]


def test_a_part_batch_comes_after_the_linger_and_the_order_holds(spool: Spool, losses: Losses) -> None:
    inbox = Inbox(spool, losses, most=3, linger_s=0.01)
    inbox.put(arrivals(5))
    assert numbers(inbox.take(1)) == [0, 1, 2]
    assert numbers(inbox.take(1)) == [3, 4]


def test_nothing_comes_back_empty(spool: Spool, losses: Losses) -> None:
    assert Inbox(spool, losses).take(0.01) == []


def test_the_batch_is_taken_as_soon_as_it_is_full_even_while_lingering(spool: Spool, losses: Losses) -> None:
    inbox = Inbox(spool, losses, most=2, linger_s=3600)
    taken: list[Arrival] = []
    taker = threading.Thread(target=lambda: taken.extend(inbox.take(60)))
    taker.start()
    for each in arrivals(2):
        inbox.put([each])
    taker.join(60)
    assert numbers(taken) == [0, 1]


def test_two_takers_share_what_comes_and_neither_fails(spool: Spool, losses: Losses) -> None:
    inbox = Inbox(spool, losses, most=7, linger_s=0.001)
    taken: list[int] = []

    def take() -> None:
        while batch := inbox.take(2):
            taken.extend(numbers(batch))

    takers = [threading.Thread(target=take) for _ in range(2)]
    for taker in takers:
        taker.start()
    for each in arrivals(500):
        inbox.put([each])
    for taker in takers:
        taker.join(60)
    assert sorted(taken) == list(range(500))


def test_a_batch_is_bounded_by_bytes_but_never_empty(spool: Spool, losses: Losses) -> None:
    inbox = Inbox(spool, losses, most=10, most_bytes=100, linger_s=0.01)
    for size in (250, 60, 40, 1):
        inbox.put([arrival(size, size=size)])
    assert [numbers(inbox.take(1)) for _ in range(3)] == [[250], [60, 40], [1]]


def test_there_is_no_room_while_too_much_waits_and_again_when_a_batch_is_taken(spool: Spool, losses: Losses) -> None:
    inbox = Inbox(spool, losses, most=4, linger_s=0, most_waiting=6)
    inbox.put(arrivals(6))
    assert not inbox.wait_for_room(0.01)
    waiting = threading.Thread(target=lambda: inbox.take(1))
    waiting.start()
    assert inbox.wait_for_room(60)
    waiting.join(60)


def test_bytes_alone_fill_it_too(spool: Spool, losses: Losses) -> None:
    inbox = Inbox(spool, losses, most_waiting_bytes=1000)
    inbox.put([arrival(1, size=1000)])
    assert not inbox.wait_for_room(0.01)


def test_quality_0_goes_to_disk_before_it_would_stop_the_reading(spool: Spool, losses: Losses) -> None:
    inbox = Inbox(spool, losses, linger_s=0, most_waiting=6)
    inbox.put(arrivals(10, qos=0))
    assert inbox.wait_for_room(0)
    assert numbers(inbox.take(1)) == [0, 1, 2]
    segment = spool.take()
    assert segment is not None
    assert [int(each.payload) for each in segment.messages] == [3, 4, 5, 6, 7, 8, 9]


def test_while_the_store_is_away_quality_0_waits_on_disk_and_quality_1_at_the_broker(
    spool: Spool, losses: Losses
) -> None:
    inbox = Inbox(spool, losses, linger_s=0)
    inbox.put([arrival(1), arrival(2, qos=0)])
    in_hand = [arrival(3, qos=0), arrival(4)]
    assert numbers(inbox.store_is_away(in_hand)) == [4]
    inbox.put([arrival(5, qos=0), arrival(6)])
    assert numbers(inbox.take(1)) == [1, 6]
    segment = spool.take()
    assert segment is not None
    assert sorted(int(each.payload) for each in segment.messages) == [2, 3, 5]
    inbox.store_is_back()
    inbox.put([arrival(7, qos=0)])
    assert numbers(inbox.take(1)) == [7]
    assert counted(losses) == {}


def test_what_even_the_spool_refuses_waits_in_memory_and_is_counted_where_there_is_no_room(
    tmp_path: Path, losses: Losses
) -> None:
    inbox = Inbox(Spool(tmp_path / "spool", most_bytes=200), losses, linger_s=0, most_waiting=20)
    inbox.store_is_away(())
    inbox.put(arrivals(100, qos=0, size=50))
    counts = counted(losses)
    assert {(source, kind) for source, _, kind in counts} == {(1, "spool_full")}
    assert len(inbox.take(1)) == 10  # half of what may wait: quality 0 never stops the reading
    assert 86 <= sum(counts.values()) <= 90


def test_a_spool_that_refuses_does_not_keep_a_store_that_is_back_from_being_found(
    tmp_path: Path, losses: Losses
) -> None:
    inbox = Inbox(Spool(tmp_path / "spool", most_bytes=0), losses, linger_s=0)
    inbox.store_is_away(())
    inbox.put(arrivals(1, qos=0))
    assert numbers(inbox.take(1)) == [0]  # a writer has something to try the store with


def test_at_the_end_what_no_disk_takes_is_lost_and_counted(tmp_path: Path, losses: Losses) -> None:
    inbox = Inbox(Spool(tmp_path / "spool", most_bytes=0), losses, linger_s=0)
    inbox.put(arrivals(3, qos=0))
    inbox.end()
    assert sum(counted(losses).values()) == 3
