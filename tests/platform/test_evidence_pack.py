"""The pack of a case: the same bytes whenever it is made, whole in itself, and every number in its tables."""

import csv
import hashlib
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from case_evidence import SILENT, file_of, whole_story
from case_story import Story

from hereabouts_platform.evidence.case_file import CaseFile, from_json, to_json
from hereabouts_platform.evidence.charts import charts_of
from hereabouts_platform.evidence.pack import MANIFEST, case_html, file_of_pack, members_of, pack_of
from hereabouts_platform.evidence.repair import raise_repair
from hereabouts_schemas.case import CaseEventKind
from hereabouts_schemas.errors import InputError

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def file() -> CaseFile:
    return file_of(whole_story())


@pytest.fixture(scope="module")
def pack(file: CaseFile) -> bytes:
    return pack_of(file)


def opened(pack: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_the_same_file_gives_the_same_bytes_and_again_from_itself(file: CaseFile, pack: bytes) -> None:
    assert pack_of(file_of(whole_story())) == pack
    again = file_of_pack(pack)
    assert pack_of(again) == pack
    assert again.as_at == file.as_at


def test_the_zone_of_whoever_reads_it_changes_nothing(file: CaseFile, pack: bytes) -> None:
    """A database answers in the zone of its session."""
    elsewhere = timezone(timedelta(hours=5, minutes=45))
    moved = replace(
        file,
        events=tuple(
            replace(each, event=replace(each.event, at=each.event.at.astimezone(elsewhere)),
                    recorded_at=each.event.at.astimezone(UTC))
            for each in file.events
        ),
        statements=tuple(replace(each, at=each.at.astimezone(elsewhere)) for each in file.statements),
    )  # fmt: skip
    assert pack_of(moved) == pack


def test_every_entry_carries_the_time_of_the_last_event_and_lies_there_as_it_is(pack: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        for entry in archive.infolist():
            assert entry.date_time == (2027, 5, 14, 9, 0, 0)  # 10:00 in summer
            assert entry.compress_type == zipfile.ZIP_STORED


def test_the_manifest_names_every_file_by_its_hash(pack: bytes) -> None:
    members = opened(pack)
    listed = dict(reversed(line.split("  ", 1)) for line in members.pop(MANIFEST).decode().splitlines())
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    assert "attachments/001-wall_north.jpg" in listed


def test_a_changed_fact_changes_the_pack(file: CaseFile, pack: bytes) -> None:
    assert pack_of(replace(file, release="0.4.1")) != pack


def test_versions_of_decoder_rule_and_law_stand_in_it(pack: bytes) -> None:
    versions = json.loads(opened(pack)["versions.json"])
    assert versions["decoders"] == ["elsys_ers/2"]
    assert versions["rules"] == ["damp 3"]
    (law,) = versions["law"]
    assert hashlib.sha256(opened(pack)[f"rules/{law['name']}"]).hexdigest() == law["sha256"]
    assert versions["clocks"] == [f"england 2026-11-22 {law['sha256']}"]


def test_tables_hold_every_number(file: CaseFile, pack: bytes) -> None:
    members = opened(pack)
    assert len(rows(members["readings.csv"])) == sum(len(s.hours) for s in file.series if not s.outdoors)
    assert len(rows(members["weather.csv"])) == sum(len(s.hours) for s in file.series if s.outdoors)
    assert rows(members["frames.csv"])[0]["payload_hex"] == "0100a0024e"
    events = rows(members["events.csv"])
    assert [int(row["event"]) for row in events] == [each.event.id for each in file.events]
    assert json.loads(events[7]["detail"])["significance"] == "significant"
    states = {row["key"]: row["state"] for row in rows(members["clocks.csv"])}
    assert states["investigate/2"] == "met"
    assert states["accommodation/8"] == "met"
    assert states["preventative_start/8"] == "met"


def test_what_a_spreadsheet_would_take_for_a_formula_is_text() -> None:
    story = (
        Story()
        .then("alert_raised", "2026-12-07 10:00")
        .then("access_attempted", "2026-12-08 10:00", result="=HYPERLINK(1)", actor="@ann")
    )
    (row,) = rows(members_of(file_of(story, "reported"))["endeavours.csv"])
    assert (row["result"][0], row["actor"]) == ("'", "'@ann")


class _Fetches(HTMLParser):
    """What a page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "srcset") or name[:2] == "on"]
        self.found += [tag] if tag in ("script", "link", "img", "iframe") else []


def test_the_page_fetches_nothing_and_says_what_people_wrote_as_they_wrote_it(pack: bytes) -> None:
    page = opened(pack)["case.html"].decode()
    reader = _Fetches()
    reader.feed(page)
    assert reader.found == []
    assert "url(" not in page
    assert "spots &lt;behind&gt; the wardrobe" in page
    assert "@media print" in page
    assert "Bedroom 2: surface humidity 84 % over 30 days" in page
    assert page.count("<svg") == 2


def test_the_page_has_every_event_every_clock_and_what_was_tried(file: CaseFile) -> None:
    page = case_html(file)
    assert [number for number in range(1, 17) if f'<tr><td class="when">{number}</td>' not in page] == []
    for clock in file.clocks():
        assert clock.title in page
    assert "notice given 8 December 2026, 10:00, at least 24 hours before" in page
    assert "(policy: alert raised)" in page


def test_a_case_without_readings_or_clocks_has_a_page_that_says_so() -> None:
    page = case_html(file_of(Story().then("indicated", "2026-12-03 04:00"), "reported", at_hand=False))
    for words in (
        "No readings have been copied into this case yet",
        "No alert belongs",
        "No visit, contractor",
        "Nobody has become aware",
    ):
        assert words in page


def test_charts_shade_what_is_missing_and_break_the_line_there(file: CaseFile) -> None:
    charts = charts_of(file)
    assert [chart.title for chart in charts] == ["Bedroom 2: Air temperature, °C", "Bedroom 2: Relative humidity, %"]
    drawing = ET.fromstring(charts[1].svg)  # noqa: S314 (our own drawing)
    (gap,) = drawing.findall("rect")
    hours = 28 * 24
    assert float(gap.attrib["width"]) == pytest.approx((720 - 52) * len(SILENT) / hours, abs=0.2)
    assert len(drawing.findall("polyline")) == 2
    assert f"{hours - len(SILENT)} of {hours} hours have readings" in charts[1].description
    assert len(ET.fromstring(charts[0].svg).findall("polyline")) == 3  # noqa: S314 (outdoors beside it)


def test_a_year_is_drawn_in_few_points(file: CaseFile) -> None:
    first = file.series[0]
    year = [replace(hour, at=first.from_at + timedelta(hours=n)) for n, hour in enumerate(first.hours * 14)]
    long = replace(first, hours=tuple(year), to_at=year[-1].at + timedelta(hours=1))
    (chart,) = charts_of(replace(file, series=(long,)))
    assert len(re.findall(r"\d,", chart.svg)) < 1000


def test_a_case_of_which_nothing_happened_makes_no_pack(file: CaseFile) -> None:
    with pytest.raises(InputError):
        pack_of(replace(file, events=()))


@pytest.mark.parametrize("text", [b"{}", b"[", b'{"format": 1}'])
def test_what_is_no_case_file_is_refused(text: bytes) -> None:
    with pytest.raises(InputError, match=r"case\.json"):
        from_json(text, {})


def test_a_pack_that_was_changed_or_is_none_is_refused(file: CaseFile, pack: bytes) -> None:
    changed = pack.replace(b"Washed down", b"Washed over")
    with pytest.raises(InputError, match=r"case\.html, case\.json, events\.csv"):
        file_of_pack(_with_new_checksums(changed))
    for none in (b"", b"PK", _zipped({"a": b""}, file.as_at)):
        with pytest.raises(InputError, match="Give the ZIP of a case"):
            file_of_pack(none)
    with pytest.raises(InputError, match="every attachment"):
        from_json(to_json(file), {})


def _with_new_checksums(pack: bytes) -> bytes:
    """Somebody who changes a fact can mend the ZIP's own checksums, and not the manifest in the same breath."""
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        members = {}
        for entry in archive.infolist():
            start = entry.header_offset + 30 + len(entry.filename)
            members[entry.filename] = pack[start : start + entry.file_size]
    return _zipped(members, FIRST)


def _zipped(members: dict[str, bytes], at: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (at.year, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def test_a_file_of_another_format_is_refused(file: CaseFile) -> None:
    with pytest.raises(InputError, match="reads format 1"):
        from_json(to_json(replace(file, format=2)), {})


def test_events_of_every_kind_have_words() -> None:
    story = Story()
    for n, kind in enumerate(CaseEventKind):
        detail = {"event": 1, "withdrawn": True} if kind is CaseEventKind.CORRECTED else {}
        story.then(kind, f"2026-12-{1 + n // 24:02} {n % 24:02}:00", **detail)
    page = case_html(file_of(story, "closed", at_hand=False))
    assert "Opened again" in page


def test_a_repair_is_raised_by_the_earliest_date_of_the_law() -> None:
    story = Story().then("alert_raised", "2026-12-07 10:00")
    story.then("investigation_concluded", "2026-12-09 15:00", significance="significant")
    repair = json.loads(
        raise_repair(file_of(story, "works"), "Fit a fan that runs", priority_code=2, work_class_code=0)
    )
    assert repair["Priority"] == {"PriorityCode": 2, "RequiredCompletionDateTime": "2026-12-17T00:00:00Z"}
    assert repair["SitePropertyUnit"][0]["Reference"] == [{"ID": "10009876543", "AllocatedBy": "UPRN"}]
    assert repair["DescriptionOfWork"] == "Fit a fan that runs"
