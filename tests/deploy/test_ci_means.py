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
