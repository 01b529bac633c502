"""An answer of a weather service, hour by hour, on `weather/<station>`: what the job `weather` fetches.

The service is a device of the station, `open_meteo:<station>`. Each hour is a record of its own; an hour that is still
to come is forecast, and the clock gate refuses it. Units are those that the answer states, or it is refused.

Key: the hours and their values; what a service says beside them, such as how long it took, does not tell two apart.
"""

import hashlib
import math

import orjson

from hereabouts_ingest.envelopes.json_body import EnvelopeError, key, parse_object, the_identity
from hereabouts_ingest.weather import open_meteo
from hereabouts_ingest.weather.hours import HOUR, WeatherFile
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.message import Message, Record, Uplink
from hereabouts_schemas.outcome import Reason
from hereabouts_schemas.profile import FieldSpec
from hereabouts_schemas.quantity import QUANTITIES

TABLE = tuple(
    FieldSpec(path=name, quantity=each.quantity, unit=QUANTITIES[each.quantity].unit, channel=each.channel)
    for name, each in open_meteo.VARIABLES.items()
)


def read(message: Message) -> Uplink:
    """Read one answer.

    Raises:
        EnvelopeError: unreadable, or wrong_shape: no hours, no units, another topic.
    """
    _, _, station = message.topic.partition("/")
    if not station:
        raise EnvelopeError(Reason.WRONG_SHAPE, "The topic names no station; it should be weather/<station>.")
    device = the_identity(f"{open_meteo.SERVICE}:{station}", "The topic")
    body = parse_object(message.payload)
    try:
        weather = open_meteo.read(body)
    except InputError as error:
        raise EnvelopeError(Reason.WRONG_SHAPE, str(error)) from None
    told = orjson.dumps([body.get("hourly_units"), body.get("hourly")])
    return Uplink(
        key=key(device, hashlib.sha256(told).hexdigest()), device=device, table=TABLE, records=_records(weather)
    )


def _records(weather: WeatherFile) -> tuple[Record, ...]:
    """The values of each hour that are there, in the units of the table; what is no number stays as it came."""
    wrong = {(index, name): cell for index, name, cell in weather.unreadable}
    records = []
    for index, at in enumerate(weather.times):
        for course in weather.courses:
            value: object = course.values[index]
            if isinstance(value, float) and math.isnan(value):
                value = wrong.get((index, course.name))
            if value is not None:
                begins = at - HOUR if course.variable.over_hour else at
                records.append(Record(at=begins, fields={course.name: value}))
    return tuple(records)
