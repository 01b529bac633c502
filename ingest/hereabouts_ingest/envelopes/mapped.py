"""Mapped JSON: a feed nobody foresaw, read as its mapping says (see `mapping_file`, `docs/feeds.md`).

Key: see `content_key`. A message of a topic that no pattern takes is refused: either the mapping or the filter of the
source is wrong, and both want to be seen. Retained messages are left alone unless the mapping says otherwise: feeds
publish their last state anew after a restart.
"""

from collections.abc import Iterator

from hereabouts_ingest.envelopes.json_body import EnvelopeError, content_key, parse_json, the_identity, wrong_shape
from hereabouts_ingest.mapping import EventRow, FeedMapping, Series, ValueRow, node_at, nodes_at
from hereabouts_ingest.mapping_file import read_mapping
from hereabouts_ingest.refusal import Refusal
from hereabouts_ingest.storable import as_text
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.message import Clock, Message, Record, Uplink, UplinkEvent
from hereabouts_schemas.outcome import Ignored, Reason
from hereabouts_schemas.times import UNREADABLE


def read(message: Message) -> Uplink | Ignored:
    """Read one message by the mapping of its source.

    Raises:
        EnvelopeError: unreadable (also a mapping that cannot be used), or wrong_shape: another topic, no device.
        Refusal: clock: a local time that did not exist, or existed twice.
    """
    mapping = _mapping(message)
    if any(pattern.captures(message.topic) is not None for pattern in mapping.ignore):
        return Ignored.OTHER_KIND
    captures = next((found for p in mapping.topics if (found := p.captures(message.topic)) is not None), None)
    if captures is None:
        patterns = ", ".join(pattern.text for pattern in mapping.topics)
        raise EnvelopeError(
            Reason.WRONG_SHAPE, f"The topic is none of {patterns}; add it to topics or ignore of the mapping."
        )
    if message.retained and not mapping.read_retained:
        return Ignored.RETAINED
    body = parse_json(message.payload)
    by_topic = isinstance(mapping.device, str)
    device = _identity(captures[mapping.device] if isinstance(mapping.device, str) else node_at(mapping.device, body))
    clocks = _clocks(mapping, body)
    return Uplink(
        key=content_key(message, device, clocks),
        device=device,
        clocks=clocks,
        fields=_fields(mapping, body),
        topic_names=None if by_topic or "device" not in captures else _identity(captures["device"]),
        table=mapping.table or None,
        records=tuple(record for row in mapping.values if row.series for record in _records(row, row.series, body)),
        events=tuple(_event(row, node) for row in mapping.events if _is_meant(row, node := node_at(row.path, body))),
    )


def _mapping(message: Message) -> FeedMapping:
    source = message.source
    if source.mapping is None:
        raise EnvelopeError(Reason.UNREADABLE, f"The source {source.name} has no mapping; give it one.")
    try:
        return read_mapping(source.mapping, source.name)
    except InputError as error:
        raise EnvelopeError(Reason.UNREADABLE, f"The mapping of the source cannot be used: {error}") from None


def _identity(stated: object) -> str:
    if type(stated) is int:
        stated = as_text(stated)
    if type(stated) is not str or not stated.strip():
        raise wrong_shape("The device", "text that is not blank", stated)
    return the_identity(stated, "The device")


def _clocks(mapping: FeedMapping, body: object) -> tuple[Clock, ...]:
    rule = mapping.time
    stated = None if rule is None else node_at(rule.path, body)
    if rule is None or stated is None or stated == "":
        return ()
    return (Clock(at=rule.form.read(stated), source=rule.clock),)


def _fields(mapping: FeedMapping, body: object) -> dict[str, object]:
    """Values by their paths; without rows the body's own fields, for the device's profile."""
    if not mapping.values:
        return body if isinstance(body, dict) else {"value": body}
    fields = {}
    for row in mapping.values:
        node = node_at(row.path, body) if row.path.singular_query() else None
        if node is not None and not (row.series and isinstance(node, list)):
            fields[row.spec.path] = node
    return fields


def _records(row: ValueRow, series: Series, body: object) -> Iterator[Record]:
    """The items of a row's list, each with its own time; one whose time cannot be known is refused for its clock."""
    nodes = nodes_at(row.path, body)
    if row.path.singular_query():
        nodes = nodes[0] if nodes and isinstance(nodes[0], list) else []  # else it is a value of the message itself
    for item in nodes:
        stated = node_at(series.time, item)
        try:
            at = UNREADABLE if stated is None else series.form.read(stated)
        except Refusal:
            at = UNREADABLE
        yield Record(at=at, fields={row.spec.path: node_at(series.value, item)})


def _is_meant(row: EventRow, node: object) -> bool:
    if node is None:
        return False
    return not row.when or any((type(node) is type(mark) and node == mark) or _same(node, mark) for mark in row.when)


def _same(node: object, mark: float | str | bool) -> bool:
    if isinstance(node, bool) or isinstance(mark, bool):
        return False
    if isinstance(node, str) and isinstance(mark, str):
        return node.strip().casefold() == mark.strip().casefold()
    return isinstance(node, int | float) and isinstance(mark, int | float) and node == mark


def _event(row: EventRow, node: object) -> UplinkEvent:
    return UplinkEvent(code=row.code, detail=as_text(node))
