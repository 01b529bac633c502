"""Facts copied into cases, so that a case can be told in full when its readings and raw batches have gone.

What is copied: the hours of everything measured in the home, from 90 days before the case or from where its alerts
begin to count, whichever is earlier; the weather they were worked out with; the messages themselves, with the decoder
that read each, from where the alerts begin to count (a week before a case without any); what is known of the home, and
the text of the law. At every step what came since. The statements of alerts are kept by `store/case_alerts` in the
moment they are made.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.access.policy import require
from hereabouts_platform.cases.clocks.book_file import load_book
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.evidence_body import packed, unpacked
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.raw_blob import RawMessage, unpack
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.times import format_time, hour_of

SQL = load("case_evidence")

Row = dict[str, Any]
BEFORE = timedelta(days=90)
MESSAGES_BEFORE = timedelta(days=7)
MOST_MESSAGES_BEFORE = timedelta(days=62)
SETTLED = timedelta(minutes=10)  # by then the hour before has been rolled up
BATCHES_AT_ONCE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    id: int
    home: str
    event: int
    opened_at: datetime
    counts_from: datetime
    until: datetime
    copied: Mapping[tuple[str, str], datetime]

    def start(self, kind: str, subject: str) -> datetime:
        """From where a subject is still to be copied."""
        known = self.copied.get((kind, subject))
        if known is not None:
            return known
        if kind == "frames":
            return max(self.counts_from, self.opened_at - MOST_MESSAGES_BEFORE)
        return hour_of(min(self.counts_from, self.opened_at - BEFORE))


def copy_facts(connection: Connection, by: Principal, now: datetime) -> int:
    """Copy facts into every case of which something has happened; returns into how many.

    Each case is one transaction, so that a run that is cut off has done some and the next does the rest. Needs the role
    jobs, outside a transaction.

    Raises:
        NotAllowed: `by` may not write cases.
    """
    require(by, Action.WRITE, Resource.CASES)
    done = 0
    while True:
        with acting(connection, by.id):
            row = connection.execute(SQL["to_copy"]).fetchone()
            if row is None:
                return done
            _copy(connection, row, now)
        done += 1


def _copy(connection: Connection, row: tuple[Any, ...], now: datetime) -> None:
    number, home, opened_at, event, counts_from = row
    case = _Case(
        id=number,
        home=home,
        event=event,
        opened_at=opened_at,
        counts_from=counts_from or opened_at - MESSAGES_BEFORE,
        until=hour_of(now - SETTLED),
        copied={(kind, what): at for kind, what, at in connection.execute(SQL["until"], {"case": number})},
    )
    for kind, name in (("hours", "streams_at_home"), ("weather", "streams_outdoors")):
        for stream in _streams(connection, case, name):
            _copy_hours(connection, case, kind, stream)
    for device, profile in _devices(connection, case):
        _copy_frames(connection, case, device, profile)
    _copy_standing(connection, case)
    connection.execute(SQL["copied"], {"case": case.id, "event": case.event})


def _span(case: _Case) -> dict[str, object]:
    from_at = min(case.start("hours", ""), case.start("frames", ""))
    return {"case": case.id, "home": case.home, "from": from_at, "to": case.until}


def _streams(connection: Connection, case: _Case, name: str) -> list[Row]:
    return connection.cursor(row_factory=dict_row).execute(SQL[name], _span(case)).fetchall()


def _copy_hours(connection: Connection, case: _Case, kind: str, stream: Row) -> None:
    subject = f"datastream {stream['id']}"
    from_at = case.start(kind, subject)
    rows = connection.execute(SQL["hours"], {"stream": stream["id"], "from": from_at, "to": case.until}).fetchall()
    if not rows:
        return
    hours = [[format_time(hour), *numbers] for hour, *numbers in rows]
    facts = {
        "datastream": stream["id"],
        "place": stream["place_id"],
        "place_name": stream["place_name"],
        "device": stream["device_id"],
        "quantity": stream["quantity"],
        "channel": stream["channel"],
        "unit": stream["unit"],
        "columns": ["hour", "count", "mean", "time_mean", "min", "max", "total"],
        "hours": hours,
    }
    _keep(connection, case, (kind, subject), from_at, facts)


def _devices(connection: Connection, case: _Case) -> list[tuple[str, str]]:
    rows = connection.execute(SQL["devices_at_home"], _span(case)).fetchall()
    return [(device, profile) for device, profile in rows]


def _copy_frames(connection: Connection, case: _Case, device: str, profile: str) -> None:
    from_at = case.start("frames", device)
    frames = sorted(_frames(connection, case, device, from_at), key=lambda frame: str(frame["received_at"]))
    if frames:
        facts = {"device": device, "profile": profile, "frames": frames}
        _keep(connection, case, ("frames", device), from_at, facts)


def _frames(connection: Connection, case: _Case, device: str, from_at: datetime) -> Iterator[Row]:
    """Messages that a device sent from this home, with their bytes; null where those have expired.

    Few batches are in memory at once.
    """
    with connection.cursor(name="frames") as cursor:
        cursor.itersize = BATCHES_AT_ONCE
        asked = {"device": device, "home": case.home, "from": from_at, "to": case.until}
        messages: dict[int, RawMessage] = {}
        last: int | None = None
        for *row, blob in cursor.execute(SQL["frames"], asked):
            if row[0] != last or blob is not None:
                messages = dict(enumerate(unpack(blob))) if blob is not None else {}
                last = row[0]
            yield _frame(row, messages.get(row[1]))


def _frame(row: Sequence[Any], message: RawMessage | None) -> Row:
    batch, index, received, observed, clock, decoder, source = row
    return {
        "received_at": format_time(received),
        "observed_at": format_time(observed) if observed else None,
        "time_source": clock,
        "decoder": decoder,
        "source": source,
        "batch": batch,
        "index": index,
        "topic": message.topic if message else None,
        "payload": b64encode(message.payload).decode() if message else None,
    }


def _copy_standing(connection: Connection, case: _Case) -> None:
    """The home as it is known, and the law as it stands: once, and again where they have changed."""
    home = home_facts(connection, case.home, case.opened_at)
    texts = {f"{each.nation}-{each.begins}.toml": each.text for each in load_book(home["nation"]).editions}
    subjects = [("home", "home", home), *(("law", name, {"text": text}) for name, text in texts.items())]
    for kind, subject, facts in subjects:
        asked = {"case": case.id, "kind": kind, "subject": subject}
        newest = connection.execute(SQL["newest"], asked).fetchone()
        if newest is None or bytes(newest[0]) != packed(facts)[1]:
            _keep(connection, case, (kind, subject), min(case.opened_at, case.until), facts)


def home_facts(connection: Connection, home: str, at: datetime) -> Row:
    """What is known of a home now, of its tenancy at an instant, and by which settings its cases are worked."""
    row = connection.execute(SQL["home"], {"home": home, "at": at}).fetchone()
    names = ("id", "name", "uprn", "tenancy", "nation", "awareness")
    return {**dict(zip(names, row or (None,) * len(names), strict=True)), "release": version("hereabouts")}


def _keep(connection: Connection, case: _Case, what: tuple[str, str], from_at: datetime, facts: Row) -> None:
    kind, subject = what
    body, digest = packed(facts)
    values = {
        "case": case.id,
        "event": case.event,
        "kind": kind,
        "subject": subject,
        "from": from_at,
        "to": case.until,
        "body": body,
        "sha256": digest,
    }
    connection.execute(SQL["keep"], values)


def evidence_of(connection: Connection, case_id: int) -> list[Row]:
    """Everything copied into a case: id, event_id, kind, subject, from_at, to_at, copied_at, sha256 (hex), facts."""
    rows = connection.cursor(row_factory=dict_row).execute(SQL["read"], {"case": case_id}).fetchall()
    return [_opened(row) for row in rows]


def _opened(row: Row) -> Row:
    facts = unpacked(row["body"], row["sha256"])
    rest = {name: value for name, value in row.items() if name not in ("body", "sha256")}
    return {**rest, "sha256": bytes(row["sha256"]).hex(), "facts": facts}
