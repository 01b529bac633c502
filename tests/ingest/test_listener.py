"""What the listener makes of odd packets: an exception in its callback would end paho's thread."""

from pathlib import Path

import pytest

from hereabouts_ingest.feeds import Feeds
from hereabouts_ingest.inbox import Inbox
from hereabouts_ingest.listener import Listener
from hereabouts_ingest.losses import Losses
from hereabouts_ingest.packets import Publish
from hereabouts_ingest.settings import IngestSettings
from hereabouts_ingest.spool import Spool
from hereabouts_schemas.message import Source

SOURCES = (
    Source(id=2, name="homelink", topic_filter="+/reading/#", envelope="homelink"),
    Source(id=1, name="plain", topic_filter="hereabouts/+/up", envelope="plain"),
)


@pytest.mark.parametrize(
    ("topic", "text", "source"),
    [
        (b"hereabouts/a/up", "hereabouts/a/up", "plain"),
        (b"council/reading/x", "council/reading/x", "homelink"),
        (b"hereabouts/a\x00b/up", "hereabouts/a\\x00b/up", "plain"),
        (b"hereabouts/\xff/up", "(topic is not UTF-8)", "plain"),
        (b"hereabouts/reading/up", "hereabouts/reading/up", "plain"),  # `+/reading/#` takes it too
        (b"nobody/asked/for/this", "nobody/asked/for/this", "plain"),
    ],
)
def test_every_topic_ends_in_the_inbox_as_text_that_can_be_stored(
    tmp_path: Path, topic: bytes, text: str, source: str
) -> None:
    losses = Losses(tmp_path)
    inbox = Inbox(Spool(tmp_path, most_bytes=0), losses, linger_s=0)
    settings = IngestSettings(database_url="", mqtt_host="127.0.0.1", mqtt_port=1, spool_dir=tmp_path)
    listener = Listener(settings, SOURCES, inbox, losses)
    listener._on_run([Publish(topic, b"{}", 7, 1, retained=False)], 3)
    (arrival,) = inbox.take(1)
    assert (arrival.message.topic, arrival.message.source.name) == (text, source)
    assert (arrival.packet_id, arrival.connection) == (7, 3)


def test_shared_filters_name_the_group() -> None:
    feeds = Feeds(SOURCES)
    assert feeds.filters(shared=False) == ["hereabouts/+/up", "+/reading/#"]
    assert feeds.filters(shared=True) == ["$share/hereabouts/hereabouts/+/up", "$share/hereabouts/+/reading/#"]
