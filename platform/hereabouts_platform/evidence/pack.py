"""The evidence pack of a case: a printable page, tables, the facts and the rules, and a manifest, as one ZIP.

The same file gives the same bytes, whenever and wherever: entries stand in a fixed order, carry the time of the case's
last event, and are stored as they are (two releases of a compressor differ in their output). `case.json` in it is the
file but for attachments, which lie beside it: from these the pack can be made again (`file_of_pack`, `pack_of`).
"""

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from hereabouts_platform.cases.clocks.clock import Clock, ClockState
from hereabouts_platform.cases.clocks.endeavours import all_reasonable_endeavours
from hereabouts_platform.cases.clocks.working_days import civil_day
from hereabouts_platform.evidence import tables
from hereabouts_platform.evidence.case_file import CaseFile, from_json, sha256_of, to_json
from hereabouts_platform.evidence.charts import charts_of
from hereabouts_platform.evidence.events import event_lines
from hereabouts_platform.evidence.mhclg import mhclg_json, mhclg_tables
from hereabouts_platform.evidence.page import render
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import aware_utc, format_time

MANIFEST = "MANIFEST.sha256"
_ODD = re.compile(r"[^A-Za-z0-9._-]+")
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)  # a ZIP knows no time before


def pack_of(file: CaseFile) -> bytes:
    """The pack of a case as one ZIP.

    Raises:
        InputError: nothing happened in the case, or a rule file in it cannot be read.
    """
    members = members_of(file)
    listed = "".join(f"{sha256_of(content)}  {name}\n" for name, content in members.items())
    return _zipped({**members, MANIFEST: listed.encode()}, max(file.as_at, _EARLIEST))


def file_of_pack(pack: bytes) -> CaseFile:
    """The file that a pack was made of: `pack_of` it gives the same bytes.

    Raises:
        InputError: it is no pack, or something in it is not what its manifest says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(pack)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        lines = [line.split("  ", 1) for line in members.pop(MANIFEST).decode().splitlines()]
        listed = {name: digest for digest, name in lines}
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError("pack", error, "Give the ZIP of a case, as it was made.") from None
    found = {name: sha256_of(content) for name, content in members.items()}
    if found != listed:
        changed = sorted(name for name in found.keys() | listed.keys() if found.get(name) != listed.get(name))
        raise InputError("pack", ", ".join(changed), "These are not what the manifest says: ask for the pack again.")
    contents = {found[name]: content for name, content in members.items() if name.startswith("attachments/")}
    return from_json(members["case.json"], contents)


def members_of(file: CaseFile) -> dict[str, bytes]:
    """What is in the pack, by name, but for the manifest of hashes."""
    clocks = file.clocks()
    entry = file.book().on(civil_day(file.as_at)).entry
    tried = all_reasonable_endeavours([each.event for each in file.events], entry)
    members = {
        "case.html": case_html(file).encode(),
        "case.json": to_json(file),
        "events.csv": tables.events_csv(file),
        "clocks.csv": tables.clocks_csv(clocks),
        "endeavours.csv": tables.endeavours_csv(tried),
        "statements.csv": tables.statements_csv(file),
        "readings.csv": tables.hours_csv(file, outdoors=False),
        "weather.csv": tables.hours_csv(file, outdoors=True),
        "frames.csv": tables.frames_csv(file),
        "attachments.csv": tables.attachments_csv(file),
        "versions.json": _versions(file, clocks),
        "mhclg.json": mhclg_json(file),
    }
    members |= {f"mhclg/{name}.csv": content for name, content in mhclg_tables(file).items()}
    members |= {f"rules/{_plain(rule.name)}": rule.text.encode() for rule in file.rules}
    members |= {
        f"attachments/{n:03}-{_plain(each.name)}": each.content for n, each in enumerate(file.attachments, start=1)
    }
    return members


def case_html(file: CaseFile) -> str:
    """The page of the pack: what happened, every clock, what was tried, what was measured."""
    clocks = file.clocks()
    book = file.book()
    edition = book.on(civil_day(file.as_at))
    return render(
        "case.html",
        file=file,
        edition=edition,
        standing=[clock for clock in clocks if clock.state is not ClockState.SUPERSEDED],
        replaced=[clock for clock in clocks if clock.state is ClockState.SUPERSEDED],
        awareness=clocks[0].awareness if clocks else None,
        tried=all_reasonable_endeavours([each.event for each in file.events], edition.entry),
        lines=event_lines(file),
        charts=charts_of(file),
        decoders=_decoders(file),
        rules=[(rule.name, sha256_of(rule.text.encode())) for rule in file.rules],
    )


def _versions(file: CaseFile, clocks: list[Clock]) -> bytes:
    """What read the messages, what judged the readings, and whose law was counted by."""
    versions = {
        "release": file.release,
        "as_at": format_time(file.as_at),
        "decoders": _decoders(file),
        "rules": sorted({f"{each.rule} {each.rule_version}" for each in file.statements}),
        "law": [{"name": rule.name, "sha256": sha256_of(rule.text.encode())} for rule in file.rules],
        "clocks": sorted({f"{clock.nation} {clock.rule_version} {clock.rule_sha256}" for clock in clocks}),
    }
    return msgspec.json.format(msgspec.json.encode(versions, order="deterministic"), indent=1)


def _decoders(file: CaseFile) -> list[str]:
    return sorted({frame.decoder for frame in file.frames})


def _plain(name: str) -> str:
    """A name that is safe in a ZIP on any system."""
    return _ODD.sub("_", name).strip("._")[:80] or "file"


def _zipped(members: Mapping[str, bytes], at: datetime) -> bytes:
    out = io.BytesIO()
    moment = aware_utc(at)
    stamp = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, stamp)
            info.create_system = 3  # Unix, wherever it is made
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()
