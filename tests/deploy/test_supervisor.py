"""The supervisor, on small processes of the tests' own."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from structlog.testing import capture_logs

from hereabouts_deploy.supervise.backoff import delay_s
from hereabouts_deploy.supervise.child import Child
from hereabouts_deploy.supervise.service import Service
from hereabouts_deploy.supervise.supervisor import Supervisor
from hereabouts_schemas.errors import StoreUnavailable

DEADLINE_S = 30
WELL_BEHAVED = """
import threading
from hereabouts_deploy.supervise.parent import call_when_parent_ends
from hereabouts_deploy.stop_signal import stop_on_signal
with stop_on_signal() as stop:
    call_when_parent_ends(stop.set)
    print("noise")
    print("ready", flush=True)
    stop.wait()
"""


@pytest.fixture
def module(tmp_path: Path) -> Callable[[str], Child]:
    """Makes a child that runs the Python given."""

    def make(source: str, name: str = "child") -> Child:
        (tmp_path / f"{name}_module.py").write_text(source)
        environment = {"PYTHONPATH": str(tmp_path)}
        return Child(name=name, arguments=(f"{name}_module",), environment=environment, log=tmp_path / f"{name}.log")

    return make


@pytest.fixture
def restarted() -> list[str]:
    return []


@pytest.fixture
def supervisor(restarted: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(lambda service: restarted.append(service.name))
    yield supervisor
    supervisor.stop()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_ready_is_heard_whatever_else_is_said(module: Callable[[str], Child], supervisor: Supervisor) -> None:
    child = module(WELL_BEHAVED)
    assert not child.ready.is_set()
    supervisor.start(child)
    assert child.ready.wait(DEADLINE_S)
    assert supervisor.pids() == {"child": child.pid}


def test_who_is_killed_is_started_again(
    module: Callable[[str], Child], supervisor: Supervisor, restarted: list[str]
) -> None:
    child = module(WELL_BEHAVED)
    supervisor.start(child)
    before = child.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    until(lambda: restarted == ["child"])
    assert child.pid not in (None, before)
    assert supervisor.ends_of(child) == 1


def test_a_clean_stop_is_asked_for_and_nobody_comes_back(
    module: Callable[[str], Child], supervisor: Supervisor, restarted: list[str]
) -> None:
    child = module(WELL_BEHAVED)
    supervisor.start(child)
    assert child.ready.wait(DEADLINE_S)
    supervisor.stop()
    assert child.process is not None
    assert child.process.returncode == 0
    assert restarted == []
    assert supervisor.pids() == {}


def test_who_ends_at_once_is_started_ever_more_slowly(module: Callable[[str], Child], supervisor: Supervisor) -> None:
    child = module("raise SystemExit(3)")
    supervisor.start(child)
    began = time.monotonic()
    until(lambda: supervisor.ends_of(child) >= 4)
    assert time.monotonic() - began > 0.1 + 0.2 + 0.4
    supervisor.stop()


def test_a_stop_does_not_wait_for_the_next_start(module: Callable[[str], Child], supervisor: Supervisor) -> None:
    child = module("raise SystemExit(3)")
    supervisor.start(child)
    until(lambda: supervisor.ends_of(child) >= 1)
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 5


class Balky:
    """A service whose second start fails, and whose third takes its time."""

    name = "balky"

    def __init__(self) -> None:
        self.starts = 0
        self.in_third = threading.Event()
        self.go_on = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None and self.process.poll() is None else None

    def start(self) -> None:
        self.starts += 1
        if self.starts == 2:
            raise StoreUnavailable("not just now")
        if self.starts == 3:
            self.in_third.set()
            assert self.go_on.wait(DEADLINE_S)
        self.process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])

    def wait(self) -> int:
        assert self.process is not None
        return self.process.wait()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def test_a_start_that_fails_is_tried_again_and_one_under_way_at_the_stop_is_undone() -> None:
    balky: Service = Balky()
    assert isinstance(balky, Balky)
    supervisor = Supervisor(lambda _service: None)
    supervisor.start(balky)
    assert balky.process is not None
    balky.process.kill()
    assert balky.in_third.wait(DEADLINE_S)
    stopper = threading.Thread(target=supervisor.stop)
    stopper.start()
    balky.go_on.set()
    stopper.join(DEADLINE_S)
    assert not stopper.is_alive()
    assert balky.pid is None


class HalfSetUp(Balky):
    """A service whose second start fails with its process running, by an error of another library."""

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        self.starts += 1
        if self.starts == 2:
            raise psycopg.OperationalError("server closed the connection unexpectedly")


def kill(service: Balky) -> None:
    assert service.process is not None
    service.process.kill()


def test_a_start_that_fails_by_whatever_error_is_undone_and_tried_again(
    supervisor: Supervisor, restarted: list[str]
) -> None:
    service = HalfSetUp()
    with capture_logs() as logs:
        supervisor.start(service)
        kill(service)
        until(lambda: restarted)
    assert service.starts == 3
    failed = next(line for line in logs if line["action"] == "child_not_started")
    assert failed["why"] == "server closed the connection unexpectedly"
    assert failed["exc_info"]


def test_a_restart_that_cannot_be_told_does_not_end_the_keeping() -> None:
    told = []

    def tell(service: Service) -> None:
        told.append(service.name)
        raise OSError(errno.ENOSPC, "No space left on device")

    supervisor, service = Supervisor(tell), HalfSetUp()
    service.starts = 2  # none of its starts fails
    try:
        with capture_logs() as logs:
            supervisor.start(service)
            kill(service)
            until(lambda: len(told) == 1)
            kill(service)
            until(lambda: len(told) == 2)
            until(lambda: sum(line["action"] == "restart_not_told" for line in logs) == 2)
        assert service.pid is not None
    finally:
        supervisor.stop()


def test_a_first_start_that_fails_is_the_callers_to_hear(supervisor: Supervisor) -> None:
    balky = Balky()
    balky.starts = 1
    with pytest.raises(StoreUnavailable):
        supervisor.start(balky)
    assert supervisor.pids() == {}


def test_children_end_when_their_parent_is_killed(tmp_path: Path, module: Callable[[str], Child]) -> None:
    module(WELL_BEHAVED)  # writes the module
    parent = subprocess.Popen(
        [sys.executable, "-c", f"""
from pathlib import Path
from hereabouts_deploy.supervise.child import Child
child = Child(name="child", arguments=("child_module",), environment={{"PYTHONPATH": {str(tmp_path)!r}}},
              log=Path({str(tmp_path / "child.log")!r}))
child.start()
child.ready.wait()
print(child.pid, flush=True)
child.wait()
"""], stdout=subprocess.PIPE,
    )  # fmt: skip
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: _state(pid) in ("", "Z"))


def test_the_pause_grows_and_has_an_end() -> None:
    assert all(0.1 <= delay_s(1) <= 0.2 for _ in range(100))
    assert all(0.8 <= delay_s(4) <= 1.6 for _ in range(100))
    assert all(7.5 <= delay_s(10_000) <= 15 for _ in range(100))


def _state(pid: int) -> str:
    listing = subprocess.run(["/bin/ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listing.stdout.strip()[:1]
