"""The house stands as it was drawn: five components, one package each, in every list; nothing foreign in the wheel."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
COMPONENTS = {"schemas", "platform", "ingest", "api", "deploy"}
PACKAGES = {f"{name}/hereabouts_{name}" for name in COMPONENTS}
# Part of the checkout, not of the wheel: it makes the environment that the wheel would be installed in.
BOOTSTRAP = "hereabouts_bootstrap"
LOCKS = ["requirements.lock", "requirements-dev.lock", "deploy/hereabouts_bootstrap/installer.lock"]


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def files_below(folder: Path) -> set[str]:
    return {
        str(place.relative_to(folder.parent))
        for place in folder.rglob("*")
        if place.is_file() and "__pycache__" not in place.parts
    }


def test_components_are_the_folders_that_hold_a_package() -> None:
    assert {place.parent.name for place in ROOT.glob("[a-z]*/hereabouts_*") if place.name != BOOTSTRAP} == COMPONENTS


@pytest.mark.parametrize("component", sorted(COMPONENTS))
def test_a_component_has_its_papers(component: str) -> None:
    assert list((ROOT / component).glob("*.py")) == [], "a .py here would hide a module of the same name from Python"
    assert (ROOT / component / "README.md").is_file()
    package = ROOT / component / f"hereabouts_{component}"
    assert (package / "__init__.py").is_file()
    assert (package / "py.typed").is_file()


def test_python_still_finds_its_own_platform() -> None:
    code = "import platform, uuid; print(platform.__file__); uuid.uuid4()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not Path(done.stdout.strip()).is_relative_to(ROOT / "platform")


def test_every_component_is_in_every_list(pyproject: dict[str, Any]) -> None:
    tool = pyproject["tool"]
    names = {f"hereabouts_{name}" for name in COMPONENTS}
    assert set(tool["hatch"]["build"]["dev-mode-dirs"]) == COMPONENTS
    assert set(tool["hatch"]["build"]["targets"]["wheel"]["packages"]) == PACKAGES
    assert set(tool["ruff"]["src"]) == COMPONENTS
    assert set(tool["mypy"]["mypy_path"].split(":")) == COMPONENTS
    assert set(tool["mypy"]["packages"]) == names | {BOOTSTRAP}
    assert set(tool["importlinter"]["root_packages"]) == names
    layers = tool["importlinter"]["contracts"][0]["layers"]
    assert {name.strip() for layer in layers for name in layer.split("|")} == names


def test_layers() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_folders_of_tests_are_no_packages() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []
    names = Counter(place.name for place in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []


def test_the_wheel_holds_the_packages_whole_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        packed = {name for name in opened.namelist() if ".dist-info/" not in name}
    expected = set().union(*(files_below(ROOT / package) for package in PACKAGES))
    assert packed == expected
    assert {Path(name).suffix for name in packed} >= {".py", ".sql", ".toml", ".html", ".typed"}


def test_set_up_needs_the_standard_library_alone_and_an_old_grammar() -> None:
    for place in (ROOT / "deploy" / BOOTSTRAP).glob("*.py"):
        tree = ast.parse(place.read_text(encoding="utf-8"), feature_version=(3, 8))
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names | {BOOTSTRAP}, f"{place.name}: {name}"


def pins(lock: str) -> dict[str, set[str]]:
    """Package -> its pinned versions (with markers) in a lock file."""
    result: dict[str, set[str]] = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        match = re.match(r"^([a-z0-9.-]+)==(.*?) \\$", line)
        if match:
            result.setdefault(match[1], set()).add(match[2])
    return result


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_pin_by_hash_and_name_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry for entry in entries if not re.match(r"^\S+==\S+.*\\\n    --hash=sha256:[0-9a-f]{64}", entry)] == []


def test_both_locks_agree_and_hold_what_pyproject_asks_for(pyproject: dict[str, Any]) -> None:
    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert [name for name, versions in dev.items() if len(versions) > 1] == [], "one version, whatever the Python"
    assert {name: dev.get(name) for name in run} == run
    groups = pyproject["dependency-groups"]

    def named(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[<>=!~; ]", text, maxsplit=1)[0].lower() for text in requirements}

    assert named(pyproject["project"]["dependencies"] + groups["build"]) <= set(run), "run make lock"
    assert named(groups["dev"]) <= set(dev), "run make lock"
