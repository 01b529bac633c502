"""The environment of a checkout: made, recognised, healed, brought up to date. Real ones, with a stand-in for uv."""

import json
import os
import shutil
import sys
import threading
from pathlib import Path

import pytest

from hereabouts_bootstrap.environment import RECORD, Checkout, Kind, Outcome, prepare
from hereabouts_bootstrap.errors import SetupError
from hereabouts_bootstrap.installers import clean_environment, find_uv, get_installer

# Installs by making an empty module for every name in the lock file; fails where the checkout has a file `offline`.
UV = """#!/bin/sh
here=$(dirname "$(dirname "$0")")
echo "$@" >> "$here/calls"
[ "$1" = --version ] && exit 0
[ -e "$here/offline" ] && { echo 'no route to the index' >&2; exit 1; }
for argument; do
    case "$previous" in
        --python) site=$(echo "$(dirname "$(dirname "$argument")")"/lib/python3.*/site-packages) ;;
        -r) sed 's/==.*//' "$argument" | while read -r name; do touch "$site/$name.py"; done ;;
    esac
    previous=$argument
done
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout with two lock files, below a folder with a blank in its name; `tools/uv` is the stand-in."""
    root = tmp_path / "my clone"
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    (root / "requirements.lock").write_text("alpha==1\n", encoding="utf-8")
    (root / "requirements-dev.lock").write_text("alpha==1\nbeta==1\n", encoding="utf-8")
    uv = tmp_path / "tools" / "uv"
    uv.parent.mkdir()
    uv.write_text(UV, encoding="utf-8")
    uv.chmod(0o755)
    return Checkout(root)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A new user's environment: the stand-in for uv first on PATH, and this Python by name."""
    path = os.pathsep.join([str(tmp_path / "tools"), os.defpath])
    return {"PATH": path, "HOME": str(tmp_path / "home"), "PYTHON": sys.executable}


def installs(tmp_path: Path) -> int:
    calls = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    return sum("-r " in call for call in calls)


def modules(checkout: Checkout) -> set[str]:
    return {place.stem for place in checkout.venv.glob("lib/python3.*/site-packages/*.py")}


def why(outcome: Outcome) -> str:
    assert outcome.why is not None
    return outcome.why


def test_made_once_and_recognised(tmp_path: Path, checkout: Checkout, environ: dict[str, str]) -> None:
    assert why(prepare(checkout, Kind.RUN, environ)) == "there is none"
    assert modules(checkout) == {"alpha"}
    assert prepare(checkout, Kind.RUN, environ).why is None
    assert installs(tmp_path) == 1


def test_a_new_lock_is_installed_on_top(tmp_path: Path, checkout: Checkout, environ: dict[str, str]) -> None:
    prepare(checkout, Kind.RUN, environ)
    kept = checkout.venv / "kept"
    kept.touch()
    (checkout.root / "requirements.lock").write_text("alpha==1\ngamma==2\n", encoding="utf-8")
    assert "requirements.lock" in why(prepare(checkout, Kind.RUN, environ))
    assert "gamma" in modules(checkout)
    assert kept.exists()
    (checkout.root / "pyproject.toml").write_text("[project]\nversion = '2'\n", encoding="utf-8")
    assert prepare(checkout, Kind.RUN, environ).why is not None
    assert prepare(checkout, Kind.RUN, environ).why is None
    assert installs(tmp_path) == 3


def test_what_tests_need_comes_on_top_and_stays(tmp_path: Path, checkout: Checkout, environ: dict[str, str]) -> None:
    prepare(checkout, Kind.RUN, environ)
    prepare(checkout, Kind.DEV, environ)
    assert modules(checkout) == {"alpha", "beta"}
    assert prepare(checkout, Kind.RUN, environ).why is None
    assert prepare(checkout, Kind.DEV, environ).why is None
    assert installs(tmp_path) == 2


def test_a_lost_package_heals(checkout: Checkout, environ: dict[str, str]) -> None:
    prepare(checkout, Kind.RUN, environ)
    next(checkout.venv.glob("lib/python3.*/site-packages/alpha.py")).unlink()
    assert "alpha.py is missing" in why(prepare(checkout, Kind.RUN, environ))
    assert modules(checkout) == {"alpha"}


def test_a_lost_python_heals(checkout: Checkout, environ: dict[str, str]) -> None:
    prepare(checkout, Kind.RUN, environ)
    checkout.python.unlink()
    checkout.python.symlink_to("/no/such/python")
    assert "is not there" in why(prepare(checkout, Kind.RUN, environ))
    assert prepare(checkout, Kind.RUN, environ).why is None


def test_a_moved_checkout_heals(tmp_path: Path, checkout: Checkout, environ: dict[str, str]) -> None:
    prepare(checkout, Kind.RUN, environ)
    moved = Checkout(tmp_path / "elsewhere")
    checkout.root.rename(moved.root)
    assert why(prepare(moved, Kind.RUN, environ)) == "the checkout was moved"
    assert f"{moved.venv}" in (moved.venv / "bin" / "activate").read_text(encoding="utf-8")


def test_another_python_by_name(tmp_path: Path, checkout: Checkout, environ: dict[str, str]) -> None:
    prepare(checkout, Kind.RUN, environ)
    record = json.loads((checkout.venv / RECORD).read_text(encoding="utf-8"))
    record["interpreter"] = "Python 3.11.0 (/old/python3.11)"
    (checkout.venv / RECORD).write_text(json.dumps(record), encoding="utf-8")
    assert "made with Python 3.11.0" in why(prepare(checkout, Kind.RUN, environ))


def test_an_interrupted_set_up_starts_again(tmp_path: Path, checkout: Checkout, environ: dict[str, str]) -> None:
    (tmp_path / "offline").touch()
    with pytest.raises(SetupError, match="set PIP_INDEX_URL"):
        prepare(checkout, Kind.RUN, environ)
    (tmp_path / "offline").unlink()
    assert why(prepare(checkout, Kind.RUN, environ)) == "it was never finished"
    assert prepare(checkout, Kind.RUN, environ).why is None


def test_an_update_that_fails_leaves_what_stood(tmp_path: Path, checkout: Checkout, environ: dict[str, str]) -> None:
    prepare(checkout, Kind.RUN, environ)
    (tmp_path / "offline").touch()
    with pytest.raises(SetupError):
        prepare(checkout, Kind.DEV, environ)
    assert prepare(checkout, Kind.RUN, environ).why is None
    (tmp_path / "offline").unlink()
    prepare(checkout, Kind.DEV, environ)
    assert modules(checkout) == {"alpha", "beta"}


def test_a_folder_that_is_no_environment_is_left_alone(checkout: Checkout, environ: dict[str, str]) -> None:
    checkout.venv.mkdir()
    (checkout.venv / "letters.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SetupError, match="Move it elsewhere"):
        prepare(checkout, Kind.RUN, environ)
    assert (checkout.venv / "letters.txt").exists()


def test_a_link_in_its_place_is_replaced_and_its_goal_kept(
    tmp_path: Path, checkout: Checkout, environ: dict[str, str]
) -> None:
    goal = tmp_path / "goal"
    goal.mkdir()
    (goal / "mine").touch()
    checkout.venv.symlink_to(goal)
    prepare(checkout, Kind.RUN, environ)
    assert not checkout.venv.is_symlink()
    assert (goal / "mine").exists()


def test_two_at_once_make_it_once(tmp_path: Path, checkout: Checkout, environ: dict[str, str]) -> None:
    outcomes: list[Outcome] = []
    threads = [threading.Thread(target=lambda: outcomes.append(prepare(checkout, Kind.RUN, environ))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.why is None for outcome in outcomes) == [False, True, True]
    assert installs(tmp_path) == 1


def test_a_uv_that_does_not_run_is_passed_over(tmp_path: Path, environ: dict[str, str], checkout: Checkout) -> None:
    broken = tmp_path / "broken" / "uv"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    broken.chmod(0o755)
    good = tmp_path / "tools" / "uv"
    assert find_uv(environ | {"PATH": f"{broken.parent}{os.pathsep}{good.parent}"}) == str(good)
    assert find_uv(environ | {"PATH": str(broken.parent)}) is None
    local = tmp_path / "home" / ".local" / "bin"
    local.mkdir(parents=True)
    shutil.copy(good, local / "uv")
    assert find_uv(environ | {"PATH": str(broken.parent)}) == str(local / "uv")


def test_pip_goes_on_alone_where_there_is_no_uv(tmp_path: Path, environ: dict[str, str]) -> None:
    """`base -m pip` answers, but cannot install uv: pip itself is the installer."""
    base = tmp_path / "python3"
    base.write_text('#!/bin/sh\ncase "$*" in *--version) exit 0;; *) exit 1;; esac\n', encoding="utf-8")
    base.chmod(0o755)
    installer = get_installer(tmp_path / "venv" / "bin" / "python", str(base), None, environ)
    assert installer.name == "pip"
    command = installer.command(Path("/e/python"), "-r", "x.lock")
    assert command[:5] == [str(base), "-m", "pip", "--python", "/e/python"]
    assert command[5] == "install"


def test_installers_are_not_led_elsewhere(environ: dict[str, str]) -> None:
    given = environ | {
        "VIRTUAL_ENV": "/x",
        "PYTHONPATH": "/y",
        "PIP_USER": "1",
        "PIP_INDEX_URL": "http://mirror/simple",
    }
    cleaned = clean_environment(given)
    assert "VIRTUAL_ENV" not in cleaned
    assert "PYTHONPATH" not in cleaned
    assert cleaned["PIP_USER"] == "0"
    assert cleaned["UV_DEFAULT_INDEX"] == "http://mirror/simple"
    assert cleaned["UV_PYTHON_DOWNLOADS"] == "never"
    assert clean_environment(environ | {"UV_INDEX_URL": "http://own"}).get("UV_DEFAULT_INDEX") is None
