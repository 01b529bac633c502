"""`hereabouts demo` as a process: killed while it settles, started again, used, stopped, started once more."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hereabouts_deploy.demo.chronicle import read_chronicle

pytestmark = pytest.mark.timeout(600)
DEADLINE_S = 180.0
SECOND_START_S = 30.0


@dataclass
class Demo:
    """A `hereabouts demo` on one data folder."""

    data_dir: Path
    process: subprocess.Popen[str] | None = None

    def launch(self) -> None:
        others = {name: value for name, value in os.environ.items() if not name.startswith("HEREABOUTS_")}
        settings = {"DATA_DIR": str(self.data_dir), "HTTP_PORT": "0", "MQTT_PORT": "0"}
        self.environment = others | {f"HEREABOUTS_{name}": value for name, value in settings.items()}
        with (self.data_dir.parent / "demo.err").open("a") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hereabouts_deploy", "demo"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=errors, text=True, env=self.environment, start_new_session=True,
            )  # fmt: skip

    def greeting(self) -> tuple[str, float]:
        """What it writes until its ready line, and how long that took."""
        assert self.process is not None
        assert self.process.stdout is not None
        began, lines = time.monotonic(), []
        for line in self.process.stdout:
            lines.append(line)
            if line == "ready\n":
                return "".join(lines), time.monotonic() - began
        raise AssertionError((self.data_dir.parent / "demo.err").read_text())

    def end(self, sign: signal.Signals) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.send_signal(sign)
        code = self.process.wait(60)
        self.process.stdout.close()
        self.process = None
        return code

    def command(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "hereabouts_deploy", *arguments],
            capture_output=True, text=True, check=True, env=self.environment, timeout=120,
        )  # fmt: skip
        return done.stdout

    @property
    def run(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.data_dir / "run.json").read_text())
        return content

    def get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.run['admin_key']}"}
        request = urllib.request.Request(self.run["http"] + path, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def rows(self, statement: str, *parameters: object) -> list[Any]:
        with psycopg.connect(self.run["database_url"], autocommit=True) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def flagged(self, *levels: str) -> set[str]:
        """Homes with an open alert of one of the levels."""
        alerts = self.get("/v1/alerts?limit=1000")
        assert alerts["next"] is None
        open_ones = (alert for alert in alerts["items"] if alert["state"] == "open" and alert["level"] in levels)
        return {alert["place"].split("/")[0] for alert in open_ones if alert["place"]}


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(data_dir=tmp_path / "data")
    yield demo
    if demo.process is not None:
        demo.end(signal.SIGTERM)
    server = demo.data_dir / "server"
    if server.is_symlink():
        shutil.rmtree(server.resolve())


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.1)


def test_a_day_with_the_demo(demo: Demo) -> None:
    demo.launch()
    until(lambda: "weather" in steps_done(demo), "the history under way")
    assert demo.end(signal.SIGKILL) == -signal.SIGKILL
    assert "assessment" not in steps_done(demo)

    demo.launch()
    greeting, took_s = demo.greeting()
    assert took_s < DEADLINE_S
    check_greeting(demo, greeting)
    check_flags(demo)
    check_that_flags_come_back(demo)
    until(lambda: all(counts["stored"] for counts in feeds(demo).values()), "messages on all four feeds")
    for counts in feeds(demo).values():
        assert counts["received"] == sum(counts[name] for name in ("stored", "duplicate", "quarantined", "ignored"))
    assert demo.rows("SELECT count(*) FROM reading WHERE time > now()") == [(0,)]
    before = old_readings(demo)
    assert demo.end(signal.SIGTERM) == 0

    demo.launch()
    _, took_s = demo.greeting()
    assert took_s < SECOND_START_S
    assert old_readings(demo) == before
    assert before > 1_500_000
    assert demo.end(signal.SIGINT) == 0


def steps_done(demo: Demo) -> tuple[str, ...]:
    chronicle = read_chronicle(demo.data_dir / "demo" / "town.json")
    return tuple(chronicle.done) if chronicle else ()


def feeds(demo: Demo) -> dict[str, dict[str, int]]:
    spoken = ("things_stack", "chirpstack", "homelink", "plain")  # by the town
    return {source["name"]: source for source in demo.get("/v1/sources")["items"] if source["name"] in spoken}


def old_readings(demo: Demo) -> int:
    """Readings of the history proper: older than the oldest late message could be."""
    chronicle = read_chronicle(demo.data_dir / "demo" / "town.json")
    assert chronicle is not None
    until = chronicle.made_at.timestamp() - 6 * 3600
    return int(demo.rows("SELECT count(*) FROM reading WHERE time < to_timestamp(%s)", until)[0][0])


def check_greeting(demo: Demo, greeting: str) -> None:
    run = demo.run
    for text in (run["http"], run["mqtt"], run["admin_key"]):
        assert text in greeting
    assert re.search(r"Town ready in \d+ s", greeting)
    link = re.search(r"http\S+/sign-in/\S+", greeting)
    assert link is not None
    with urllib.request.urlopen(link[0], timeout=30) as page:
        assert page.status == 200


def check_flags(demo: Demo) -> None:
    """The job's flags against the ground truth: work at no healthy home, nearly every home where water comes in."""
    with (demo.data_dir / "demo" / "truth.csv").open(encoding="utf-8") as file:
        causes = {row["home"]: row["causes"] for row in csv.DictReader(file)}
    homes = Counter(causes.values())
    work = Counter(causes[home] for home in demo.flagged("act", "urgent"))
    watched = Counter(causes[home] for home in demo.flagged("watch", "act", "urgent"))
    print({cause: f"{watched[cause]} watched, {work[cause]} with work, of {homes[cause]}" for cause in homes})
    assert work["healthy"] == 0
    assert watched["healthy"] <= 0.2 * homes["healthy"]
    wet = ("penetrating", "plumbing")
    assert sum(watched[cause] for cause in wet) >= 0.8 * sum(homes[cause] for cause in wet)


def check_that_flags_come_back(demo: Demo) -> None:
    levels = ("watch", "act", "urgent")
    before = demo.flagged(*levels)
    demo.rows("DELETE FROM alert")
    assert demo.flagged(*levels) == set()
    demo.command("job", "run", "assess")
    assert demo.flagged(*levels) == before
