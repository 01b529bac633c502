"""The inbox hands out batches in order, full or after a moment's wait."""

import threading
from datetime import UTC, datetime

from hereabouts_ingest.inbox import Arrival, Inbox
from hereabouts_schemas.message import Message, Source

SOURCE = Source(id=1, name="plain", topic_filter="hereabouts/+/up", envelope="plain")


def arrival(number: int) -> Arrival:
    message = Message(source=SOURCE, topic="t", payload=str(number).encode(), received_at=datetime.now(UTC))
    return Arrival(message=message, packet_id=number, qos=1, connection=1)


def test_a_full_batch_comes_at_once() -> None:
    inbox = Inbox(most=3, linger_s=3600)
    for number in range(3):
        inbox.put(arrival(number))
    assert [a.packet_id for a in inbox.take(1)] == [0, 1, 2]


def test_a_part_batch_comes_after_the_linger_and_the_order_holds() -> None:
    inbox = Inbox(most=3, linger_s=0.01)
    for number in range(5):
        inbox.put(arrival(number))
    assert [a.packet_id for a in inbox.take(1)] == [0, 1, 2]
    assert [a.packet_id for a in inbox.take(1)] == [3, 4]


def test_nothing_comes_back_empty() -> None:
    assert Inbox().take(0.01) == []


def test_the_batch_is_taken_as_soon_as_it_is_full_even_while_lingering() -> None:
    inbox = Inbox(most=2, linger_s=3600)
    taken: list[Arrival] = []
    taker = threading.Thread(target=lambda: taken.extend(inbox.take(60)))
    taker.start()
    inbox.put(arrival(0))
    inbox.put(arrival(1))
    taker.join(60)
    assert [a.packet_id for a in taken] == [0, 1]


def test_a_batch_is_bounded_by_bytes_but_never_empty() -> None:
    inbox = Inbox(most=10, most_bytes=100, linger_s=0.01)
    for size in (250, 60, 40, 1):
        message = Message(source=SOURCE, topic="t", payload=b"x" * size, received_at=datetime.now(UTC))
        inbox.put(Arrival(message=message, packet_id=size, qos=1, connection=1))
    assert [[a.packet_id for a in inbox.take(1)] for _ in range(3)] == [[250], [60, 40], [1]]
