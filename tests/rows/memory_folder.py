"""Where the tests' databases lie: in memory where there is room, else on the disk.

A fresh database is some 800 files, made anew for more than a thousand tests. On a disk each waits for the journal, and
the machine writes gigabytes that are deleted a second later.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - each folder in it is one process's own
ROOM_BYTES = 4 * 2**30
NAME = "hereabouts-tests-"


@contextmanager
def memory_folder(otherwise: Path) -> Iterator[Path]:
    """A folder of this process, gone afterwards: in memory if that has 4 GiB to spare, else `otherwise`.

    Every account may pass through it: as root, servers run as another.
    """
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        yield otherwise
        return
    _clear_what_the_killed_left()
    folder = Path(tempfile.mkdtemp(prefix=f"{NAME}{os.getpid()}-", dir=MEMORY))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _clear_what_the_killed_left() -> None:
    """A run that was killed had no time to take its folder away, and memory is not for keeping."""
    for folder in MEMORY.glob(f"{NAME}*"):
        owner = folder.name.removeprefix(NAME).partition("-")[0]
        if folder.stat().st_uid == os.getuid() and not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)
