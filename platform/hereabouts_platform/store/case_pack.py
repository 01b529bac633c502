"""The file of a case out of the store: its events, and the facts that were copied into it, and nothing else.

So the same case gives the same file years later, when its readings have gone and the law and the home have changed.
What has not been copied yet, in the minutes before the job's first run, is taken as it stands.
"""

from base64 import b64decode
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from hereabouts_platform.cases.clocks.awareness import AwarenessPolicy
from hereabouts_platform.cases.clocks.book_file import load_book
from hereabouts_platform.evidence.case_file import (
    Attachment,
    CaseFile,
    Frame,
    Home,
    Hour,
    Recorded,
    RuleFile,
    Series,
    Statement,
)
from hereabouts_platform.homes.first_cause import say_first_cause
from hereabouts_platform.store.case_evidence import evidence_of, home_facts
from hereabouts_platform.store.case_files import files_of, read_file
from hereabouts_platform.store.case_list import timeline_of
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.case import CaseEvent, CaseEventKind
from hereabouts_schemas.times import parse_time

Row = dict[str, Any]


def case_file(connection: Connection, case: Row) -> CaseFile:
    """Everything that was copied into a case.

    Args:
        case: its row, as `store/case_list` has it.
    """
    timeline = timeline_of(connection, case["id"])
    times = {row["id"]: row["at"] for row in timeline}
    evidence = evidence_of(connection, case["id"])
    homes = [row["facts"] for row in evidence if row["kind"] == "home"]
    home = homes[-1] if homes else home_facts(connection, case["home"], case["opened_at"])
    law = _law(evidence, home["nation"])
    return CaseFile(
        reference=str(case["id"]),
        hazard=case["hazard"],
        hazard_title=_title(case["hazard"], home["nation"]),
        state=case["state"],
        outcome=case["outcome"],
        home=Home(id=home["id"], name=home["name"], uprn=home["uprn"], tenancy=home["tenancy"]),
        rules=law,
        events=tuple(_recorded(row) for row in timeline),
        policy=AwarenessPolicy(home["awareness"]),
        statements=tuple(_statement(row, times) for row in _of(evidence, "statement")),
        series=_series(evidence),
        frames=tuple(
            _frame(row["facts"]["device"], frame) for row in _of(evidence, "frames") for frame in _frames(row)
        ),
        attachments=tuple(_attachments(connection, case["id"])),
        release=home["release"],
    )


def _of(evidence: Iterable[Row], *kinds: str) -> list[Row]:
    return sorted((row for row in evidence if row["kind"] in kinds), key=lambda row: (row["event_id"], row["id"]))


def _law(evidence: Iterable[Row], nation: str) -> tuple[RuleFile, ...]:
    kept = {row["subject"]: row["facts"]["text"] for row in _of(evidence, "law")}
    texts = kept or {f"{each.nation}-{each.begins}.toml": each.text for each in load_book(nation).editions}
    return tuple(RuleFile(name=name, text=text) for name, text in sorted(texts.items()))


def _title(hazard: str, nation: str) -> str:
    titles = {rule.name: rule.title for edition in load_book(nation).editions for rule in edition.hazards}
    return titles.get(hazard, hazard.replace("_", " "))


def _recorded(row: Row) -> Recorded:
    kind = CaseEventKind(row["kind"])
    event = CaseEvent(id=row["id"], kind=kind, at=row["at"], actor=row["actor"], detail=row["detail"])
    return Recorded(event=event, recorded_at=row["recorded_at"])


def _statement(row: Row, times: Mapping[int, datetime]) -> Statement:
    says = row["facts"]
    return Statement(
        alert=says["alert"],
        at=times[row["event_id"]],
        place=says["place_name"],
        rule=says["rule"],
        rule_version=says["rule_version"],
        level=says["level"],
        reason=_with_cause(says),
        evidence=says["evidence"],
    )


def _with_cause(says: Mapping[str, Any]) -> str:
    """What an alert said, and the cause that it put first where it named one."""
    cause = says.get("cause")
    if cause is None:
        return str(says["reason"])
    told = say_first_cause(cause["title"], cause["odds"], cause["for"], cause["against"])
    return f"{says['reason'].removesuffix('.')}. {told}"


def _series(evidence: Iterable[Row]) -> tuple[Series, ...]:
    """Each datastream's hours as one series, over all the steps at which they were copied."""
    streams: dict[tuple[str, str], list[Row]] = {}
    for row in _of(evidence, "hours", "weather"):
        streams.setdefault((row["kind"], row["subject"]), []).append(row)
    return tuple(_one_series(kind, rows) for (kind, _), rows in sorted(streams.items()))


def _one_series(kind: str, rows: list[Row]) -> Series:
    facts = rows[0]["facts"]
    hours = {hour[0]: hour for row in rows for hour in row["facts"]["hours"]}
    return Series(
        place=facts["place_name"],
        quantity=facts["quantity"],
        unit=facts["unit"],
        device=facts["device"],
        channel=facts["channel"],
        from_at=min(row["from_at"] for row in rows),
        to_at=max(row["to_at"] for row in rows),
        hours=tuple(_hour(hours[at]) for at in sorted(hours)),
        outdoors=kind == "weather",
    )


def _hour(hour: list[Any]) -> Hour:
    at, count, mean, time_mean, least, greatest, _ = hour
    middle = mean if time_mean is None else time_mean
    return Hour(at=parse_time(at), count=count, mean=middle, least=least, greatest=greatest)


def _frames(row: Row) -> list[Row]:
    frames: list[Row] = row["facts"]["frames"]
    return frames


def _frame(device: str, frame: Row) -> Frame:
    return Frame(
        device=device,
        received_at=parse_time(frame["received_at"]),
        observed_at=parse_time(frame["observed_at"]) if frame["observed_at"] else None,
        time_source=frame["time_source"] or "",
        source=frame["source"],
        decoder=frame["decoder"] or "",
        payload=b64decode(frame["payload"]) if frame["payload"] else b"",
    )


def _attachments(connection: Connection, case_id: int) -> Iterable[Attachment]:
    for row in files_of(connection, case_id):
        found = read_file(connection, case_id, row["id"])
        if found is not None:
            yield Attachment(
                name=found.name,
                media_type=found.media_type,
                content=found.content,
                added_at=row["added_at"],
                added_by=row["added_by"],
            )
