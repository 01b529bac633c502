"""Which Python set-up chooses: real answers count, names on PATH do not."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hereabouts_bootstrap.errors import SetupError
from hereabouts_bootstrap.interpreters import Interpreter, Refused, choose, probe, rank

PACKAGE = Path(__file__).parents[2] / "deploy" / "hereabouts_bootstrap"

MakePython = Callable[..., Path]


def write_script(place: Path, body: str) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    place.chmod(0o755)
    return place


@pytest.fixture
def fake_python() -> MakePython:
    """Makes a stand-in that answers the probe as a Python of some version would."""

    def make(place: Path, version: tuple[int, int, int], *, usual: bool = True) -> Path:
        answer = json.dumps({"executable": str(place), "version": version, "usual": usual})
        return write_script(place, f"echo '{answer}'")

    return make


def shim(place: Path) -> Path:
    """A version manager's stand-in for a Python that is not chosen: it exists and fails."""
    return write_script(place, f"echo 'pyenv: {place.name}: command not found' >&2\nexit 127")


def environ(tmp_path: Path, *folders: str) -> dict[str, str]:
    return {"PATH": os.pathsep.join(str(tmp_path / folder) for folder in folders), "HOME": str(tmp_path / "home")}


def test_order_of_preference() -> None:
    versions = [(3, 11), (3, 12), (3, 13), (3, 14), (3, 15)]
    assert sorted(versions, key=lambda version: (rank(version), version)) == [
        (3, 13),
        (3, 12),
        (3, 14),
        (3, 15),
        (3, 11),
    ]
    assert rank((3, 10)) is None
    assert rank((2, 7)) is None


@pytest.mark.parametrize(
    ("present", "chosen"),
    [
        ((11, 12, 13, 14), 13),
        ((11, 12, 14), 12),
        ((11, 14, 15), 14),
        ((10, 11), 11),
    ],
)
def test_best_on_path(tmp_path: Path, fake_python: MakePython, present: tuple[int, ...], chosen: int) -> None:
    for minor in present:
        fake_python(tmp_path / "bin" / f"python3.{minor}", (3, minor, 1))
    found = choose(environ(tmp_path, "bin"), None)
    assert found == Interpreter(str(tmp_path / "bin" / f"python3.{chosen}"), (3, chosen, 1))


def test_a_broken_stand_in_hides_nothing(tmp_path: Path, fake_python: MakePython) -> None:
    shim(tmp_path / "shims" / "python3.13")
    shim(tmp_path / "shims" / "python3")
    real = fake_python(tmp_path / "bin" / "python3.13", (3, 13, 2))
    assert choose(environ(tmp_path, "shims", "bin"), None).executable == str(real)


def test_a_plain_name_counts_by_its_answer(tmp_path: Path, fake_python: MakePython) -> None:
    fake_python(tmp_path / "bin" / "python3", (3, 12, 7))
    fake_python(tmp_path / "bin" / "python3.11", (3, 11, 2))
    assert choose(environ(tmp_path, "bin"), None).version == (3, 12, 7)


def test_below_pyenv(tmp_path: Path, fake_python: MakePython) -> None:
    shim(tmp_path / "shims" / "python3.13")
    fake_python(tmp_path / "shims" / "python3", (3, 11, 7))
    real = fake_python(tmp_path / "home" / ".pyenv" / "versions" / "3.13.0" / "bin" / "python3", (3, 13, 0))
    assert choose(environ(tmp_path, "shims"), None).executable == str(real)
    elsewhere = fake_python(tmp_path / "elsewhere" / "versions" / "3.12.1" / "bin" / "python3", (3, 12, 1))
    moved = environ(tmp_path, "shims") | {"PYENV_ROOT": str(tmp_path / "elsewhere")}
    assert choose(moved, None).executable == str(elsewhere)


def test_known_to_uv_and_never_downloaded(tmp_path: Path, fake_python: MakePython) -> None:
    real = fake_python(tmp_path / "uv-pythons" / "python3.12", (3, 12, 9))
    body = f'echo "$@" >> {tmp_path}/asked\ncase "$*" in *" 3.12") echo {real};; *) exit 2;; esac'
    uv = write_script(tmp_path / "bin" / "uv", body)
    assert choose(environ(tmp_path, "bin"), str(uv)).executable == str(real)
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert asked
    assert all("--no-python-downloads" in line for line in asked)


def test_unusual_builds_are_left_alone(tmp_path: Path, fake_python: MakePython) -> None:
    fake_python(tmp_path / "bin" / "python3.13", (3, 13, 1), usual=False)
    fake_python(tmp_path / "bin" / "python3.11", (3, 11, 2))
    assert choose(environ(tmp_path, "bin"), None).version == (3, 11, 2)


def test_nothing_will_do_says_what_was_tried_and_the_cure(tmp_path: Path, fake_python: MakePython) -> None:
    shim(tmp_path / "bin" / "python3.13")
    fake_python(tmp_path / "bin" / "python3", (3, 9, 2))
    with pytest.raises(SetupError) as caught:
        choose(environ(tmp_path, "bin"), None)
    message = str(caught.value)
    assert "python3.13: does not run: pyenv: python3.13: command not found" in message
    assert "Python 3.9.2" in message
    assert "apt install python3" in message


def test_no_python_at_all(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no Python at all"):
        choose(environ(tmp_path, "empty"), None)


def test_the_named_one_wins_or_is_refused_by_name(tmp_path: Path, fake_python: MakePython) -> None:
    fake_python(tmp_path / "bin" / "python3.13", (3, 13, 1))
    named = fake_python(tmp_path / "mine", (3, 11, 4))
    assert choose(environ(tmp_path, "bin") | {"PYTHON": str(named)}, None).version == (3, 11, 4)
    old = fake_python(tmp_path / "old", (3, 10, 4))
    with pytest.raises(SetupError, match=r"PYTHON=.*old is Python 3\.10\.4"):
        choose(environ(tmp_path, "bin") | {"PYTHON": str(old)}, None)
    with pytest.raises(SetupError, match="PYTHON=/no/such/python is not there"):
        choose(environ(tmp_path, "bin") | {"PYTHON": "/no/such/python"}, None)


def test_a_virtual_environment_is_seen_through(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    answer = probe(str(venv / "bin" / "python"))
    assert isinstance(answer, Interpreter)
    assert not answer.executable.startswith(str(venv))
    assert answer.version == sys.version_info[:3]


def test_an_answer_that_is_no_pythons(tmp_path: Path) -> None:
    assert probe(str(write_script(tmp_path / "python3", "echo hello"))) == Refused(
        str(tmp_path / "python3"), "answers like no Python"
    )


def test_start_passes_over_what_does_not_start(tmp_path: Path) -> None:
    package = tmp_path / "checkout" / "deploy" / "hereabouts_bootstrap"
    package.mkdir(parents=True)
    (package / "start.sh").write_bytes((PACKAGE / "start.sh").read_bytes())
    (package / "__main__.py").write_text("import sys; print(sys.argv[1:], sys.executable)", encoding="utf-8")
    shim(tmp_path / "bin" / "python3")
    shim(tmp_path / "bin" / "python")
    (tmp_path / "bin" / "python3.13").symlink_to(sys.executable)
    path = f"{tmp_path}/bin{os.pathsep}{os.defpath}"
    command = ["sh", str(package / "start.sh"), "dev"]
    done = subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=True)
    assert done.stdout.split(maxsplit=1)[0] == "['dev']"
    assert str(tmp_path / "bin" / "python3.13") in done.stdout
