"""House rules that a reader would otherwise have to watch for: sizes, where SQL stands, words that do not belong."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(place for place in ROOT.glob("[a-z]*/hereabouts_*") if place.is_dir())
STORE = ROOT / "platform" / "hereabouts_platform" / "store"
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
SQL = re.compile(r"\b(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|TRUNCATE\s)")
NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
# In two halves, so that this file does not hold them. Tests may name the first to see that no page does.
BLAMING = "life" + "style"
FORBIDDEN = [BLAMING, "/wo" + "rk/", "TO" + "DO", "FIX" + "ME", "XX" + "X"]
TEXT = {
    ".py",
    ".md",
    ".sql",
    ".toml",
    ".html",
    ".css",
    ".js",
    ".svg",
    ".json",
    ".csv",
    ".txt",
    ".sh",
    ".lock",
    ".example",
}
SKIPPED = {".git", ".venv", "node_modules", "build", "dist", "__pycache__"}


@cache
def our_files() -> list[Path]:
    """Every text file of the checkout, without what tools leave behind."""
    found = []
    for place in ROOT.rglob("*"):
        parts = place.relative_to(ROOT).parts
        left_behind = any(part in SKIPPED or (part.startswith(".") and part.endswith("_cache")) for part in parts)
        if not left_behind and place.is_file() and (place.suffix in TEXT or place.name in {"Makefile", "run"}):
            found.append(place)
    return found


def sources() -> list[Path]:
    return sorted(place for package in PACKAGES for place in package.rglob("*.py"))


@cache
def tree_of(place: Path) -> ast.Module:
    return ast.parse(place.read_text(encoding="utf-8"))


def strings_of(place: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree_of(place)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def short(place: Path) -> str:
    return str(place.relative_to(ROOT))


def test_files_and_functions_stay_short() -> None:
    long = []
    for place in sources():
        lines = len(place.read_text(encoding="utf-8").splitlines())
        if lines > MAX_FILE_LINES:
            long.append(f"{short(place)}: {lines} lines")
        for node in ast.walk(tree_of(place)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                lines = node.end_lineno - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    long.append(f"{short(place)}: {node.name} has {lines} lines")
    assert long == []


def test_sql_stands_in_the_store_alone() -> None:
    found = [
        f"{short(place)}:{line}: {text[:60]!r}"
        for place in sources()
        if not place.is_relative_to(STORE)
        for line, text in strings_of(place)
        if SQL.search(text)
    ]
    assert found == []


@cache
def loaded_subjects() -> dict[str, set[str]]:
    """Subject -> the strings in all modules that load it."""
    result: dict[str, set[str]] = {}
    for place in sources():
        texts = {text for _, text in strings_of(place)}
        for node in ast.walk(tree_of(place)):
            is_load = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "load"
            if is_load and isinstance(node.args[0], ast.Constant):
                result.setdefault(str(node.args[0].value), set()).update(texts)
    return result


@pytest.mark.parametrize("place", sorted((STORE / "sql").glob("*.sql")), ids=lambda place: place.stem)
def test_every_statement_is_used(place: Path) -> None:
    used = loaded_subjects()
    assert place.stem in used, f"no module loads {place.name}"
    names = NAME.findall(place.read_text(encoding="utf-8"))
    assert names, f"{place.name} holds no '-- name:'"
    assert [name for name in names if name not in used[place.stem]] == []


def test_every_subject_loaded_has_its_file() -> None:
    subjects = {place.stem for place in (STORE / "sql").glob("*.sql")}
    assert set(loaded_subjects()) - subjects == set()


@pytest.mark.parametrize("word", FORBIDDEN)
def test_words_that_do_not_belong_here(word: str) -> None:
    pattern = re.compile(
        rf"\b{word}\b" if word.isalpha() and word.isupper() else word, re.IGNORECASE if word.islower() else 0
    )
    found = [
        f"{short(place)}:{number}"
        for place in our_files()
        if not (word == BLAMING and place.is_relative_to(ROOT / "tests"))
        for number, line in enumerate(place.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_no_broad_excuses() -> None:
    """An excuse from a check names the check."""
    bare = re.compile(r"#\s*(noqa|type:\s*ignore)\s*(?![:\[\w])")
    found = [
        f"{short(place)}:{number}"
        for place in sources()
        for number, line in enumerate(place.read_text(encoding="utf-8").splitlines(), start=1)
        if bare.search(line)
    ]
    assert found == []
