"""The folder of scripts: every mistake of an operator is named with its cure, and no folder spoils another."""

import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hereabouts_ingest.profiles import load_profiles, load_versions
from hereabouts_ingest.scripts import live
from hereabouts_ingest.scripts.folder import changes_of, read_script, read_shelf
from hereabouts_ingest.scripts.limits import SCRIPT_BYTES
from hereabouts_ingest.scripts.live import LiveProfiles
from hereabouts_schemas.errors import InputError

EXAMPLES = Path(__file__).parent / "scripts" / "examples"
AT = datetime(2026, 3, 3, 14, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As an operator has it: three scripts."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "scripts"))


def test_every_script_is_read_in_order_with_a_version_that_tells_its_text(folder: Path) -> None:
    shelf = read_shelf(folder, load_profiles())
    assert shelf.refused == ()
    assert [script.spec.id for script in shelf.scripts] == ["brightwell-th1", "oldfield-level", "quayside-counter"]
    text = folder / "brightwell_th1" / "decoder.js"
    first = read_script(text.parent, ())
    assert first.spec.version == f"2+{hashlib.sha256(text.read_bytes()).hexdigest()[:8]}"
    assert first.spec.has_decoder

    text.write_text(text.read_text() + "\n")
    again = read_script(text.parent, ())
    assert again.spec.version.startswith("2+")
    assert again.spec.version != first.spec.version


def test_a_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    shelf = read_shelf(tmp_path / "none", ())
    assert (shelf.scripts, shelf.refused) == ((), ())
    assert changes_of(tmp_path / "none") == frozenset()


def spoil(name: str, text: str) -> Callable[[Path], object]:
    return lambda place: (place / name).write_text(text)


def renamed(name: str) -> Callable[[Path], object]:
    return lambda place: place.rename(place.with_name(name))


MISTAKES = {
    "no profile.toml": (lambda p: (p / "profile.toml").unlink(), "oldfield_level/profile.toml: 'no such file or direc"),
    "no decoder.js": (lambda p: (p / "decoder.js").unlink(), "oldfield_level/decoder.js: 'no such file or directory'"),
    "a folder in its place": (
        lambda p: [(p / "decoder.js").unlink(), (p / "decoder.js").mkdir()],
        "oldfield_level/decoder.js: 'is a directory' cannot be used. Put the file there, readable",
    ),
    "no TOML": (spoil("profile.toml", "title: Oldfield"), "oldfield_level/profile.toml: "),
    "an unknown key": (
        lambda p: (p / "profile.toml").write_text("colour = 'red'\n" + (p / "profile.toml").read_text()),
        "oldfield_level/profile.toml: colour: 'red' cannot be used. Keys here are title",
    ),
    "not UTF-8": (lambda p: (p / "decoder.js").write_bytes(b"// caf\xe9"), "oldfield_level/decoder.js: 'byte 6' cann"),
    "too long": (spoil("decoder.js", "/" * (SCRIPT_BYTES + 1)), "may have at most 256 kB"),
    "a native profile's name": (renamed("elsys"), "'elsys' cannot be used. This release reads such devices by itself"),
    "a native profile's name in two words": (renamed("milesight_em300"), "'milesight_em300' cannot be used. This rel"),
    "capitals": (renamed("Oldfield_Level"), "'Oldfield_Level' cannot be used. Name the folder <maker>_<model>"),
    "hyphens": (renamed("oldfield-level"), "'oldfield-level' cannot be used. Name the folder <maker>_<model>"),
}


@pytest.mark.parametrize(("mistake", "said"), MISTAKES.values(), ids=list(MISTAKES))
def test_a_mistake_is_named_and_the_others_are_read(folder: Path, mistake: Callable[[Path], object], said: str) -> None:
    mistake(folder / "oldfield_level")
    shelf = read_shelf(folder, load_profiles())
    assert [script.spec.id for script in shelf.scripts] == ["brightwell-th1", "quayside-counter"]
    (error,) = shelf.refused
    assert said in str(error)


def test_what_is_no_script_of_a_device_is_passed_over(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / "README.md").write_text("Ours.")
    (folder / "quayside_counter" / "LICENCE").write_text("Theirs.")
    assert len(read_shelf(folder, ()).scripts) == 3
    assert read_shelf(folder, ()).refused == ()


def test_the_place_itself_is_no_folder(folder: Path) -> None:
    shelf = read_shelf(folder / "quayside_counter" / "decoder.js", ())
    assert shelf.scripts == ()
    assert "not a directory" in str(shelf.refused[0])


def test_a_byte_order_mark_is_no_fault(folder: Path) -> None:
    text = folder / "quayside_counter" / "decoder.js"
    text.write_bytes(b"\xef\xbb\xbf" + text.read_bytes())
    assert not read_script(text.parent, ()).source.startswith("\ufeff")


def ids(profiles: LiveProfiles) -> set[str]:
    """What is found beside this release's own, in its current version."""
    found = profiles.now()
    assert found.keys() >= load_versions().keys()
    return {key for key in found.keys() - load_versions().keys() if "/" not in key}


def keep_first(place: Path) -> None:
    """Put a new text in the place of the one there, which stays as version 1."""
    shutil.copy(place / "profile.toml", place / "profile_v1.toml")
    shutil.copy(place / "decoder.js", place / "decoder_v1.js")
    (place / "profile.toml").write_text((place / "profile.toml").read_text().replace('version = "1"', 'version = "2"'))
    text = (place / "decoder.js").read_text()
    (place / "decoder.js").write_text(text.replace("/ 10 + offset", "/ 100 + offset"))


def test_an_older_version_stays_beside_the_current_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_S", 0.0)
    profiles = LiveProfiles(folder)
    first = profiles.now()["oldfield-level"].name
    keep_first(folder / "oldfield_level")
    try:
        found = profiles.now()
        keys = {key for key in found if key.startswith("oldfield-level")}
        current = found["oldfield-level"].name
        assert keys == {"oldfield-level", "oldfield-level/2", current, "oldfield-level/1", first}
        levels = {}
        for key in keys:
            read = found[key].reader(AT)
            assert read is not None
            levels[key] = read(bytes.fromhex("03e800a0"), 1)["level_cm"]
        assert levels == {first: 100, "oldfield-level/1": 100} | dict.fromkeys(
            ("oldfield-level", "oldfield-level/2", current), 10
        )
        (folder / "oldfield_level" / "decoder_v1.js").write_text("function Decode( {")
        assert {key for key in profiles.now() if key.startswith("oldfield-level")} == keys - {
            first, "oldfield-level/1"
        }, "an older text that cannot be loaded takes nothing from the current one"  # fmt: skip
    finally:
        profiles.close()


def test_an_older_version_says_the_version_of_its_file(folder: Path) -> None:
    place = folder / "oldfield_level"
    shutil.copy(place / "profile.toml", place / "profile_v1.toml")  # whose version the current one has too
    shutil.copy(place / "profile.toml", place / "profile_v9.toml")
    refused = [str(error) for error in read_shelf(folder, ()).refused]
    assert [text.partition(" ")[0] for text in refused] == [
        "oldfield_level/profile_v1.toml:", "oldfield_level/profile_v9.toml:"
    ]  # fmt: skip


def test_scripts_stand_beside_the_native_profiles_and_change_without_a_restart(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_S", 0.0)
    level = folder / "oldfield_level"
    profiles = LiveProfiles(folder)
    try:
        assert ids(profiles) == {"brightwell-th1", "oldfield-level", "quayside-counter"}
        assert profiles.now() is profiles.now(), "read again only when something changed"
        read = profiles.now()["oldfield-level"].reader(AT)
        assert read is not None
        assert read(bytes.fromhex("03e800a0"), 1)["level_cm"] == 100

        text = (level / "decoder.js").read_text()
        (level / "decoder.js").write_text(text.replace("/ 10 + offset", "/ 100 + offset"))
        read = profiles.now()["oldfield-level"].reader(AT)
        assert read is not None
        assert read(bytes.fromhex("03e800a0"), 1)["level_cm"] == 10

        (level / "decoder.js").write_text("function Decode( {")
        assert "oldfield-level" not in profiles.now(), "what cannot be loaded is as if it were not there"
        assert "brightwell-th1" in profiles.now()

        shutil.rmtree(level)
        shutil.copytree(EXAMPLES / "oldfield_level", folder / "oldfield_tank")
        assert ids(profiles) == {"brightwell-th1", "oldfield-tank", "quayside-counter"}
    finally:
        profiles.close()


def test_a_script_that_is_stopped_while_it_is_loaded_keeps_its_place(folder: Path) -> None:
    """Perhaps the machine was busy; if not, each of its messages will say so."""
    (folder / "oldfield_level" / "decoder.js").write_text("for (;;) {}")
    profiles = LiveProfiles(folder)
    assert "oldfield-level" in profiles.now()
    profiles.close()


def test_without_a_folder_there_is_no_process(tmp_path: Path) -> None:
    for folder in (None, tmp_path / "scripts"):
        profiles = LiveProfiles(folder)
        assert profiles.now() == load_versions()
        assert profiles._runner.pid is None
        profiles.close()


def test_a_file_that_may_not_be_read_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match="'permission denied' cannot be used"):
        read_script(folder / "oldfield_level", ())
