"""Mappings: what a feed's description can say, how every mistake in it is named, and local times that lie."""

import json
import re
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_ingest.envelopes.mapped import read
from hereabouts_ingest.local_time import from_local
from hereabouts_ingest.mapping_file import read_mapping, shipped_mappings
from hereabouts_ingest.refusal import Refusal
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.message import Message, Source, Uplink
from hereabouts_schemas.outcome import Ignored, Reason

LONDON = ZoneInfo("Europe/London")

COUNTER = """
title = "Leeds counters"
topics = ["counters/{device}"]
device = "{device}"
[time]
path = "$.hour"
form = "%d/%m/%Y %H:%M"
zone = "Europe/London"
[[value]]
path = "$.count"
quantity = "people_in"
unit = "{count}"
"""


def sent(mapping: str, body: object, topic: str, *, retained: bool = False, at: datetime | None = None) -> Message:
    source = Source(id=1, name="feed", topic_filter="#", envelope="mapped", mapping=mapping)
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    received = at or datetime(2026, 3, 3, 14, tzinfo=UTC)
    return Message(source=source, topic=topic, payload=payload, received_at=received, retained=retained)


def uplink(mapping: str, body: object, topic: str) -> Uplink:
    found = read(sent(mapping, body, topic))
    assert isinstance(found, Uplink)
    return found


# -- local time


def test_leeds_the_hour_that_did_not_exist_is_refused_with_a_sentence() -> None:
    with pytest.raises(Refusal) as refused:
        uplink(COUNTER, {"hour": "27/03/2016 01:00", "count": 0}, "counters/briggate")
    assert refused.value.reason is Reason.CLOCK
    assert "2016-03-27 01:00 did not exist in Europe/London" in refused.value.detail


def test_leeds_the_hour_that_was_twice_is_refused_unless_the_mapping_says_which() -> None:
    body = {"hour": "30/10/2016 01:00", "count": 3427}
    with pytest.raises(Refusal) as refused:
        uplink(COUNTER, body, "counters/briggate")
    assert refused.value.reason is Reason.CLOCK
    assert "twice" in refused.value.detail
    for word, hour in (("first", 0), ("second", 1)):
        known = COUNTER.replace('zone = "Europe/London"', f'zone = "Europe/London"\ntwice = "{word}"')
        assert uplink(known, body, "counters/briggate").clocks[0].at == datetime(2016, 10, 30, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("27/03/2016 00:00", datetime(2016, 3, 27, 0, tzinfo=UTC)),
        ("27/03/2016 02:00", datetime(2016, 3, 27, 1, tzinfo=UTC)),
        ("30/10/2016 00:00", datetime(2016, 10, 29, 23, tzinfo=UTC)),
        ("30/10/2016 02:00", datetime(2016, 10, 30, 2, tzinfo=UTC)),
    ],
)
def test_leeds_the_hours_beside_them(local: str, utc: datetime) -> None:
    assert uplink(COUNTER, {"hour": local, "count": 7}, "counters/briggate").clocks[0].at == utc


@given(st.integers(946_684_800, 2_145_916_800))
def test_every_instant_comes_back_from_its_local_time_or_is_refused(seconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    shown = at.astimezone(LONDON)
    local = shown.replace(tzinfo=None, fold=0)
    try:
        assert from_local(local, LONDON) == at
    except Refusal:
        hours = (at + timedelta(hours=1), at - timedelta(hours=1))
        assert any(other.astimezone(LONDON).replace(tzinfo=None, fold=0) == local for other in hours)
    assert from_local(local, LONDON, "second" if shown.fold else "first") == at


# -- what a mapping can say


def test_device_time_and_values_from_the_body() -> None:
    mapping = """
        title = "Vendor"
        topics = ["vendor/+/{site}", "vendor/all/#"]
        device = "$.meta['serial no']"
        [time]
        path = "$.meta.ts"
        form = "unix_ms"
        clock = "network"
        [[value]]
        path = "$.probes[1].t"
        quantity = "probe_temperature"
        unit = "[degF]"
        scale = 0.1
        channel = "pipe"
        sentinels = [-999]
        [[value]]
        path = "$.lid"
        quantity = "tilt"
        unit = "{bool}"
        words = { shut = 0, open = 1 }
    """
    body = {"meta": {"serial no": 42, "ts": 1772546400000}, "probes": [{"t": 1}, {"t": 700}], "lid": "open"}
    found = uplink(mapping, body, "vendor/all/x/y")
    assert found.device == "42"
    assert [(c.at, c.source.value) for c in found.clocks] == [(datetime(2026, 3, 3, 14, tzinfo=UTC), "network")]
    assert found.fields == {"$.probes[1].t": 700, "$.lid": "open"}
    assert found.table is not None
    assert (found.table[0].channel, found.table[0].scale, found.table[1].words) == (
        "pipe",
        0.1,
        (("shut", 0.0), ("open", 1.0)),
    )


def test_without_rows_the_devices_profile_reads_the_body() -> None:
    found = uplink('title = "X"\ntopics = ["a/{device}"]\ndevice = "{device}"\n', {"temperature": 3}, "a/b")
    assert (found.table, found.fields, found.clocks) == (None, {"temperature": 3}, ())


def test_a_bare_number_is_a_body_too() -> None:
    mapping = (
        'title = "X"\ntopics = ["a/{device}/temperature"]\ndevice = "{device}"\n'
        '[[value]]\npath = "$"\nquantity = "air_temperature"\nunit = "Cel"\n'
    )
    assert uplink(mapping, b"21.5", "a/b/temperature").fields == {"$": 21.5}


def test_series_by_a_wildcard_and_times_of_their_own_form() -> None:
    mapping = COUNTER + 'series = { value = "$.n", time = "$.at", form = "unix_s" }\n'
    mapping = mapping.replace('"$.count"', '"$.hours[*]"')
    found = uplink(mapping, {"hours": [{"n": 5, "at": 1772542800}, {"n": 6, "at": "noon"}]}, "counters/x")
    assert [record.fields for record in found.records] == [{"$.hours[*]": 5}, {"$.hours[*]": 6}]
    assert found.records[0].at == datetime(2026, 3, 3, 13, tzinfo=UTC)


def test_events_by_their_values_or_by_being_there() -> None:
    events = '[[event]]\npath = "$.alarm"\ncode = "alarm"\nwhen = ["FIRE", 2, true]\n'
    events += '[[event]]\npath = "$.button"\ncode = "button"\n'
    for body, codes in (
        ({"alarm": "fire"}, ["alarm"]),
        ({"alarm": 2.0}, ["alarm"]),
        ({"alarm": True}, ["alarm"]),
        ({"alarm": 1}, []),
        ({"alarm": False, "button": False}, ["button"]),
        ({"alarm": None, "button": None}, []),
    ):
        assert [event.code for event in uplink(COUNTER + events, body, "counters/x").events] == codes


def test_a_topic_that_names_a_device_binds_a_body_that_names_one() -> None:
    found = uplink(COUNTER.replace('device = "{device}"', 'device = "$.id"'), {"id": "b"}, "counters/a")
    assert (found.device, found.topic_names) == ("b", "a")


def test_retained_and_ignored_topics() -> None:
    body = {"hour": "03/03/2026 13:00", "count": 1}
    assert read(sent(COUNTER, body, "counters/x", retained=True)) is Ignored.RETAINED
    reading = COUNTER.replace("[time]", 'retained = "read"\n[time]')
    assert isinstance(read(sent(reading, body, "counters/x", retained=True)), Uplink)
    ignoring = COUNTER.replace("[time]", 'ignore = ["counters/x/#"]\n[time]')
    assert read(sent(ignoring, b"!", "counters/x/y")) is Ignored.OTHER_KIND


def test_a_mapping_that_cannot_be_used_sets_its_messages_aside_with_the_reason() -> None:
    with pytest.raises(Refusal) as refused:
        read(sent("title = 1", {}, "a"))
    assert refused.value.reason is Reason.UNREADABLE
    assert "feed: topics" in refused.value.detail


def test_a_body_nested_beyond_reason_has_nothing_at_a_path() -> None:
    deep = b"[" * 900 + b"]" * 900
    mapping = COUNTER.replace('"$.count"', '"$..x"') + 'series = { value = "$", time = "$" }\n'
    assert uplink(mapping, deep, "counters/x").records == ()


# -- mistakes


@pytest.mark.parametrize(
    ("change", "to", "field", "cure"),
    [
        ("title =", "titel =", "feed.toml: titel", "Keys here are title"),
        ('title = "Leeds counters"', "title = ", "feed.toml", "TOML 1.0"),
        ('["counters/{device}"]', "[]", "feed.toml: topics", "at least one topic"),
        ('["counters/{device}"]', '["counters/x{device}"]', "feed.toml: topics", "{name}"),
        ('["counters/{device}"]', '["#/{device}"]', "feed.toml: topics", "only stands at the end"),
        ('["counters/{device}"]', '["{device}/{device}"]', "feed.toml: topics", "a name of its own"),
        ('["counters/{device}"]', '["counters/{device}", "more/+"]', "feed.toml: device", "every topic names"),
        ('device = "{device}"', 'device = "{sensor}"', "feed.toml: device", "every topic names"),
        ('device = "{device}"', 'device = "$.["', "feed.toml: device", "RFC 9535"),
        ('device = "{device}"', 'device = "$.a[*]"', "feed.toml: device", "one place"),
        ('device = "{device}"', 'device = "{device}"\nretained = "maybe"', "feed.toml: retained", "ignore or read"),
        ('"%d/%m/%Y %H:%M"', '"iso"', "feed.toml: time: form", "rfc3339"),
        ('zone = "Europe/London"', "", "feed.toml: time: zone", "Europe/London"),
        ('"Europe/London"', '"Leeds"', "feed.toml: time: zone", "time zone database"),
        ('"Europe/London"', '"../x"', "feed.toml: time: zone", "time zone database"),
        ('form = "%d/%m/%Y %H:%M"', 'form = "unix_s"', "feed.toml: time: zone", "Leave it out"),
        ("[[value]]", 'twice = "third"\n[[value]]', "feed.toml: time: twice", "first or second"),
        ("[[value]]", 'clock = "sun"\n[[value]]', "feed.toml: time: clock", "device or gateway"),
        ('"people_in"', '"people"', "feed.toml: value[1]: quantity", "vocabulary"),
        ('"{count}"', '"Cel"', "feed.toml: value[1]: unit", "converts to {count}"),
        ('"$.count"', '"$.count[?@ > 1]"', "feed.toml: value[1]: path", "one place"),
        ('unit = "{count}"', 'unit = "{count}"\nscale = 0', "feed.toml: value[1]: scale", "cannot be 0"),
        ('unit = "{count}"', 'unit = "{count}"\nseries = 3', "feed.toml: value[1]: series", "table"),
        ("[[value]]", "[value]", "feed.toml: value", "[[value]]"),
        ("[[value]]", '[[event]]\npath = "$.x"\ncode = "a b"\n[[value]]', "feed.toml: event[1]: code", "short name"),
        ("[[value]]", '[[event]]\npath = "$.x"\ncode = "a"\nwhen = 1\n[[value]]', "feed.toml: event[1]: when", "list"),
    ],
)
def test_every_mistake_names_its_key_and_the_cure(change: str, to: str, field: str, cure: str) -> None:
    assert change in COUNTER
    with pytest.raises(InputError) as refused:
        read_mapping(COUNTER.replace(change, to, 1), "feed.toml")
    assert refused.value.field == field
    assert cure in refused.value.cure


def test_series_need_a_form_where_the_feed_states_no_time() -> None:
    timeless = COUNTER[: COUNTER.index("[time]")] + COUNTER[COUNTER.index("[[value]]") :]
    with pytest.raises(InputError, match=r"series: form"):
        read_mapping(timeless + 'series = { value = "$.v", time = "$.t" }\n', "feed.toml")


@pytest.mark.parametrize("name", sorted(shipped_mappings()))
def test_shipped_mappings_can_be_used(name: str) -> None:
    mapping = read_mapping(shipped_mappings()[name], name)
    assert mapping.values
    assert len({(row.spec.quantity, row.spec.channel) for row in mapping.values}) == len(mapping.values)


def test_the_worked_example_of_the_docs_works() -> None:
    page = (Path(__file__).parents[2] / "docs" / "feeds.md").read_text(encoding="utf-8")
    (mapping,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (body,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    found = uplink(textwrap.dedent(mapping), json.loads(body), "acme/market/A-17/count")
    assert found.device == "A-17"
    assert found.clocks[0].at == datetime(2026, 3, 3, 14, tzinfo=UTC)
    assert found.fields == {"$.lines[0].in": 120, "$.lines[0].out": 98, "$.supply": "3.4 V"}
    assert found.events == ()
