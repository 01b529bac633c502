"""Vendors' scripts as an operator meets them: tried, listed, imported for, looked at by doctor, read by ingest."""

import base64
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_here import command_here

from hereabouts_deploy.doctor.check import State
from hereabouts_deploy.doctor.scripts import check_scripts
from hereabouts_deploy.prepare import bring_up_to_date
from hereabouts_deploy.settings import Settings
from hereabouts_ingest.profiles import load_profiles
from hereabouts_ingest.settings import IngestSettings
from hereabouts_ingest.worker import Desk
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_schemas.message import Message, Source
from hereabouts_schemas.outcome import Outcome
from hereabouts_schemas.times import format_time

EXAMPLES = Path(__file__).parents[1] / "ingest" / "scripts" / "examples"
HOSTILE = EXAMPLES.parent / "hostile"
EUI = "0011223344556677"


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A folder of scripts, one of them useless."""
    folder = Path(shutil.copytree(EXAMPLES, tmp_path / "scripts"))
    (folder / "old_thing").mkdir()
    (folder / "old_thing" / "decoder.js").write_text("function Decoder() {}")
    return folder


def hereabouts(folder: Path, *arguments: str, database_url: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"HEREABOUTS_SCRIPTS_DIR": str(folder), "HEREABOUTS_DATABASE_URL": database_url}
    return command_here(*arguments, environment=environment, folder=folder.parent)


def started(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "hereabouts_deploy", *arguments],
        env={**os.environ, "HEREABOUTS_SCRIPTS_DIR": str(folder)},
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_profiles_lists_scripts_behind_the_native_ones(scripts: Path) -> None:
    done = started(scripts, "profiles", "--json")
    ids = [item["id"] for item in json.loads(done.stdout)["items"]]
    assert ids == [*load_profiles(), "brightwell-th1", "oldfield-level", "quayside-counter"]
    assert "old_thing/profile.toml: 'no such file or directory' cannot be used" in done.stderr


def test_a_script_is_tried_on_a_frame(scripts: Path) -> None:
    done = hereabouts(scripts, "profiles", "check", "scripts/brightwell_th1", "--frame", "0100e20229")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("brightwell-th1, version 2+")
    assert lines[0].endswith(": Brightwell TH1, read by decodeUplink.")
    assert lines[1:] == [
        'decoded: {"temperature":22.6,"humidity":41}',
        "value: air_temperature 22.6 °C",
        "value: relative_humidity 41 %",
    ]


def test_a_trial_tells_what_is_refused(scripts: Path) -> None:
    done = hereabouts(scripts, "profiles", "check", "scripts/brightwell_th1", "--frame", "017fff0229", "--json")
    told = json.loads(done.stdout)
    assert [value["quantity"] for value in told["values"]] == ["relative_humidity"]
    assert [(one["field"], one["reason"]) for one in told["refused"]] == [("temperature", "sentinel")]
    assert told["quarantined"] is None

    done = hereabouts(scripts, "profiles", "check", "scripts/brightwell_th1", "--frame", "01 00 e2 ff", "--port", "2")
    assert done.returncode == 1
    assert "quarantined: undecodable. The script of brightwell-th1 says: unknown type 255" in done.stdout


def test_a_script_is_tried_without_a_frame(scripts: Path) -> None:
    done = hereabouts(scripts, "profiles", "check", "scripts/oldfield_level")
    assert done.returncode == 0
    assert "read by Decode.\nIt can be loaded." in done.stdout
    assert "entry" in json.loads(hereabouts(scripts, "profiles", "check", "scripts/oldfield_level", "--json").stdout)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("scripts/old_thing",), 1, "old_thing/profile.toml: 'no such file or directory' cannot be used. Put the file"),
        (("scripts/nothing_here",), 1, "nothing_here/profile.toml: 'no such file or directory' cannot be used."),
        (("scripts/brightwell_th1", "--frame", "0x1"), 2, "is not hex"),
        (("scripts/brightwell_th1", "--port", "300"), 2, "less than or equal to 255"),
    ],
)
def test_a_trial_that_cannot_be(scripts: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = hereabouts(scripts, "profiles", "check", *arguments)
    assert done.returncode == code
    assert said in " ".join(done.stderr.split())


def test_a_script_that_is_stopped_while_loaded_is_told_by_a_trial(scripts: Path) -> None:
    shutil.copy(HOSTILE / "endless_at_load" / "decoder.js", scripts / "oldfield_level" / "decoder.js")
    done = started(scripts, "profiles", "check", "scripts/oldfield_level")
    assert done.returncode == 1
    assert done.stderr == "The script of oldfield-level was stopped: it took more than 100 ms of processor time.\n"


def test_doctor_names_scripts_that_are_well_and_mistakes_one_by_one(scripts: Path, tmp_path: Path) -> None:
    shutil.copy(HOSTILE / "broken_text" / "decoder.js", scripts / "oldfield_level" / "decoder.js")
    checks = list(check_scripts(Settings(scripts_dir=scripts)))
    assert [check.state for check in checks] == [State.WARNING, State.WARNING, State.OK]
    assert "old_thing/profile.toml" in checks[0].message
    assert "oldfield_level/decoder.js: 'SyntaxError" in checks[1].message
    assert checks[2].message == f"Vendors' scripts in {scripts}: brightwell-th1, quayside-counter."

    assert list(check_scripts(Settings(data_dir=tmp_path / "data"))) == [], "nobody has put one there"
    (missing,) = check_scripts(Settings(scripts_dir=tmp_path / "none"))
    assert missing.state is State.WARNING
    assert "HEREABOUTS_SCRIPTS_DIR names" in missing.message


def test_scripts_lie_in_the_data_folder_unless_said_otherwise(tmp_path: Path, scripts: Path) -> None:
    assert Settings(data_dir=tmp_path).scripts == scripts
    assert Settings(data_dir=tmp_path, scripts_dir=Path("else")).scripts == Path("else").absolute()


def message(frame: str, at: datetime) -> Message:
    body = {
        "deduplicationId": f"00000000-0000-4000-8000-{frame.zfill(12)[:12]}",
        "time": format_time(at),
        "deviceInfo": {"devEui": EUI},
        "fPort": 2,
        "data": base64.b64encode(bytes.fromhex(frame)).decode(),
    }
    source = Source(id=2, name="chirpstack", topic_filter="application/+/device/+/event/up", envelope="chirpstack")
    topic = f"application/1/device/{EUI}/event/up"
    return Message(source=source, topic=topic, payload=json.dumps(body).encode(), received_at=at)


def test_from_a_folder_to_readings(database_url: str, scripts: Path, tmp_path: Path) -> None:
    """Dropped in, imported for, read: with the text's version on the uplink, and no restart."""
    bring_up_to_date(database_url, scripts)
    (tmp_path / "places.csv").write_text("id,kind,name\nL1,building,Library\n")
    (tmp_path / "devices.csv").write_text(f"id,profile,place,from\n{EUI},brightwell-th2,L1,2026-01-01\n")
    hereabouts(scripts, "import", "places", "places.csv", database_url=database_url)
    with connect(database_url, DatabaseRole.OWNER) as owner:
        ids = {row[0] for row in owner.execute("SELECT id FROM profile")}
        assert {"brightwell-th1", "oldfield-level", "quayside-counter", *load_profiles()} <= ids

        refused = hereabouts(scripts, "import", "devices", "devices.csv", database_url=database_url)
        assert "There is no device profile 'brightwell-th2'" in refused.stdout
        shutil.copytree(scripts / "brightwell_th1", scripts / "brightwell_th2")
        done = hereabouts(scripts, "import", "devices", "devices.csv", database_url=database_url)
        assert done.returncode == 0, done.stdout + done.stderr

        at = datetime.now(UTC).replace(microsecond=0)
        assert handled(database_url, scripts, message("0100e2", at), message("01ff", at)) == [
            Outcome.STORED,
            Outcome.QUARANTINED,
        ]
        assert owner.execute("SELECT value FROM reading").fetchall() == [(22.6,)]
        (decoder,) = owner.execute("SELECT decoder FROM uplink WHERE decoder IS NOT NULL").fetchone() or ("",)
        assert decoder.startswith("brightwell-th2/2+")
        reasons = owner.execute("SELECT reason, device_id FROM quarantine").fetchall()
        assert reasons == [("undecodable", EUI)]

        shutil.rmtree(scripts / "brightwell_th2")
        assert handled(database_url, scripts, message("0100e3", at)) == [Outcome.QUARANTINED]
        found = owner.execute("SELECT reason, detail FROM quarantine ORDER BY id DESC LIMIT 1").fetchone()
        assert found is not None
        assert found[0] == "no_decoder"
        assert "`hereabouts doctor` names vendors' scripts that cannot be used" in found[1]


def handled(database_url: str, scripts: Path, *messages: Message) -> list[Outcome]:
    """What a worker makes of messages."""
    desk = Desk(
        IngestSettings(database_url=database_url, mqtt_host="", mqtt_port=0, scripts_dir=scripts, spool_dir=scripts)
    )
    try:
        return desk.handle(messages)
    finally:
        desk.close()
