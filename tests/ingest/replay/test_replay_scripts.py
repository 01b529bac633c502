"""Replay of what vendors' scripts read: by the new text, by a pinned one, or not at all when it was stopped."""

import base64
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hereabouts_ingest.profiles import ScriptKilled
from hereabouts_ingest.scripts import live
from hereabouts_ingest.scripts.live import LiveProfiles
from hereabouts_platform.store.registry import sync_profiles
from hereabouts_schemas.message import Message, Source

Council = Any  # of conftest.py
EXAMPLE = Path(__file__).parents[1] / "scripts" / "examples" / "oldfield_level"
SOURCE = Source(id=1, name="things_stack", topic_filter="v3/+/devices/+/up", envelope="things_stack")
DEVICE = "A840410000000001"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A script's folder: distance in tenths of a centimetre."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "scripts" / "oldfield_level"))


@pytest.fixture
def profiles(council: Council, place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveProfiles]:
    """What a worker has, with the device at a place."""
    monkeypatch.setattr(live, "LOOK_S", 0.0)
    found = LiveProfiles(place.parent)
    sync_profiles(council.owner, [found.now()["oldfield-level"].spec])
    council.owner.execute("INSERT INTO device (id, profile_id) VALUES (%s, 'oldfield-level')", (DEVICE,))
    council.owner.execute(
        "INSERT INTO deployment (device_id, place_id, from_at) VALUES (%s, 'h1', '2020-01-01')", (DEVICE,)
    )
    council.versions.update(found.now())
    yield found
    found.close()


def frame(council: Council, number: int) -> Message:
    at = council.message("any", 15 * number).received_at
    body = {
        "end_device_ids": {"device_id": "tank-1", "dev_eui": DEVICE, "application_ids": {"application_id": "town"}},
        "received_at": at.isoformat(),
        "uplink_message": {
            "f_port": 1, "f_cnt": number, "session_key_id": "AYx", "received_at": at.isoformat(),
            "frm_payload": base64.b64encode(bytes.fromhex("03e800a0")).decode(),
        },
    }  # fmt: skip
    received = at + timedelta(seconds=1)
    return Message(
        source=SOURCE, topic="v3/town@ttn/devices/tank-1/up", payload=json.dumps(body).encode(), received_at=received
    )


def distances(council: Council) -> list[float]:
    rows = council.owner.execute(
        "SELECT value FROM reading r JOIN datastream d ON d.id = r.datastream_id WHERE quantity = 'distance' ORDER BY 1"
    )
    return [value for (value,) in rows.fetchall()]


def a_new_text_arrives(place: Path) -> None:
    """The maker's correction, with the first text kept as version 1."""
    shutil.copy(place / "profile.toml", place / "profile_v1.toml")
    shutil.copy(place / "decoder.js", place / "decoder_v1.js")
    table, text = place / "profile.toml", place / "decoder.js"
    table.write_text(table.read_text().replace('version = "1"', 'version = "2"'))
    text.write_text(text.read_text().replace("/ 10 + offset", "/ 20 + offset"))


def renew(council: Council, profiles: LiveProfiles) -> str:
    council.versions.clear()
    council.versions.update(profiles.now())
    name: str = council.versions["oldfield-level"].name
    return name


def test_a_replay_reads_by_the_text_of_today_and_says_so(council: Council, profiles: LiveProfiles, place: Path) -> None:
    council.write([frame(council, n) for n in range(3)])
    assert distances(council) == [1000, 1000, 1000]
    first = council.versions["oldfield-level"].name
    assert council.replay().apply().is_empty
    a_new_text_arrives(place)
    second = renew(council, profiles)
    assert distances(council) == [1000, 1000, 1000], "nothing stored changes by itself"

    preview = council.replay().preview()
    assert dict(preview.redecoded) == {(first, second): 3}
    assert council.replay().apply() == preview
    assert distances(council) == [500, 500, 500]
    assert council.one("SELECT DISTINCT cause FROM reading_revision") == (
        f"Replay: read by {second}, before by {first}.",
    )
    assert council.one("SELECT DISTINCT decoder FROM uplink") == (second,)
    assert council.replay().apply().is_empty
    council.counts()


def test_a_replay_reads_by_the_version_that_is_asked_for_or_pinned(
    council: Council, profiles: LiveProfiles, place: Path
) -> None:
    council.write([frame(council, 0)])
    first = council.versions["oldfield-level"].name
    a_new_text_arrives(place)
    second = renew(council, profiles)
    council.owner.execute("UPDATE device SET decoder_version = '1'")
    assert council.replay().apply().is_empty, "the pinned one is the one that read it"
    council.write([frame(council, 1)])
    assert distances(council) == [1000, 1000]
    assert dict(council.replay(decoder="oldfield-level/2").apply().redecoded) == {(first, second): 2}
    assert distances(council) == [500, 500]
    exactly = first.partition("/")[2]
    council.owner.execute("UPDATE device SET decoder_version = %s", (exactly,))
    assert dict(council.replay().apply().redecoded) == {(second, first): 2}
    assert council.replay(decoder=second).preview().total("changed") == 2


@pytest.mark.parametrize("remove", [False, True])
def test_a_pinned_text_that_is_gone_keeps_what_it_read(
    council: Council, profiles: LiveProfiles, place: Path, remove: bool
) -> None:
    council.write([frame(council, 0)])
    council.owner.execute("UPDATE device SET decoder_version = %s", (council.versions["oldfield-level"].spec.version,))
    (place / "decoder.js").write_text((place / "decoder.js").read_text() + "\n")
    renew(council, profiles)
    report = council.replay(remove=remove).apply()
    assert (report.total("vanished"), report.total("removed")) == ((0, 2 + 1) if remove else (2 + 1, 0))
    council.write([frame(council, 1)])
    reason, detail = council.one("SELECT reason, detail FROM quarantine ORDER BY id DESC LIMIT 1")
    assert reason == "no_decoder"
    assert "which this release does not have. It has oldfield-level/1, oldfield-level/1+" in str(detail)
    council.counts()


@pytest.mark.parametrize("remove", [False, True])
def test_a_script_that_was_stopped_takes_no_value_away(council: Council, profiles: LiveProfiles, remove: bool) -> None:
    """The machine may have been busy: what a script did not say this time is not what it no longer says."""
    council.write([frame(council, n) for n in range(2)])
    before = council.dump()

    def stopped(*_: object) -> dict[str, object]:
        raise ScriptKilled("It was stopped.")

    usual = council.versions["oldfield-level"]
    council.versions["oldfield-level"] = replace(usual, script=stopped)
    report = council.replay(remove=remove).apply()
    assert report.is_empty
    assert report.total("vanished") == 6
    assert council.dump() == before
    council.versions["oldfield-level"] = usual
    assert council.replay(remove=remove).apply().is_empty
