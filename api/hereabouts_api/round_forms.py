"""A round in other forms: GeoJSON for maps, GPX for satnavs, CSV for spreadsheets. Each names the map's source."""

from xml.etree import ElementTree as ET

import orjson
from fastapi.responses import Response

from hereabouts_api.csv_answer import csv_answer
from hereabouts_api.geo import GEOJSON
from hereabouts_api.round_models import RoundItem, RoundView, StopItem
from hereabouts_schemas.times import format_time

GPX = "application/gpx+xml"
ODBL = "https://www.openstreetmap.org/copyright"
_GPX_SPACE = "http://www.topografix.com/GPX/1/1"
_COLUMNS = (
    *("number", "kind", "place", "visit", "key", "name", "lon", "lat", "arrives_at", "begins_at", "leaves_at"),
    *("drive_m", "drive_s", "service_s", "must", "reason", "says", "stream", "litres", "kg", "outcome", "outcome_at"),
    "attribution",
)


def csv_rounds(rounds: list[RoundItem]) -> Response:
    """A page of rounds, a line each; the map's source stands in a column."""
    lines = ({**one.model_dump(mode="json"), "no_map": ";".join(one.no_map)} for one in rounds)
    return csv_answer(list(RoundItem.model_fields), lines, "rounds")


def csv_round(view: RoundView) -> Response:
    """A round, a stop a line."""
    return csv_answer(_COLUMNS, [_line(view, stop) for stop in view.stops], f"round-{view.id}")


def _line(view: RoundView, stop: StopItem) -> dict[str, object]:
    found = stop.model_dump(mode="json")
    reason, load, outcome = (found[name] or {} for name in ("reason", "load", "outcome"))
    return {
        **{name: found.get(name) for name in _COLUMNS},
        "reason": reason.get("kind"),
        "says": reason.get("says"),
        **{name: load.get(name) for name in ("stream", "litres", "kg")},
        "outcome": outcome.get("kind"),
        "outcome_at": outcome.get("at"),
        "attribution": view.attribution,
    }


def geojson_rounds(rounds: list[RoundView], following: str | None = None) -> Response:
    """Rounds as features: each stop with a position, and each way where the roads gave one."""
    features = [feature for one in rounds for feature in _features(one)]
    said = sorted({one.attribution for one in rounds})
    return _geojson({"type": "FeatureCollection", "features": features, "attribution": said, "next": following})


def _features(view: RoundView) -> list[dict[str, object]]:
    about = view.model_dump(mode="json", exclude={"stops", "geometry"})
    way: dict[str, object] = {
        "type": "Feature",
        "id": f"round/{view.id}",
        "geometry": view.geometry,
        "properties": about,
    }
    stops: list[dict[str, object]] = [
        {
            "type": "Feature",
            "id": f"round/{view.id}/{stop.number}",
            "geometry": {"type": "Point", "coordinates": [stop.lon, stop.lat]},
            "properties": {"round": view.id, **stop.model_dump(mode="json", exclude={"lon", "lat"})},
        }
        for stop in view.stops
        if stop.lon is not None
    ]
    return [way, *stops]


def _geojson(body: dict[str, object]) -> Response:
    return Response(orjson.dumps(body), media_type=GEOJSON)


def gpx_round(view: RoundView) -> Response:
    """A round as a GPX 1.1 route in the order of its stops, and its way as a track where the roads gave one."""
    root = ET.Element("gpx", {"xmlns": _GPX_SPACE, "version": "1.1", "creator": "Hereabouts"})
    _metadata(root, view)
    route = ET.SubElement(root, "rte")
    ET.SubElement(route, "name").text = f"{view.vehicle_name}, {view.day.isoformat()}"
    for stop in view.stops:
        if stop.lon is not None and stop.lat is not None:
            _point(route, stop)
    if view.geometry is not None:
        segment = ET.SubElement(ET.SubElement(root, "trk"), "trkseg")
        for lon, lat, *_ in view.geometry["coordinates"]:
            ET.SubElement(segment, "trkpt", {"lat": f"{lat:.7f}", "lon": f"{lon:.7f}"})
    headers = {"Content-Disposition": f'attachment; filename="round-{view.id}.gpx"'}
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type=GPX, headers=headers)


def _metadata(root: ET.Element, view: RoundView) -> None:
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "name").text = f"Round of {view.vehicle_name} on {view.day.isoformat()}"
    if view.attribution:
        rights = ET.SubElement(metadata, "copyright", {"author": _visible(view.attribution)})
        if "openstreetmap" in view.attribution.lower():
            ET.SubElement(rights, "license").text = ODBL
    ET.SubElement(metadata, "time").text = format_time(view.made_at)


def _point(route: ET.Element, stop: StopItem) -> None:
    point = ET.SubElement(route, "rtept", {"lat": f"{stop.lat:.7f}", "lon": f"{stop.lon:.7f}"})
    ET.SubElement(point, "time").text = format_time(stop.begins_at)
    ET.SubElement(point, "name").text = _visible(stop.name or stop.place)
    ET.SubElement(point, "desc").text = _visible(stop.reason.says if stop.reason is not None else stop.kind)


def _visible(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
