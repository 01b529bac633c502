"""What .ci/run stands on: nothing may be left out, and missing programs are named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PASSES = "def test_a(): pass\n"
SKIPS = "import pytest\n@pytest.mark.skip(reason='no means')\ndef test_b(): pass\n"
FAILS_AS_EXPECTED = "import pytest\n@pytest.mark.xfail\ndef test_c(): assert False\n"
SKIPS_WHOLE_FILE = "import pytest\npytest.importorskip('no_such_module')\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [(PASSES, 0), (PASSES + SKIPS, 1), (PASSES + FAILS_AS_EXPECTED, 1), (SKIPS_WHOLE_FILE, 5)],
    ids=["passes", "skips", "fails as expected", "skips whole file"],
)
@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "with workers"])
def test_a_test_that_did_not_run_fails_the_run(tmp_path: Path, text: str, code: int, workers: tuple[str, ...]) -> None:
    (tmp_path / "test_it.py").write_text(text, encoding="utf-8")
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(ROOT / "deploy" / "ci"),
    }
    command = [sys.executable, "-m", "pytest", "-p", "no_skips", "-c", "/dev/null", "--rootdir", ".", *workers]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("tests that did not run" in done.stdout) == (text != PASSES)
    assert " in " in done.stdout.rstrip().splitlines()[-1]


def test_missing_programs_are_named(tmp_path: Path) -> None:
    command = ["/bin/sh", str(ROOT / "deploy" / "ci" / "install-means")]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "chromium" in done.stderr


def collect(cache: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """What pytest makes of a test of the store on a machine without TimescaleDB."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_") and name != "CI"}
    command = [sys.executable, "-m", "pytest", "--collect-only", "tests/platform/test_migrate.py"]
    without = {"XDG_CACHE_HOME": str(cache), **environ}
    return subprocess.run(command, cwd=ROOT, env=kept | without, capture_output=True, text=True, check=False)


def test_without_timescaledb_plain_postgresql_stands_alone_and_the_header_says_so(tmp_path: Path) -> None:
    done = collect(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "engines: plain PostgreSQL alone; for TimescaleDB too, as root: deploy/ci/timescale" in done.stdout
    assert "[plain]" in done.stdout
    assert "timescale]" not in done.stdout


def test_without_timescaledb_ci_fails(tmp_path: Path) -> None:
    done = collect(tmp_path, CI="true")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "TimescaleDB is missing, and CI=true" in done.stderr


def find_timescale(cache: Path) -> subprocess.CompletedProcess[str]:
    command = [ROOT / "deploy" / "ci" / "timescale", "--find"]
    environ = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_half_a_timescaledb_is_none(tmp_path: Path) -> None:
    """A folder of the right name in which PostgreSQL does not start is not taken for one that works."""
    told = find_timescale(tmp_path)
    assert told.returncode == 1
    if os.geteuid() != 0:
        assert "needs root" in told.stderr
        return
    half = Path(told.stderr.split(" in ")[1].split(". ")[0])
    assert half.is_relative_to(tmp_path)
    (half / "srv" / "data").mkdir(parents=True)
    library = half / "usr" / "lib" / "postgresql" / "17" / "lib" / "timescaledb.so"
    library.parent.mkdir(parents=True)
    library.touch()
    found = find_timescale(tmp_path)
    assert (found.returncode, found.stdout) == (1, "")
