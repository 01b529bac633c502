"""The Storage Integration of The Things Stack over HTTP: stored uplinks of an application, oldest first, in pages.

`GET {server}/api/v3/as/applications/{application}[/devices/{device}]/packages/storage/uplink_message` with `after`,
`before`, `limit`, `order=received_at`; `Authorization: Bearer`, `Accept: text/event-stream`. The answer is one JSON
object a line, `{"result": {an uplink as its MQTT server would have published it}}`, blank lines between. Refusals are
401, 403, 404; 429 comes with x-rate-limit-retry (seconds), perhaps Retry-After.

`after` and `before` compare with the message's outer `received_at`. The next page is asked for by the time of the last
message, a microsecond earlier, so that messages of one instant are not parted; what comes twice that way is dropped
here. Whether `after` includes its instant, and whether the server allows a page as long as asked for, then do not
matter. (Its `continuation_token` would not survive a run that is cut off.)

Source: The Things Stack documentation, "Retrieve Messages", "Storage Integration API", "Rate Limiting".
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlsplit

import httpx
import orjson

from hereabouts_ingest.backfill.settings import Pace, ThingsStack, is_this_machine
from hereabouts_schemas.errors import HereaboutsError
from hereabouts_schemas.times import format_time, parse_time

MOST_LINE_BYTES = 8 * 2**20
TICK = timedelta(microseconds=1)
_LONGEST_PAGE = 64_000

_MEANING = {
    401: "it does not know the API key",
    403: "the API key may not read the traffic of this application",
    404: "there is no such application or device, or its Storage Integration is off",
}


class NetworkRefused(HereaboutsError):
    """The network will not answer such a request until somebody changes something."""


class NetworkAway(HereaboutsError):
    """The network did not answer properly just now.

    Args:
        wait_s: how long it asks to be left alone, if it says so.
    """

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A stored message: its bytes, and when the network received it (None where it does not say, or cannot be)."""

    payload: bytes
    device: str | None
    received_at: datetime | None


class StorageClient:
    """Asks one application's storage; used in a `with`."""

    def __init__(self, origin: ThingsStack, pace: Pace, stop: threading.Event) -> None:
        self._origin = origin
        self._pace = pace
        self._stop = stop
        host = urlsplit(origin.server).hostname or ""
        self._http = httpx.Client(
            base_url=origin.server,
            headers={"Authorization": f"Bearer {origin.key}", "Accept": "text/event-stream"},
            timeout=pace.timeout_s,
            follow_redirects=False,  # the key goes to the server that was named, and to no other
            trust_env=not is_this_machine(host),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def batches(self, device: str | None, after: datetime, before: datetime) -> Iterator[list[Record]]:
        """Stored messages received in [after, before), oldest first, in batches of at most a page; ends when told to.

        Raises:
            NetworkRefused, NetworkAway: see there. What was given before stands.
        """
        reached, known = after, dict[bytes, datetime]()
        limit, failures = self._pace.page, 0
        while not self._stop.is_set():
            count = fresh = 0
            try:
                for records in self._page(device, reached - TICK, before, limit):
                    count += len(records)
                    new = []
                    for record in (_believed(each, after, before) for each in records):
                        reached = max(reached, record.received_at or reached)
                        digest = blake2b(record.payload, digest_size=16).digest()
                        if digest not in known:
                            known[digest] = reached
                            new.append(record)
                    known = {digest: at for digest, at in known.items() if at >= reached - 2 * TICK}
                    fresh += len(new)
                    if new:
                        yield new
            except NetworkAway as away:
                failures = 1 if fresh else failures + 1
                self._wait_after(away, failures)
                continue
            failures = 0
            if not fresh and count < limit:
                return
            limit = self._pace.page if fresh else _longer(limit)
            self._stop.wait(self._pace.pause_s)

    def _wait_after(self, away: NetworkAway, failures: int) -> None:
        wait_s = away.wait_s if away.wait_s is not None else self._pace.first_wait_s * 2 ** (failures - 1)
        if failures >= self._pace.tries or wait_s > self._pace.longest_wait_s:
            raise away
        self._stop.wait(wait_s)

    def _page(self, device: str | None, after: datetime, before: datetime, limit: int) -> Iterator[list[Record]]:
        of_device = f"/devices/{quote(device, safe='')}" if device is not None else ""
        path = f"/api/v3/as/applications/{quote(self._origin.application, safe='')}{of_device}/packages/storage/"
        asked = {
            "after": format_time(after),
            "before": format_time(before),
            "limit": str(limit),
            "order": "received_at",
        }
        try:
            with self._http.stream("GET", f"{path}uplink_message", params=asked) as response:
                _check(response)
                yield from self._records(response)
        except httpx.HTTPError as error:
            raise NetworkAway(f"{self._origin.server} did not answer ({type(error).__name__}).") from error

    def _records(self, response: httpx.Response) -> Iterator[list[Record]]:
        records: list[Record] = []
        try:
            for line, is_whole in _lines(response.iter_bytes()):
                records.append(_record(line, is_whole=is_whole))
                if len(records) >= self._pace.page:
                    yield records
                    records = []
                if self._stop.is_set():
                    return
        except (NetworkAway, httpx.HTTPError):  # cut off: what had come stands, or such an answer would never get on
            if records:
                yield records
            raise
        if records:
            yield records


def _believed(record: Record, after: datetime, before: datetime) -> Record:
    """A record that states a time outside what was asked for states none: pages are asked for by these times."""
    at = record.received_at
    return record if at is None or after - TICK <= at <= before else replace(record, received_at=None)


def _longer(limit: int) -> int:
    """The length of the next page where a whole one held messages of one instant and nothing new.

    Raises:
        NetworkRefused: more of one instant than we will ask for at a time.
    """
    if limit >= _LONGEST_PAGE:
        raise NetworkRefused(f"The network has more than {_LONGEST_PAGE:,} messages of one instant.")
    return min(limit * 2, _LONGEST_PAGE)


def _check(response: httpx.Response) -> None:
    status, server = response.status_code, response.url.host
    if status == 200:
        return
    if status == 429 or status >= 500:
        raise NetworkAway(f"{server} answered {status}.", _asked_wait(response.headers))
    raise NetworkRefused(f"{server} answered {status}: {_MEANING.get(status, 'it does not take this request')}.")


def _asked_wait(headers: httpx.Headers) -> float | None:
    """Seconds that the network asks to be left alone, where it says so."""
    for name in ("retry-after", "x-rate-limit-retry", "x-rate-limit-reset"):
        text = headers.get(name, "")
        if text.isascii() and text.isdigit():
            return float(text)
    return None


def _lines(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Lines, and whether each was ended: the last may have been cut off."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > MOST_LINE_BYTES:
            raise NetworkRefused(f"The network sent a line of more than {MOST_LINE_BYTES:,} bytes.")
        yield from ((line.strip(), True) for line in lines if line.strip())
    if rest.strip():
        yield rest.strip(), False


def _record(line: bytes, *, is_whole: bool) -> Record:
    """What a line says. A line that says nothing we know is handed on as it is, and ends in quarantine.

    Raises:
        NetworkAway: the line was cut off, or says that the answer could not be finished.
    """
    try:
        body = orjson.loads(line)
    except orjson.JSONDecodeError:
        if not is_whole:
            raise NetworkAway("The network's answer was cut off.") from None
        return Record(payload=line, device=None, received_at=None)
    if isinstance(body, dict) and body.keys() == {"error"}:
        raise NetworkAway("The network broke off its answer.")
    result = body.get("result") if isinstance(body, dict) else None
    if not isinstance(result, dict):
        return Record(payload=line, device=None, received_at=None)
    return Record(payload=orjson.dumps(result), device=_device(result), received_at=_time(result.get("received_at")))


def _device(result: dict[str, object]) -> str | None:
    ids = result.get("end_device_ids")
    name = ids.get("device_id") if isinstance(ids, dict) else None
    return name if isinstance(name, str) else None


def _time(text: object) -> datetime | None:
    try:
        return parse_time(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None
