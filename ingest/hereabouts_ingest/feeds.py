"""Which source a topic belongs to."""

from collections.abc import Sequence

from paho.mqtt.client import topic_matches_sub

from hereabouts_ingest.storable import storable
from hereabouts_schemas.message import Source

GROUP = "hereabouts"
MOST_TOPIC_CHARACTERS = 65_535  # what MQTT allows
_MOST_TOPICS, _MOST_REMEMBERED_BYTES = 100_000, 256  # remembered topic -> source; others are matched each time


class Feeds:
    """The sources that a broker fills, and what their topics say.

    Attributes:
        sources: those with a topic filter, by name of the filter; the closest filters first.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        fed = [source for source in sources if source.topic_filter]
        self.sources = tuple(sorted(fed, key=lambda source: _openness(source.topic_filter)))
        self._first = (*self.sources, *sources)[0]
        self._known: dict[bytes, tuple[str, Source]] = {}

    def filters(self, *, shared: bool) -> list[str]:
        """What to subscribe to, in the order of the sources."""
        prefix = f"$share/{GROUP}/" if shared else ""
        return [prefix + source.topic_filter for source in self.sources]

    def read(self, topic: bytes) -> tuple[str, Source]:
        """A topic as text, and the source whose filter takes it, the closest where several do.

        A session can hold subscriptions of an earlier configuration; what they bring falls to one source, whose
        envelope cannot read it, and so to quarantine with its topic: seen, not lost.
        """
        known = self._known.get(topic)
        if known is None:
            text = _text(topic)
            known = (storable(text, MOST_TOPIC_CHARACTERS), self.source_of(text))
            if len(self._known) < _MOST_TOPICS and len(topic) <= _MOST_REMEMBERED_BYTES:
                self._known[topic] = known
        return known

    def source_of(self, topic: str) -> Source:
        """The source that a topic as text falls to."""
        taken = (source for source in self.sources if topic_matches_sub(source.topic_filter, topic))
        return next(taken, self._first)


def _text(topic: bytes) -> str:
    try:
        return topic.decode()
    except UnicodeDecodeError:
        return "(topic is not UTF-8)"


def _openness(topic_filter: str) -> tuple[bool, int]:
    """How much a topic filter leaves open: `#` most, then the fewer levels it names."""
    levels = topic_filter.split("/")
    return "#" in levels, -sum(level not in "+#" for level in levels)
