"""The tables of a pack as CSV: RFC 4180 with LF, UTF-8, times in UTC with Z; empty where nothing is known."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from hereabouts_platform.cases.clocks.clock import Clock
from hereabouts_platform.cases.clocks.endeavours import Endeavour
from hereabouts_platform.evidence.case_file import CaseFile, sha256_of
from hereabouts_platform.files.spreadsheets import as_text
from hereabouts_schemas.times import format_time

Rows = Iterable[Sequence[object]]


def as_csv(header: Sequence[str], rows: Rows) -> bytes:
    """A table; what people wrote and a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return as_text(value)
    return repr(value) if isinstance(value, float) else str(value)


def events_csv(file: CaseFile) -> bytes:
    """What happened, in the order of recording; the detail as JSON."""
    header = ("event", "kind", "at", "recorded_at", "actor", "detail")
    rows = (
        (each.event.id, each.event.kind, each.event.at, each.recorded_at, each.event.actor, _json(each.event.detail))
        for each in file.events
    )
    return as_csv(header, rows)


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


def clocks_csv(clocks: Iterable[Clock]) -> bytes:
    """Every clock, those that were replaced too."""
    header = (
        *("key", "title", "basis", "start_event", "started_at", "due", "due_on", "cannot_say", "state", "reason"),
        *("met_event", "met_at", "met_by", "replaced_by", "was_due_on", "second_reading", "nation", "rule_version"),
        *("rule_sha256", "indicator_at", "alert_raised_at", "triaged_at", "aware_at", "awareness_policy"),
    )
    rows = (
        (
            *(clock.key, clock.title, clock.basis, clock.start_event, clock.started_at, clock.due, clock.due_on),
            *(clock.cannot_say, clock.state, clock.reason, clock.met_event, clock.met_at, clock.met_by),
            *(clock.replaced_by, clock.was_due_on, clock.second_reading, clock.nation, clock.rule_version),
            *(clock.rule_sha256, clock.awareness.indicator_at, clock.awareness.alert_raised_at),
            *(clock.awareness.triaged_at, clock.awareness.aware_at, clock.awareness.policy),
        )
        for clock in clocks
    )
    return as_csv(header, rows)


def endeavours_csv(tried: Iterable[Endeavour]) -> bytes:
    """What was tried."""
    return as_csv(
        ("event", "at", "actor", "what", "result"),
        ((each.event, each.at, each.actor, each.title, each.result) for each in tried),
    )


def statements_csv(file: CaseFile) -> bytes:
    """What the alerts said; the numbers they rest on as JSON."""
    return as_csv(
        ("alert", "at", "place", "rule", "rule_version", "level", "reason", "evidence"),
        (
            (
                *(each.alert, each.at, each.place, each.rule, each.rule_version),
                *(each.level, each.reason, _json(each.evidence)),
            )
            for each in file.statements
        ),
    )


def hours_csv(file: CaseFile, *, outdoors: bool) -> bytes:
    """Readings by the hour, indoors or outdoors."""
    return as_csv(
        ("hour", "place", "quantity", "channel", "unit", "device", "count", "mean", "least", "greatest"),
        (
            (
                *(hour.at, series.place, series.quantity, series.channel, series.unit, series.device),
                *(hour.count, hour.mean, hour.least, hour.greatest),
            )
            for series in file.series
            if series.outdoors is outdoors
            for hour in series.hours
        ),
    )


def frames_csv(file: CaseFile) -> bytes:
    """Messages that readings came from, their bytes in hexadecimal."""
    return as_csv(
        ("device", "received_at", "observed_at", "time_source", "source", "decoder", "payload_hex"),
        (
            (
                *(frame.device, frame.received_at, frame.observed_at, frame.time_source, frame.source, frame.decoder),
                frame.payload.hex(),
            )
            for frame in file.frames
        ),
    )


def attachments_csv(file: CaseFile) -> bytes:
    """Files that people added."""
    return as_csv(
        ("name", "media_type", "added_at", "added_by", "bytes", "sha256"),
        (
            (each.name, each.media_type, each.added_at, each.added_by, len(each.content), sha256_of(each.content))
            for each in file.attachments
        ),
    )
