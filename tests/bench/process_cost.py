"""What processes cost, as Linux tells it."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """CPU seconds of a process, of its living children, and of the dead ones that it has waited for."""
    parent, own = _stat(pid)
    total = own
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                parent, own = _stat(int(path.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
            total += own if parent == pid else 0.0
    return total


def resident_mb(pid: int) -> float:
    """Megabytes of memory a process has in use."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _stat(pid: int) -> tuple[int, float]:
    """Parent, and CPU seconds with those of dead children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[1]), sum(map(int, fields[11:15])) / _TICKS
