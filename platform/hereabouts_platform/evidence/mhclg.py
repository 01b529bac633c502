"""A case in the terms of the damp and mould data model of MHCLG's Local Digital and HACT (concept, June 2025).

Names of tables, columns and codes are the model's, so that a council's other systems know them; what it asks for and
this system does not hold (tenants, people's numbers, ratings of severity) is null, never made up.
"""

from collections.abc import Mapping, Sequence

import msgspec

from hereabouts_platform.cases.clocks.clock import Clock, ClockState
from hereabouts_platform.cases.clocks.facts import Fact, facts_of
from hereabouts_platform.cases.clocks.working_days import civil_day
from hereabouts_platform.evidence.case_file import CaseFile
from hereabouts_platform.evidence.tables import as_csv
from hereabouts_schemas.case import CaseEventKind, Significance
from hereabouts_schemas.times import format_time

Kind = CaseEventKind
Row = dict[str, object]
_LATE = (ClockState.MISSED, ClockState.MET_LATE)

TRIGGER_SOURCES = ("Tenant Report", "Routine Check", "Environmental Sensor", "Staff Report")
INVESTIGATION_TYPES = ("Standard", "Renewed", "Further", "Emergency")
REPORT_STATUSES = ("Open", "Under Review", "Made Safe", "Closed")
NOTIFICATION_TYPES = ("Scheduled", "Result", "Advice", "Delay", "Escalation")
NOTIFICATION_METHODS = ("Email", "SMS", "Letter")
ESCALATION_STAGES = ("Open", "In Progress", "Resolved", "Rejected")
ESCALATION_TYPES = ("Senior Review", "Legal Action", "Compensation", "Alternative Accommodation")
CODES: Mapping[str, Sequence[str]] = {
    "trigger_source": TRIGGER_SOURCES,
    "investigation_type": INVESTIGATION_TYPES,
    "report_status": REPORT_STATUSES,
    "notification_type": NOTIFICATION_TYPES,
    "notification_method": NOTIFICATION_METHODS,
    "escalation_stage": ESCALATION_STAGES,
    "escalation_type": ESCALATION_TYPES,
}
_HAZARD_TYPES = {"damp_mould": "Damp and Mould", "excess_cold": "Excess Cold", "excess_heat": "Excess Heat"}
_METHODS = {"email": "Email", "sms": "SMS", "letter": "Letter", "post": "Letter", "hand": "Letter", "left": "Letter"}
_NOTICES = {
    Kind.ENTRY_NOTICE_GIVEN: "Scheduled",
    Kind.SUMMARY_SENT: "Result",
    Kind.TENANT_TOLD: "Advice",
    Kind.ACCOMMODATION_OFFERED: "Escalation",
}
_BEGUN = (Kind.WORKS_BEGUN, Kind.SAFETY_WORK_DONE, Kind.MADE_SAFE, Kind.PREVENTATIVE_WORK_BEGUN)
_REPAIRS = ("safety_work", "make_safe", "begin_repair", "complete_repair", "preventative_steps", "preventative_start")


def mhclg_tables(file: CaseFile) -> dict[str, bytes]:
    """Each table of the model as CSV, by its name; tables without a row are left out."""
    return {
        name: as_csv(list(rows[0]), [list(row.values()) for row in rows]) for name, rows in mhclg(file).items() if rows
    }


def mhclg_json(file: CaseFile) -> bytes:
    """All tables as one JSON object, with the code lists that they refer to."""
    return msgspec.json.format(msgspec.json.encode(mhclg(file), order="deterministic"), indent=1)


def mhclg(file: CaseFile) -> dict[str, list[Row]]:
    """The tables of the model, by name, each a list of rows."""
    facts = facts_of(each.event for each in file.events)
    clocks = file.clocks()
    reports = _reports(file, facts, clocks)
    investigations = _investigations(file, facts, clocks, reports)
    return {
        "address": [{"uprn": file.home.uprn, "address_line": file.home.name}],
        "hazard_type": [
            {"hazard_type_id": 1, "hazard_type": _HAZARD_TYPES.get(file.hazard, file.hazard_title), "category": None}
        ],
        "hazard_report": reports,
        "investigation": investigations,
        "investigation_hazard": _hazards(investigations, facts),
        "notification": _notifications(facts, investigations),
        "escalation": _escalations(file, facts, investigations),
        "work_order": _work_orders(file, facts, clocks),
        **{
            name: [{f"{name}_id": n, name: word} for n, word in enumerate(words, start=1)]
            for name, words in CODES.items()
        },
    }


def code_of(name: str, word: str | None) -> int | None:
    """The number of a word in a code list; None for None."""
    return None if word is None else CODES[name].index(word) + 1


def _reports(file: CaseFile, facts: list[Fact], clocks: list[Clock]) -> list[Row]:
    safe = next((fact for fact in facts if fact.kind is Kind.MADE_SAFE), None)
    further = next((clock for clock in clocks if clock.name == "preventative_start"), None)
    needed = further is not None and further.state is not ClockState.NOT_NEEDED
    return [
        {
            "hazard_report_id": fact.event.id,
            "hazard_report_reference": f"{file.reference}-{fact.event.id}",
            "uprn": file.home.uprn,
            "tenancy_id": None,
            "date_reported": str(civil_day(fact.at)),
            "reported_by": fact.event.detail.get("by") or fact.event.actor,
            "description": fact.event.detail.get("words") or fact.event.detail.get("reason"),
            "location_details": fact.event.detail.get("room") or file.home.name,
            "emergency_action_taken": safe is not None,
            "made_safe_date": str(civil_day(safe.at)) if safe else None,
            "further_work_required": needed,
            "further_work_due_date": str(further.due_on) if needed and further and further.due_on else None,
            "report_status_id": code_of("report_status", _status(file, facts)),
        }
        for fact in facts
        if fact.kind in (Kind.REPORTED, Kind.ALERT_RAISED)
    ]


def _status(file: CaseFile, facts: list[Fact]) -> str:
    kinds = {fact.kind for fact in facts}
    if file.state == "closed":
        return "Closed"
    if kinds & {Kind.MADE_SAFE, Kind.SAFETY_WORK_DONE, Kind.WORKS_DONE}:
        return "Made Safe"
    return "Under Review" if kinds & {Kind.TRIAGED, Kind.INVESTIGATION_BEGUN} else "Open"


def _investigations(file: CaseFile, facts: list[Fact], clocks: list[Clock], reports: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for fact in facts:
        if fact.kind is not Kind.INVESTIGATION_CONCLUDED:
            continue
        before = [other for other in facts if other.at <= fact.at]
        begun = [other for other in before if other.kind is Kind.INVESTIGATION_BEGUN]
        told = any(other.kind is Kind.SUMMARY_SENT and other.at >= fact.at for other in facts)
        rows.append(
            {
                "investigation_id": fact.event.id,
                "investigation_reference": f"{file.reference}-{fact.event.id}",
                "uprn": file.home.uprn,
                "tenancy_id": None,
                "trigger_source_id": code_of("trigger_source", _trigger(before)),
                "investigation_type_id": code_of("investigation_type", _type(before, bool(rows))),
                "hazard_report_id": reports[0]["hazard_report_id"] if reports else None,
                "investigation_scheduled_date": str(civil_day(begun[-1].at)) if begun else None,
                "investigation_completed_date": str(civil_day(fact.at)),
                "investigator_name": fact.event.detail.get("investigator") or fact.event.actor,
                "hazard_confirmed": fact.found is not Significance.NONE,
                "sla_breach_flag": any(
                    clock.state in _LATE and clock.met_event == fact.event.id
                    for clock in clocks
                ),
                "notification_sent_to_tenant": told,
                "investigation_notes": fact.event.detail.get("reason") or fact.event.detail.get("words"),
            }
        )  # fmt: skip
    return rows


def _trigger(before: list[Fact]) -> str:
    """By what it became known first."""
    first = next((fact for fact in before if fact.kind in (Kind.REPORTED, Kind.ALERT_RAISED)), None)
    if first is None:
        return "Routine Check"
    if first.kind is Kind.ALERT_RAISED:
        return "Environmental Sensor"
    return "Tenant Report" if first.event.detail.get("by") in (None, "resident") else "Staff Report"


def _type(before: list[Fact], again: bool) -> str:
    kinds = {fact.kind for fact in before}
    if Kind.IN_PERSON_ASKED_FOR in kinds:
        return "Renewed"
    if kinds & {Kind.EMERGENCY_SUSPECTED, Kind.EMERGENCY_FOUND}:
        return "Emergency"
    return "Further" if again else "Standard"


def _hazards(investigations: list[Row], facts: list[Fact]) -> list[Row]:
    """What each investigation found, in the law's own words: the model's ratings of severity are not ours to give."""
    found = {fact.event.id: fact.found for fact in facts}
    return [
        {
            "investigation_hazard_id": row["investigation_id"],
            "hazard_type_id": 1,
            "investigation_id": row["investigation_id"],
            "hazard_report_id": row["hazard_report_id"],
            "severity_id": None,
            "notes": f"Significance under the Regulations: {found[number]}",
        }
        for row in investigations
        if isinstance(number := row["investigation_id"], int) and row["hazard_confirmed"]
    ]


def _notifications(facts: list[Fact], investigations: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for fact in facts:
        if fact.kind in _NOTICES:
            kind = "Delay" if "delay_of" in fact.event.detail else _NOTICES[fact.kind]
            method = _METHODS.get(str(fact.event.detail.get("way") or "").lower())
            rows.append(
                {
                    "notification_id": fact.event.id,
                    "investigation_id": _of(fact, facts, investigations),
                    "tenancy_id": None,
                    "work_order_id": None,
                    "notification_type_id": code_of("notification_type", kind),
                    "escalation_id": fact.event.id if fact.kind is Kind.ACCOMMODATION_OFFERED else None,
                    "date_sent": str(civil_day(fact.at)),
                    "notification_method_id": code_of("notification_method", method),
                    "content_summary": fact.event.detail.get("words") or fact.event.detail.get("reason"),
                }
            )
    return rows


def _of(fact: Fact, facts: list[Fact], investigations: list[Row]) -> object:
    """The investigation that an event came after; None before the first."""
    numbers = {row["investigation_id"] for row in investigations}
    before = [other.event.id for other in facts if other.at <= fact.at and other.event.id in numbers]
    return before[-1] if before else None


def _escalations(file: CaseFile, facts: list[Fact], investigations: list[Row]) -> list[Row]:
    stages = {None: "Open", True: "Resolved", False: "Rejected"}
    return [
        {
            "escalation_id": fact.event.id,
            "escalation_reference": f"{file.reference}-{fact.event.id}",
            "investigation_id": _of(fact, facts, investigations),
            "escalation_reason": "Safety work may not be done in time",
            "escalation_stage_id": code_of("escalation_stage", stages[_yes(fact.event.detail.get("accepted"))]),
            "escalation_type_id": code_of("escalation_type", "Alternative Accommodation"),
            "escalated_to": fact.event.actor,
            "escalation_start_date": str(civil_day(fact.at)),
            "alternative_accommodation_details": fact.event.detail.get("words"),
            "tenant_acceptance": _yes(fact.event.detail.get("accepted")),
        }
        for fact in facts
        if fact.kind is Kind.ACCOMMODATION_OFFERED
    ]


def _yes(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _work_orders(file: CaseFile, facts: list[Fact], clocks: list[Clock]) -> list[Row]:
    """One order for the works of the case, once they have begun."""
    begun = next((fact for fact in facts if fact.kind in _BEGUN), None)
    done = next((fact for fact in reversed(facts) if fact.kind is Kind.WORKS_DONE), None)
    first = begun or done
    if first is None:
        return []
    return [
        {
            "work_order_id": f"{file.reference}-works",
            "address_id": file.home.uprn,
            "date_raised": str(civil_day(first.at)),
            "date_reported": str(civil_day(facts[0].at)),
            "actual_start_date_time": format_time(first.at),
            "actual_completion_date_time": format_time(done.at) if done else None,
            "description_of_work": first.event.detail.get("words") or file.hazard_title,
            "location_of_repair": first.event.detail.get("room") or file.home.name,
            "repair_sla_breach_flag": any(clock.name in _REPAIRS and clock.state in _LATE for clock in clocks),
        }
    ]
