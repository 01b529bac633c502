"""A replay as a command runs it: show the difference, ask, change, and say what was changed."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_ingest.replay.readers import readers_for
from hereabouts_ingest.replay.report import Report, StreamDiff
from hereabouts_ingest.replay.run import Replay
from hereabouts_ingest.scripts.live import LiveProfiles
from hereabouts_platform.store.access import principal_named, record
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.registry import load_registry
from hereabouts_platform.store.replay_ground import places_of
from hereabouts_platform.store.replay_rows import Selection, Stream
from hereabouts_platform.store.sources import list_sources
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.device import device_id
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.quantity import QUANTITIES
from hereabouts_schemas.times import format_time, say_time

SHOWN = 25  # datastreams on a screen; --json has them all
KINDS = ("added", "changed", "removed", "vanished")
TITLES = {
    "added": "new",
    "changed": "changed",
    "removed": "removed",
    "vanished": "no longer given, kept",
}

Places = dict[int, tuple[str, str, str | None]]


def run_replay(
    *,
    wanted: Callable[[str | None], Selection],
    device: str | None,
    source: str | None,
    decoder: str | None,
    remove: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Find the system, show what would change, ask unless `yes`, change it.

    Args:
        wanted: gives the selection, told the profile whose devices alone are meant, if there is one.
        device: whose messages, in any spelling.
        source: of which source, by name.
        decoder: `profile` or `profile/version` to read by, instead of the registry's.
        remove: whether values that are no longer given are removed.
        dry_run: show and end.
        yes: do not ask.
        as_json: write JSON.

    Raises:
        InputError: an option cannot be used, or there is nobody to ask.
    """
    settings = Settings()
    system = find_system(settings)
    typer.echo(system.found_by, err=True)
    with (
        connect(system.database_url, DatabaseRole.INGEST, application="hereabouts replay") as connection,
        closing(LiveProfiles(settings.scripts)) as profiles,
    ):
        principal = principal_named(connection, "system:command")
        _check_source(connection, source)
        named = device_id(device) if device is not None else None
        readers = readers_for(load_registry(connection).devices, profiles.now(), decoder, named)
        replay = Replay(connection, principal, readers, wanted(readers.limited_to), remove=remove)
        with _progress("looking") as progress:
            preview = replay.preview(progress)
        is_all = dry_run or preview.is_empty
        _show(connection, principal, preview, "would change", as_json=as_json and is_all, aside=as_json)
        if is_all:
            return
        _ask(yes=yes)
        with _progress("changing") as progress:
            report = replay.apply(progress)
        _show(connection, principal, report, "changed", as_json=as_json)


def _check_source(connection: Connection, source: str | None) -> None:
    known = [row["name"] for row in list_sources(connection)]
    if source is not None and source not in known:
        raise InputError("--source", source, f"The sources are {', '.join(known)}.")


def _ask(*, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError("--yes", "nothing", "There is nobody to ask here: give --yes, or --dry-run to look only.")
    if not typer.confirm("Change that?", err=True):
        raise typer.Exit(1)


def _show(
    connection: Connection, principal: Principal, report: Report, verb: str, *, as_json: bool, aside: bool = False
) -> None:
    """Write a report, `aside` where JSON follows; which homes' values it shows is in the audit before it goes out."""
    places = places_of(connection, {stream[0] for stream in report.streams})
    homes = sorted({home for _, _, home in places.values() if home is not None})
    if homes:
        with acting(connection, principal.id):
            record(connection, principal, Action.READ, Resource.READINGS, {"what": "replay", "homes": homes})
    if as_json:
        typer.echo(orjson.dumps(as_dict(report, places), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo("\n".join(lines_of(report, places, verb)), err=aside)


def lines_of(report: Report, places: Places, verb: str) -> list[str]:
    """A report for a screen."""
    lines = [f"{report.messages:,} messages were read again."]
    if report.is_empty:
        lines.append("Nothing changes: every message is taken as it was.")
    for (before, after), count in sorted(report.moves.items()):
        lines.append(f"  {count:,} from {before} to {after}")
    for (reason, became), count in sorted(report.values_moved.items()):
        lines.append(f"  {count:,} single values, refused as {reason}, of messages now {became}")
    for reason, count in sorted(report.values_refused.items()):
        lines.append(f"  {count:,} single values newly refused as {reason}")
    for (before, after), count in sorted(report.redecoded.items()):
        lines.append(f"  {count:,} read by {after} instead of {before}")
    if report.events:
        lines.append(f"  {report.events:,} device events added")
    if report.streams:
        sums = ", ".join(f"{report.total(kind):,} {TITLES[kind]}" for kind in KINDS if report.total(kind))
        lines.append(f"Values ({verb}): {sums}.")
    lines += [line for stream in sorted(report.streams)[:SHOWN] for line in _stream_lines(report, stream, places)]
    if len(report.streams) > SHOWN:
        lines.append(f"  ... and {len(report.streams) - SHOWN:,} more datastreams; --json shows them all.")
    return lines + _notes(report)


def _stream_lines(report: Report, stream: Stream, places: Places) -> list[str]:
    diff, (deployment, quantity, channel) = report.streams[stream], stream
    device, place, _ = places[deployment]
    unit = QUANTITIES[quantity].unit
    counts = ", ".join(f"{getattr(diff, kind):,} {TITLES[kind]}" for kind in KINDS if getattr(diff, kind))
    lines = [f"  {device} at {place}, {quantity}{f' ({channel})' if channel else ''} in {unit}: {counts}"]
    for kind in KINDS:
        samples = diff.samples.get(kind, ())
        lines += [f"    {say_time(one.time)}: {_say(one.old)} -> {_say(one.new)}" for one in samples]
    return lines


def _say(value: float | None) -> str:
    return "nothing" if value is None else f"{value:g}"


def _notes(report: Report) -> list[str]:
    notes = []
    if report.total("vanished"):
        notes.append("Values that are no longer given stay; --remove takes them away, and keeps them as revisions.")
    if report.without_bytes:
        notes.append(f"{report.without_bytes:,} messages have no raw bytes any more and stay as they are.")
    if report.left_alone:
        notes.append(f"{report.left_alone:,} messages were refused by the database and stay as they are.")
    return notes


def as_dict(report: Report, places: Places) -> dict[str, Any]:
    """A report for programs. Times are UTC."""
    return {
        "messages": report.messages,
        "moves": [{"from": a, "to": b, "messages": n} for (a, b), n in sorted(report.moves.items())],
        "values_moved": [{"reason": a, "message": b, "values": n} for (a, b), n in sorted(report.values_moved.items())],
        "values_refused": [{"reason": reason, "values": n} for reason, n in sorted(report.values_refused.items())],
        "redecoded": [{"from": a, "to": b, "messages": n} for (a, b), n in sorted(report.redecoded.items())],
        "events": report.events,
        "without_bytes": report.without_bytes,
        "left_alone": report.left_alone,
        "datastreams": [_stream_dict(stream, report.streams[stream], places) for stream in sorted(report.streams)],
    }


def _stream_dict(stream: Stream, diff: StreamDiff, places: Places) -> dict[str, Any]:
    deployment, quantity, channel = stream
    device, place, _ = places[deployment]
    samples = [
        {"kind": kind, "time": format_time(one.time), "old": one.old, "new": one.new}
        for kind in KINDS
        for one in diff.samples.get(kind, ())
    ]
    return {
        "device": device,
        "place": place,
        "quantity": quantity,
        "channel": channel,
        "unit": QUANTITIES[quantity].unit,
        **{kind: getattr(diff, kind) for kind in KINDS},
        "samples": samples,
    }


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar of batches on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
