"""The guarded process: what it has given up, how it is made anew, and that it never outlives its parent."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hereabouts_ingest.profiles import DecodeError, ScriptKilled
from hereabouts_ingest.scripts import process, runner
from hereabouts_ingest.scripts.folder import Script, read_script
from hereabouts_ingest.scripts.limits import KILLS_IN_A_ROW, PAUSE_S, SCRIPT_BYTES
from hereabouts_ingest.scripts.runner import ScriptRunner
from hereabouts_ingest.scripts.strikes import Strikes
from hereabouts_schemas.errors import InputError

USUAL = Path(__file__).parent / "scripts" / "examples" / "brightwell_th1"
AT = datetime(2026, 3, 3, 14, tzinfo=UTC)
FRAME, DECODED = bytes.fromhex("0100e2"), {"temperature": 22.6}
DEADLINE_S = 60
TABLE = (USUAL / "profile.toml").read_text(encoding="utf-8")
WAITS = "function Decoder() { return { t: new Array(2 ** 28).join('x') }; }"  # 9 s in one step


@pytest.fixture
def running() -> Iterator[ScriptRunner]:
    running = ScriptRunner()
    yield running
    running.close()


def script_of(tmp_path: Path, text: str) -> Script:
    place = tmp_path / "nobody_x1"
    place.mkdir(exist_ok=True)
    (place / "profile.toml").write_text(TABLE)
    (place / "decoder.js").write_text(text)
    return read_script(place, ())


def usual(running: ScriptRunner) -> int:
    """Decode a usual frame; the number of the process that did."""
    assert running.decode(read_script(USUAL, ()), FRAME, 2, AT) == DECODED
    assert running.pid is not None
    return running.pid


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def state(pid: int) -> str:
    """R, S, T, Z ...; X when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def has_gone(pid: int) -> bool:
    return state(pid) in "XZ"  # a zombie has ended; whoever took it over has not looked yet


def test_the_process_has_given_up_what_it_does_not_need(running: ScriptRunner) -> None:
    pid = usual(running)
    assert os.getsid(pid) == pid
    assert Path(f"/proc/{pid}/cmdline").read_text().split("\0")[1:4] == ["-I", "-m", process.CHILD]
    status = dict(line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
    assert status["NoNewPrivs"].strip() == "1"
    assert status["Threads"].strip() == "1"
    assert "0" not in status["Uid"].split(), "not root, also where we are"
    limits = Path(f"/proc/{pid}/limits").read_text()
    for name in ("Max open files", "Max processes", "Max file size", "Max core file size"):
        row = next(line for line in limits.splitlines() if line.startswith(name))
        assert row.removeprefix(name).split()[:2] == ["0", "0"]


def test_nothing_of_ours_is_in_its_environment_or_open(running: ScriptRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", "postgresql://secret")
    with (USUAL / "decoder.js").open("rb") as file:
        os.set_inheritable(file.fileno(), True)
        pid = usual(running)
        assert {open_one.name for open_one in Path(f"/proc/{pid}/fd").iterdir()} == {"0", "1", "2"}
    assert Path(f"/proc/{pid}/environ").read_bytes() == b"TZ=UTC\0"


def test_killed_between_two_messages(running: ScriptRunner) -> None:
    first = usual(running)
    os.kill(first, signal.SIGKILL)
    until(lambda: has_gone(first))
    assert usual(running) != first


def test_killed_in_the_middle_of_a_message(running: ScriptRunner) -> None:
    first = usual(running)
    os.kill(first, signal.SIGSTOP)  # so it cannot answer before
    until(lambda: state(first) == "T")
    timer = threading.Timer(0.2, os.kill, (first, signal.SIGKILL))
    timer.start()
    assert usual(running) != first
    timer.join()


def test_killed_in_the_middle_every_time(running: ScriptRunner, tmp_path: Path) -> None:
    """Tried twice, then the message is set aside: it may be what ends the process."""
    usual(running)
    over = threading.Event()

    def kill_all() -> None:
        while not over.is_set():
            pid = running.pid
            if pid is not None and state(pid) == "R" and cpu_s(pid) > 0.3:  # well into the step of 9 s
                os.kill(pid, signal.SIGKILL)
            over.wait(0.02)

    killer = threading.Thread(target=kill_all)
    killer.start()
    with pytest.raises(ScriptKilled, match="failed twice"):
        running.decode(script_of(tmp_path, WAITS), FRAME, 2, AT)
    over.set()
    killer.join()
    usual(running)


def cpu_s(pid: int) -> float:
    try:
        facts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")


def test_a_process_that_hangs_is_killed_and_the_next_message_is_decoded(running: ScriptRunner) -> None:
    first = usual(running)
    os.kill(first, signal.SIGSTOP)
    with pytest.raises(ScriptKilled, match="did not answer within 2 s"):
        running.decode(read_script(USUAL, ()), FRAME, 2, AT)
    assert has_gone(first)
    assert usual(running) != first


def test_no_process_can_be_started(running: ScriptRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(process.sys, "executable", "/nowhere/python")
        with pytest.raises(ScriptKilled, match="the system starts no process"):
            running.decode(read_script(USUAL, ()), FRAME, 2, AT)
        patched.setattr(process.sys, "executable", "/bin/false")
        with pytest.raises(ScriptKilled, match="failed twice"):
            running.decode(read_script(USUAL, ()), FRAME, 2, AT)
    usual(running)


@pytest.mark.parametrize("text", ["", WAITS], ids=["idle", "in a step that takes 9 s"])
def test_a_parent_that_is_killed_leaves_no_process(tmp_path: Path, text: str) -> None:
    code = f"""
import sys
from datetime import datetime, UTC
from pathlib import Path
from hereabouts_ingest.scripts.folder import read_script
from hereabouts_ingest.scripts.runner import ScriptRunner
runner = ScriptRunner()
runner.decode(read_script(Path({str(USUAL)!r}), ()), b"", 2, datetime.now(UTC))
print(runner.pid, flush=True)
if len(sys.argv) > 1:
    runner.decode(read_script(Path(sys.argv[1]), ()), b"", 2, datetime.now(UTC))
sys.stdin.read()
"""
    if text:
        script_of(tmp_path, text)
    arguments = [str(tmp_path / "nobody_x1")] if text else []
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        if text:
            until(lambda: cpu_s(pid) > 0.4)
        assert not has_gone(pid)
        parent.kill()
        parent.wait()
        until(lambda: has_gone(pid))


def test_ten_thousand_frames_in_flat_memory(running: ScriptRunner) -> None:
    script = read_script(USUAL, ())
    pid = usual(running)

    def resident() -> int:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def frames(number: int) -> None:
        for n in range(number):
            frame = bytes([1, 0, n % 256, *([255] if n % 5 == 0 else [])])  # every fifth cannot be read
            try:
                running.decode(script, frame, 2, AT)
            except DecodeError:
                assert n % 5 == 0

    frames(1000)
    before = resident()
    frames(9000)
    assert resident() - before < 2_000_000
    assert running.pid == pid


def test_a_script_that_keeps_being_killed_is_not_tried_for_a_while(
    running: ScriptRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(runner, "Strikes", lambda: Strikes(lambda: now[0]))
    running = ScriptRunner()
    script = script_of(tmp_path, "function Decoder(bytes) { if (bytes[0]) for (;;) {} return {}; }")

    def kills(number: int, match: str) -> None:
        for _ in range(number):
            with pytest.raises(ScriptKilled, match=match):
                running.decode(script, b"\x01", 1, AT)

    kills(KILLS_IN_A_ROW - 1, "processor time")
    assert running.decode(script, b"\x00", 1, AT) == {}, "an answer, and the count begins again"
    kills(KILLS_IN_A_ROW, "processor time")
    kills(3, "not tried; it is tried again within 60 s")
    with pytest.raises(ScriptKilled, match="not tried"):
        running.decode(script, b"\x00", 1, AT)
    usual(running)  # nobody else's is held up

    now[0] += PAUSE_S
    kills(1, "processor time")  # one try after each pause
    kills(1, "not tried")
    now[0] += PAUSE_S
    assert running.decode(script, b"\x00", 1, AT) == {}
    kills(1, "processor time")
    running.close()


def test_a_script_of_the_greatest_size_is_sent_and_read(running: ScriptRunner, tmp_path: Path) -> None:
    text = "function Decoder(bytes) { return { n: bytes.length }; }\n"
    script = script_of(tmp_path, text + "//".ljust(SCRIPT_BYTES - len(text), "x"))
    assert running.decode(script, b"\x00" * 242, 1, AT) == {"n": 242}


def test_a_script_is_checked_without_a_frame(running: ScriptRunner, tmp_path: Path) -> None:
    assert running.check(read_script(USUAL, ())) == "decodeUplink"
    assert running.check(script_of(tmp_path, "let Decode = () => ({}); function Decoder() {}")) == "Decode"
    with pytest.raises(InputError, match=r"nobody_x1/decoder.js: \"SyntaxError: .*\(line 3\)\" cannot be used"):
        running.check(script_of(tmp_path, "\nvar a = 1;\nvar b = ;\n"))
    with pytest.raises(InputError, match="none of the functions"):
        running.check(script_of(tmp_path, "var temperature = 21;"))
    with pytest.raises(ScriptKilled):
        running.check(script_of(tmp_path, "for (;;) {}"))
