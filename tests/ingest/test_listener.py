"""What the listener makes of odd packets: an exception in its callback would end paho's thread."""

import paho.mqtt.client as mqtt
import pytest

from hereabouts_ingest.inbox import Inbox
from hereabouts_ingest.listener import Listener
from hereabouts_ingest.settings import IngestSettings
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
def test_every_topic_ends_in_the_inbox_as_text_that_can_be_stored(topic: bytes, text: str, source: str) -> None:
    inbox = Inbox(linger_s=0)
    listener = Listener(IngestSettings(database_url="", mqtt_host="127.0.0.1", mqtt_port=1), SOURCES, inbox)
    packet = mqtt.MQTTMessage(mid=7, topic=topic)
    packet.payload = b"{}"
    listener._on_message(mqtt.Client(mqtt.CallbackAPIVersion.VERSION2), None, packet)
    (arrival,) = inbox.take(1)
    assert (arrival.message.topic, arrival.message.source.name) == (text, source)
