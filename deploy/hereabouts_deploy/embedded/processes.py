"""Looking at operating system processes without trusting a number alone: PIDs are used again.

Linux answers from /proc, anything else from `ps`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ON_LINUX = sys.platform == "linux"
PROC = Path("/proc")


def is_running(pid: int, *, program: str, argument: str) -> bool:
    """Whether `pid` lives, is no zombie, is `program` and was started with `argument` among its arguments."""
    if ON_LINUX:
        arguments = _arguments(pid)
        return bool(arguments) and Path(arguments[0]).name == program and argument in arguments and _is_alive(pid)
    line = _ps("-p", str(pid)).strip()
    return _line_shows(line, program, argument)


def find_running(*, program: str, argument: str) -> list[int]:
    """Every process that is `program` and was started with `argument` among its arguments."""
    if ON_LINUX:
        return [pid for pid in _pids() if is_running(pid, program=program, argument=argument)]
    lines = _ps("-ax").splitlines()
    return [int(line.split(maxsplit=1)[0]) for line in lines if _line_shows(line.strip(), program, argument)]


def find_working_in(folder: Path, *, program: str) -> list[int]:
    """Every process of `program` whose working directory is `folder`; nothing where the system cannot tell.

    So the backends that a killed PostgreSQL left behind are found: they no longer show their arguments.
    """
    if not ON_LINUX:
        return []
    return [pid for pid in _pids() if _works_in(pid, folder) and _is_alive(pid) and _program(pid) == program]


def stop_processes(find: Callable[[], Iterable[int]], *, signs: Iterable[tuple[signal.Signals, float]]) -> bool:
    """Ask the processes that `find` returns to end, ever more firmly; whether none is left.

    Args:
        find: looks them up afresh each time, so that no number is used after it has stopped being theirs.
        signs: signals in order, each with the seconds it is given to work.
    """
    for sign, patience_s in signs:
        for pid in find():
            send(pid, sign)
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if not list(find()):
                return True
            time.sleep(0.02)
    return not list(find())


def send(pid: int, sign: signal.Signals) -> None:
    """Send a signal to a process that may have gone already."""
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def _arguments(pid: int) -> list[str]:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def _is_alive(pid: int) -> bool:
    try:
        state = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def _program(pid: int) -> str:
    try:
        return (PROC / str(pid) / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return (PROC / str(pid) / "cwd").readlink() == folder
    except OSError:
        return False


def _ps(*which: str) -> str:
    return subprocess.run(  # noqa: S603 - a fixed command with a number
        ["/bin/ps", "-ww", "-o", "pid=,stat=,command=", *which], capture_output=True, text=True, check=False
    ).stdout


def _line_shows(line: str, program: str, argument: str) -> bool:
    """`line` is `pid state command`; the state of a zombie begins with Z."""
    parts = line.split(maxsplit=2)
    return len(parts) == 3 and not parts[1].startswith("Z") and program in parts[2] and argument in parts[2]


def living_pid(process: subprocess.Popen[bytes] | None) -> int | None:
    """The number of a child of ours while it lives."""
    return process.pid if process is not None and process.poll() is None else None


def wait_for_child(process: subprocess.Popen[bytes] | None) -> int:
    """Block until a child of ours ends; its exit code (negative: the signal that ended it)."""
    if process is None:
        return 0
    code = process.wait()
    if process.stdin is not None:
        process.stdin.close()
    return code


def end_child(process: subprocess.Popen[bytes] | None, signs: Iterable[tuple[signal.Signals, float]]) -> None:
    """End a child of ours, ever more firmly, and collect it."""
    if process is None:
        return
    for sign, patience_s in signs:
        process.send_signal(sign)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue
        break
    wait_for_child(process)
