"""Files of data loggers as their makers write them: read where they leave no doubt, asked about where they do."""

import gzip
import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hereabouts_platform.loggers.layout import Role
from hereabouts_platform.loggers.readings import Open, Readings, Stated, read_readings
from hereabouts_schemas.errors import InputError

NAN = math.nan


def written(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "logger.csv") -> Path:
    path = tmp_path / name
    data = text.encode(encoding)
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def read(path: Path, stated: Stated | None = None, *, outdoor: bool = False) -> Readings:
    found = read_readings(path, stated or Stated(), outdoor=outdoor)
    assert isinstance(found, Readings), found
    return found


def asked(path: Path, stated: Stated | None = None) -> Open:
    found = read_readings(path, stated or Stated())
    assert isinstance(found, Open), found
    return found


def instants(readings: Readings) -> list[str]:
    return [datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%d %H:%M") for at in readings.times]


FILES = {
    "times with their zone": (
        "timestamp,entry_id,temperature,rh,voltage\n2026-01-05T10:00:00Z,7,18.5,61,3.3\n",
        "utf-8",
    ),
    "a zone in the header, lines above it": (
        '"Plot Title: Flat 2"\n"#","Date Time, GMT+00:00","Temp, °C (LGR S/N: 1)","RH, % (LGR S/N: 1)"\n'
        "1,2026-01-05 10:00,18.5,61\n",
        "utf-8-sig",
    ),
    "semicolons and decimal commas": (
        "Zeit (UTC);Temperatur (°C);rel. Feuchte (%)\n05.01.2026 10:00:00;18,5;61,0\n15.01.2026 10:00:00;18,5;61,0\n",
        "cp1252",
    ),
    "UTF-16 and tabs": ("time UTC\tCelsius(°C)\tHumidity(%rh)\n2026-01-05 10:00\t18.5\t61\n", "utf-16"),
    "degrees Fahrenheit": ("Time (UTC),Temperature (°F),RH\n2026-01-05 10:00,65.3,61\n", "utf-8"),
    "humidity as a share": ("time_utc,temperature_c,humidity\n2026-01-05 10:00:00+00:00,18.5,0.61\n", "utf-8"),
    "seconds since 1970": ("time,temp_c,rh\n1767607200,18.5,61\n", "utf-8"),
    "a date and a time of day": (
        "Date,Time UTC,Temp (C),Hum (%)\n25/01/2026,09:00:00,18.5,61\n05/01/2026,10:00:00,18.5,61\n",
        "utf-8",
    ),
    "names of months": ("Time (UTC),Temp (C),Hum (%)\n5 Jan 2026 10:00,18.5,61\n", "utf-8"),
    "half days": ("Time UTC,Temp °C,RH %\n1/15/2026 10:00:00 AM,18.5,61\n1/5/2026 10:00:00 am,18.5,61\n", "utf-8"),
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_that_leaves_no_doubt(tmp_path: Path, file: tuple[str, str]) -> None:
    text, encoding = file
    readings = read(written(tmp_path, text, encoding))
    assert "2026-01-05 10:00" in instants(readings)
    assert readings.temperature == pytest.approx([18.5] * len(readings.times))
    assert readings.humidity == pytest.approx([61.0] * len(readings.times))


def test_it_may_be_packed_and_out_of_order_and_double(tmp_path: Path) -> None:
    rows = ["2026-01-05T10:10:00Z,19,60", "2026-01-05T10:00:00Z,18,x", "2026-01-05T10:10:00Z,25,70", "now,18,60", ""]
    readings = read(written(tmp_path, "\n".join(["time,temperature_c,rh", *rows]), name="a.csv.gz"))
    assert instants(readings) == ["2026-01-05 10:00", "2026-01-05 10:10"]
    assert readings.temperature.tolist() == [18, 19]
    assert readings.humidity.tolist() == pytest.approx([NAN, 60], nan_ok=True)
    assert readings.notes == (
        "1 row is left out: no time can be read there (the first is about line 5).",
        "1 row is left out: an earlier row has the same time.",
    )


def test_a_unit_that_is_not_stated_is_told_from_the_values_or_asked_for(tmp_path: Path) -> None:
    def file(usual: float) -> Path:
        return written(tmp_path, f"time,temp,rh\n2026-01-05T10:00:00Z,{usual},61\n2026-01-05T10:10:00Z,{usual},61\n")

    assert "temp is read as degrees Celsius: its usual value, 18, leaves no other choice" in read(file(18)).notes[0]
    assert read(file(68)).temperature[0] == pytest.approx(20)
    open_ = asked(file(40))
    assert [(one.option, one.choices) for one in open_.questions] == [("--temperature-unit", ("C", "F"))]
    assert open_.guessed == {Role.TIME: "time", Role.TEMPERATURE: "temp", Role.HUMIDITY: "rh"}
    assert read(file(40), Stated(unit="F")).temperature[0] == pytest.approx(40 / 9)


def test_a_local_time_is_never_guessed_into_a_zone(tmp_path: Path) -> None:
    path = written(tmp_path, "time,temp (°C),rh\n2026-07-05 10:00,18,61\n")
    (question,) = asked(path).questions
    assert (question.option, question.choices) == ("--time-zone", ("Europe/London", "UTC"))
    assert instants(read(path, Stated(zone="Europe/London"))) == ["2026-07-05 09:00"]
    assert instants(read(path, Stated(zone="UTC"))) == ["2026-07-05 10:00"]
    with pytest.raises(InputError, match=r"--time-zone: 'Londres' cannot be used\. Give an IANA name"):
        read(path, Stated(zone="Londres"))


def test_the_hour_that_comes_twice(tmp_path: Path) -> None:
    """Clocks went back on 25 October 2026 at 02:00 local time."""
    rows = [f"2026-10-25 {clock},18,61" for clock in ("00:30", "01:00", "01:30", "01:00", "01:30", "02:00")]
    readings = read(written(tmp_path, "\n".join(["time,t °C,rh", *rows])), Stated(zone="Europe/London"))
    assert [at[11:] for at in instants(readings)] == ["23:30", "00:00", "00:30", "01:00", "01:30", "02:00"]


def test_a_clock_that_is_never_put_forward_shows(tmp_path: Path) -> None:
    rows = [f"2026-03-29 {clock},18,61" for clock in ("00:30", "01:30", "02:30")]
    readings = read(written(tmp_path, "\n".join(["time,t °C,rh", *rows])), Stated(zone="Europe/London"))
    assert readings.notes[0].startswith("29/03/2026 01:30 never was in Europe/London, whose clocks went forward")


def test_day_and_month_are_told_apart_by_the_file_or_asked_for(tmp_path: Path) -> None:
    def file(*days: str) -> Path:
        return written(tmp_path, "\n".join(["time UTC,t °C,rh", *(f"{day} 10:00,18,61" for day in days)]))

    assert instants(read(file("03/04/2026", "13/04/2026"))) == ["2026-04-03 10:00", "2026-04-13 10:00"]
    assert instants(read(file("03/04/2026", "03/14/2026"))) == ["2026-03-04 10:00", "2026-03-14 10:00"]
    (question,) = asked(file("03/04/2026")).questions
    assert (question.option, question.choices) == ("--date-order", ("dmy", "mdy"))
    assert instants(read(file("03/04/2026"), Stated(order="mdy"))) == ["2026-03-04 10:00"]
    assert instants(read(file("2026/04/03"))) == ["2026-04-03 10:00"]


def test_which_of_several_columns_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "time,temp in,temp out,rh,dew point (°C)\n2026-01-05T10:00:00Z,18,4,61,10.4\n")
    (question,) = asked(path).questions
    assert (question.option, question.choices) == ("--temperature-column", ("temp in", "temp out"))
    assert read(path, Stated(columns={Role.TEMPERATURE: "temp in"})).temperature.tolist() == [18]
    with pytest.raises(
        InputError, match=r"--temperature-column: 'temp' cannot be used\. The file's columns are: time,"
    ):
        read(path, Stated(columns={Role.TEMPERATURE: "temp"}))


def test_a_file_of_nothing_familiar_asks_for_all(tmp_path: Path) -> None:
    found = asked(written(tmp_path, "a,b,c\n2026-01-05T10:00:00Z,18,61\n"))
    assert [one.option for one in found.questions] == ["--time-column", "--temperature-column", "--humidity-column"]
    assert (found.header, found.guessed) == (("a", "b", "c"), {})


def test_the_weather_needs_no_humidity_and_may_bring_rain(tmp_path: Path) -> None:
    path = written(tmp_path, "t_UTC+2,Te,precip\n2026-01-05 10:00,3.1,0.6\n")
    weather = read(path, outdoor=True)
    assert instants(weather) == ["2026-01-05 08:00"]
    assert (weather.temperature.tolist(), weather.rain.tolist()) == ([3.1], [0.6])
    found = read_readings(written(tmp_path, "when,x\n2026-01-05 10:00,3\n"), Stated(), outdoor=True)
    assert isinstance(found, Open)
    assert [one.option for one in found.questions] == ["--outdoor-temperature-column", "--outdoor-time-zone"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x89PNG\r\n\0\0\0", "It is no text"),
        (b"", "No row of column names"),
        (b"time,temperature\n", "No row of column names"),
        (b"\x1f\x8bnonsense", "begins like gzip and cannot be unpacked"),
        (b"time,temp (C),rh\nthen,18,61\nlater,18,61\n", "Hardly any of its cells is a time"),
    ],
    ids=["a picture", "empty", "a header alone", "broken gzip", "no times"],
)
def test_what_is_no_file_of_readings(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "logger.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=why):
        read_readings(path, Stated())
