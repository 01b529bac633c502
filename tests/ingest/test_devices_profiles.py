"""The profiles as a whole, and what the loader says of a profile.toml that cannot be used."""

import re
from pathlib import Path

import pytest

from hereabouts_ingest.profile_file import read_profile
from hereabouts_ingest.profiles import DEVICES, load_profiles
from hereabouts_ingest.units import conversion, ucum
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.profile import EventSpec, FieldSpec
from hereabouts_schemas.quantity import QUANTITIES

GOOD = """
title = "Made up"
maker = "Nobody"
version = "1"
interval_s = 600
fields = [{ path = "temperature", quantity = "air_temperature", unit = "Cel" }]
"""
ZERO_IS_NO_PROBE = {"dragino-ldds75", "dragino-dds20", "mclimate-ht"}
EVENT = "{ path = 'a', code = 'tilt', when = [1]"
PROFILES = load_profiles()
ROWS = [(name, spec) for name, found in PROFILES.items() for spec in found.spec.fields]
PROMISED = {
    *("elsys", "dragino-lht65", "dragino-ldds75", "homelink", "generic-indoor", "plain"),
    *(f"milesight-{family}" for family in ("em300", "em310", "em400", "am100", "am300", "vs13x", "vs12x")),
}

# What a unit can measure; a share of anything else would convert and still be nonsense (per cent of ppm).
UNITS_OF = {
    "Cel": {"Cel"},
    "%": {"%"},
    "ppm": {"ppm"},
    "ppb": {"ppb"},
    "hPa": {"hPa", "Pa", "kPa"},
    "mm": {"mm", "cm", "m"},
    "V": {"V", "mV"},
    "ug/m3": {"ug/m3"},
    "mg/m3": {"mg/m3"},
}


def write(folder: Path, text: str) -> Path:
    file = folder / "nobody_x1" / "profile.toml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    return file


def test_the_profiles_are_there() -> None:
    assert PROFILES.keys() >= PROMISED
    assert all(found.spec.id == name for name, found in PROFILES.items())
    assert all((found.decode is not None) == found.spec.has_decoder for found in PROFILES.values())


@pytest.mark.parametrize("folder", [f for f in sorted(DEVICES.iterdir()) if f.is_dir() and f.name != "__pycache__"])
def test_device_folders_are_all_alike(folder: Path) -> None:
    names = {entry.name for entry in folder.iterdir()} - {"__pycache__"}
    older = {name for name in names if re.fullmatch(r"profile_v\w+\.toml|decoder_v\w+\.py", name)}
    assert {"__init__.py", "profile.toml"} <= names <= {"__init__.py", "profile.toml", "decoder.py"} | older
    lines = (folder / "__init__.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1
    assert lines[0].startswith('"""')


@pytest.mark.parametrize(("name", "spec"), ROWS)
def test_row_is_plausible(name: str, spec: FieldSpec) -> None:
    """Unit and quantity measure the same thing, and a mark is never a value that a healthy sensor sends."""
    target = QUANTITIES[spec.quantity].unit
    assert ucum(spec.unit) == spec.unit, "written as its UCUM code"
    assert spec.unit in UNITS_OF.get(target, {target})
    factor = conversion(spec.unit, target, spec.scale)
    for mark in (*spec.sentinels, *spec.absent):
        # no ultrasonic sensor says 0 mm; of probes the makers document it, see the profiles
        is_zero = mark == 0 and (spec.quantity == "distance" or name in ZERO_IS_NO_PROBE)
        is_near = mark == 20 and spec.quantity == "distance"
        if isinstance(mark, float) and not is_zero and not is_near:
            low, high = QUANTITIES[spec.quantity].low, QUANTITIES[spec.quantity].high
            inside = low <= factor.apply(mark) <= high
            assert not inside or mark in (65_535, 65_534, 65_533), f"{mark} could be a measurement"


def test_battery_is_per_cent_or_volts_as_the_maker_says() -> None:
    """The slip that public normalisers make: per cent written into a field of volts."""
    for name, spec in ROWS:
        if name.startswith("milesight") and spec.path == "battery":
            assert (spec.quantity, spec.unit) == ("battery_level", "%")
        if spec.quantity == "battery_voltage":
            assert spec.unit in ("V", "mV")


def test_nothing_that_tells_who_is_at_home_is_read() -> None:
    private = {"light", "illumination", "lux", "motion", "pir", "sound", "noise", "activity", "occupancy", "occupied"}
    private |= {"door", "magnet", "contact", "digital"}
    for name, spec in ROWS:
        if name != "plain":
            assert private.isdisjoint(re.split(r"[._]", spec.path.casefold())), (name, spec.path)
    presence = {name for name, spec in ROWS if spec.quantity == "occupancy" and name != "plain"}
    assert presence == {"milesight-vs12x", "milesight-vs13x", "dingtek-dc520"}, "people counters only"


def test_plain_speaks_the_whole_vocabulary() -> None:
    fields = PROFILES["plain"].spec.fields
    assert [(f.path, f.quantity, f.unit) for f in fields] == [(n, n, q.unit) for n, q in QUANTITIES.items()]


def test_a_good_profile_is_read(tmp_path: Path) -> None:
    profile = read_profile(write(tmp_path, GOOD), has_decoder=False)
    assert profile.id == "nobody-x1"
    assert profile.fields == (FieldSpec(path="temperature", quantity="air_temperature", unit="Cel"),)
    assert profile.history is None


def test_all_options_of_a_row_are_read(tmp_path: Path) -> None:
    row = (
        '{ path = "leak_{n}.state", quantity = "water_leak", unit = "{bool}", words = { dry = 0, wet = 1 }, '
        'sentinels = [-1, "fault"], absent = ["none"], scale = 0.5 }'
    )
    text = GOOD.replace("fields = [", f'ports = [2, 85]\nhistory = "log"\nhistory_time = "t"\nfields = [{row}, ')
    profile = read_profile(write(tmp_path, text), has_decoder=True)
    assert (profile.ports, profile.history, profile.history_time, profile.has_decoder) == ((2, 85), "log", "t", True)
    assert profile.fields[0] == FieldSpec(
        path="leak_{n}.state",
        quantity="water_leak",
        unit="{bool}",
        words=(("dry", 0.0), ("wet", 1.0)),
        sentinels=(-1.0, "fault"),
        absent=("none",),
        scale=0.5,
    )


def test_counters_periods_and_events_are_read(tmp_path: Path) -> None:
    rows = (
        '{ path = "total", quantity = "pulses_total", unit = "{count}", modulus = 65536 }, '
        '{ path = "count", quantity = "pulses", unit = "{count}", period_s = 900 }'
    )
    events = """
        events = [
            { path = "beam_{n}", code = "blocked", when = ["blocked", 2, true] },
            { path = "temperature", code = "fire", min = 60 },
        ]
    """
    text = GOOD.replace("fields = [", f"{events}\nfields = [{rows}, ")
    profile = read_profile(write(tmp_path, text), has_decoder=False)
    assert [spec.modulus for spec in profile.fields] == [65_536, None, None]
    assert [spec.period_s for spec in profile.fields] == [None, 900, None]
    assert profile.events == (
        EventSpec(path="beam_{n}", code="blocked", when=("blocked", 2.0, True)),
        EventSpec(path="temperature", code="fire", least=60.0),
    )


def test_rows_of_one_counter_agree_when_it_starts_again() -> None:
    """Aliases name one datastream, and a datastream has one modulus and one period."""
    seen: dict[tuple[str, str, str], tuple[int | None, int | None]] = {}
    for name, spec in ROWS:
        said = (spec.modulus, spec.period_s)
        assert seen.setdefault((name, spec.quantity, spec.channel), said) == said, (name, spec.path)


@pytest.mark.parametrize(
    ("old", "new", "field", "cure"),
    [
        ("title = ", "titel = ", "titel", "Keys here are title"),
        ('"Made up"', '""', "title", "a text in quotes"),
        ('version = "1"', "version = 1", "version", "a text in quotes"),
        ("600", "0", "interval_s", "whole number from 1"),
        ("600", "true", "interval_s", "whole number from 1"),
        ("interval_s = 600", "", "interval_s", "whole number from 1"),
        ("600", '600\nports = ["85"]', "ports", "[85]"),
        ("600", "600\nports = 85", "ports", "[85]"),
        ("600", '600\nhistory = ""', "history", "a text in quotes"),
        ("600", "600\nevery_quantity = 1", "every_quantity", "true or false"),
        ('"Cel"', '"Cel", modulus = 65536', "fields[1]: modulus", "not of the kind total_increasing"),
        ('"Cel"', '"Cel", period_s = 60', "fields[1]: period_s", "not of the kind delta"),
        (
            'air_temperature", unit = "Cel"',
            'pulses_total", unit = "{count}", modulus = 1',
            "fields[1]: modulus",
            "whole number from 2",
        ),
        ("fields = [{", "events = []\nfields = [{", "events", "at least one row"),
        ("fields = [{", f"events = [{EVENT}, min = 1 }}]\nfields = [{{", "events[1]: when", "not both"),
        ("fields = [{", "events = [{ path = 'a', code = 'tilt' }]\nfields = [{", "events[1]: when", "min = 60"),
        (
            "fields = [{",
            "events = [{ path = 'a', code = 'Tilt', min = 1 }]\nfields = [{",
            "events[1]: code",
            "small letters",
        ),
        (
            "fields = [{",
            "events = [{ path = 'a', code = 'tilt', min = true }]\nfields = [{",
            "events[1]: min",
            "number",
        ),
        ("fields = [{", "events = [{ path = 'a', code = 'tilt', when = 1 }]\nfields = [{", "events[1]: when", "truth"),
        ("fields = [{", f"events = [{EVENT}, unit = 'V' }}]\nfields = [{{", "events[1]: unit", "Keys here are path"),
        ("fields = [{", "fields = [] #", "fields", "at least one row"),
        ("fields = [{", "other = [{", "other", "fields"),
        ('"air_temperature"', '"temperature"', "fields[1]: quantity", "The vocabulary has air_temperature"),
        ('"Cel"', '"V"', "fields[1]: unit", "converts to Cel, the unit of air_temperature"),
        ('"Cel"', '"degrees"', "fields[1]: unit", "a UCUM code"),
        ('unit = "Cel"', 'units = "Cel"', "fields[1]: units", "Keys here are path"),
        (', unit = "Cel"', "", "fields[1]: unit", "a text in quotes"),
        ('"temperature"', '"a..b"', "fields[1]: path", "names joined by dots"),
        ('"temperature"', '"t_{n}_{n}"', "fields[1]: path", "names joined by dots"),
        ('"temperature"', '"t_{n}.u_{n}"', "fields[1]: path", "at most one {n}"),
        ('"temperature"', '"t_{n}", channel = "1"', "fields[1]: channel", "{n} in the path"),
        ('"Cel"', '"Cel", sentinels = 327.67', "fields[1]: sentinels", "a list of numbers and texts"),
        ('"Cel"', '"Cel", absent = [true]', "fields[1]: absent", "a list of numbers and texts"),
        ('"Cel"', '"Cel", words = { cold = "0" }', "fields[1]: words", "texts with their numbers"),
        ('"Cel"', '"Cel", scale = 0', "fields[1]: scale", "cannot be 0"),
        ('"Cel"', '"Cel", scale = nan', "fields[1]: scale", "cannot be 0"),
        (
            "}]",
            '}, { path = "temperature", quantity = "air_temperature", unit = "Cel" }]',
            "fields[2]: path",
            "once per quantity",
        ),
        ("title", "title title", "nobody_x1/profile.toml", "TOML 1.0"),
    ],
)
def test_a_mistake_is_named_with_its_file_field_and_cure(
    tmp_path: Path, old: str, new: str, field: str, cure: str
) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    with pytest.raises(InputError) as caught:
        read_profile(write(tmp_path, text), has_decoder=False)
    assert "nobody_x1/profile.toml" in str(caught.value)
    assert caught.value.field.endswith(field)
    assert cure in caught.value.cure


def test_a_profile_in_another_encoding_is_named(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    file.write_bytes(GOOD.replace("Made up", "Größe").encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        read_profile(file, has_decoder=False)


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_is_in_the_docs(name: str) -> None:
    docs = (Path(__file__).parents[2] / "docs" / "devices.md").read_text(encoding="utf-8")
    table = "".join(line.split("|")[1] for line in docs.splitlines() if line.startswith("| `"))
    assert f"`{name}`" in table
