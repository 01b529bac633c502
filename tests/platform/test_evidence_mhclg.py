"""A case in the terms of MHCLG's damp and mould data model: its names, its codes, and nothing made up."""

import csv
import io
import json

import pytest
from case_evidence import file_of, whole_story
from case_story import Story

from hereabouts_platform.evidence.mhclg import code_of, mhclg, mhclg_json, mhclg_tables


def test_a_case_from_a_sensor_to_its_works() -> None:
    tables = mhclg(file_of(whole_story()))
    (investigation,) = tables["investigation"]
    assert investigation["trigger_source_id"] == code_of("trigger_source", "Environmental Sensor")
    assert investigation["investigation_type_id"] == code_of("investigation_type", "Standard")
    assert investigation["investigation_completed_date"] == "2026-12-09"
    assert (investigation["hazard_confirmed"], investigation["sla_breach_flag"]) == (True, False)
    assert investigation["notification_sent_to_tenant"] is True
    assert investigation["tenancy_id"] is None
    assert [report["date_reported"] for report in tables["hazard_report"]] == ["2026-12-07", "2026-12-08"]
    assert tables["hazard_report"][0]["report_status_id"] == code_of("report_status", "Closed")
    (escalation,) = tables["escalation"]
    assert escalation["tenant_acceptance"] is False
    assert escalation["escalation_stage_id"] == code_of("escalation_stage", "Rejected")
    (order,) = tables["work_order"]
    assert order["actual_start_date_time"] == "2026-12-16T12:00:00Z"
    assert order["actual_completion_date_time"] == "2027-02-12T16:00:00Z"
    assert order["repair_sla_breach_flag"] is False


def test_notifications_by_what_they_are() -> None:
    story = Story(nation="scotland").then("reported", "2026-12-07 10:00", by="resident")
    story.then("entry_notice_given", "2026-12-08 10:00", way="sms")
    story.then("investigation_concluded", "2026-12-24 15:00", significance="significant")
    story.then("summary_sent", "2026-12-29 10:00", way="post")
    story.then("tenant_told", "2026-12-30 10:00", delay_of="begin_repair", until="2027-01-20", reason="No roofer")
    story.then("tenant_told", "2027-01-04 10:00", words="The roofer comes on Tuesday")
    tables = mhclg(file_of(story, "works"))
    said = [(row["notification_type_id"], row["notification_method_id"]) for row in tables["notification"]]
    kinds = ("Scheduled", "Result", "Delay", "Advice")
    methods = ("SMS", "Letter", None, None)
    assert said == [
        (code_of("notification_type", kind), code_of("notification_method", method))
        for kind, method in zip(kinds, methods, strict=True)
    ]
    (investigation,) = tables["investigation"]
    assert investigation["trigger_source_id"] == code_of("trigger_source", "Tenant Report")
    assert investigation["sla_breach_flag"] is True  # due on 21 December


@pytest.mark.parametrize(
    ("kinds", "word"),
    [
        (["in_person_asked_for"], "Renewed"),
        (["emergency_suspected"], "Emergency"),
        ([], "Further"),
    ],
)
def test_kinds_of_investigation(kinds: list[str], word: str) -> None:
    story = Story().then("reported", "2026-12-07 10:00", by="staff")
    story.then("investigation_concluded", "2026-12-09 15:00", significance="none", type="remote")
    for kind in kinds:
        story.then(kind, "2026-12-10 10:00")
    story.then("investigation_concluded", "2026-12-11 10:00", significance="none")
    first, last = mhclg(file_of(story, "investigating"))["investigation"]
    assert first["investigation_type_id"] == code_of("investigation_type", "Standard")
    assert last["investigation_type_id"] == code_of("investigation_type", word)
    assert first["trigger_source_id"] == code_of("trigger_source", "Staff Report")


def test_csv_and_json_say_the_same() -> None:
    file = file_of(whole_story())
    told = json.loads(mhclg_json(file))
    tables = mhclg_tables(file)
    assert set(tables) == {name for name, rows in told.items() if rows}
    for name, content in tables.items():
        rows = list(csv.DictReader(io.StringIO(content.decode())))
        assert [set(row) for row in rows] == [set(row) for row in told[name]]
    (order,) = csv.DictReader(io.StringIO(tables["work_order"].decode()))
    assert order["repair_sla_breach_flag"] == "false"


def test_a_case_just_opened_has_a_report_and_no_more() -> None:
    tables = mhclg(file_of(Story().then("reported", "2026-12-07 10:00"), "reported"))
    assert len(tables["hazard_report"]) == 1
    assert tables["hazard_report"][0]["report_status_id"] == code_of("report_status", "Open")
    assert tables["investigation"] == tables["work_order"] == tables["notification"] == []
