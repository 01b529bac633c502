"""Device profiles: what a family of devices reports, in which units, how often."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldSpec:
    """How one field of a decoded object becomes a quantity.

    Attributes:
        path: dotted path in the decoded object; `{n}` in it captures the channel (`line_{n}.total_in`).
        quantity: name in the vocabulary.
        unit: unit of the field as it comes (UCUM); converted to the quantity's unit.
        channel: fixed channel, '' when single. A captured `{n}` takes its place.
        sentinels: values (numbers or texts) that mean "the sensor could not measure": refused, kept as `sentinel`.
        absent: values that mean "no such probe is fitted": neither a reading nor a refusal.
        words: texts or booleans that stand for numbers (`{"normal": 0, "tilt": 1}`).
        scale: factor applied before the unit conversion, for fields in odd steps.
        modulus: of a counter (`total_increasing`), the count at which it starts again from 0: 65536 for 16 bits.
            None where it never does, or the maker does not say. The rollups tell a roll-over by it.
        period_s: of a count over a period (`delta`), how many seconds that period has, where the maker fixes it.
    """

    path: str
    quantity: str
    unit: str
    channel: str = ""
    sentinels: tuple[float | str, ...] = ()
    absent: tuple[float | str, ...] = ()
    words: tuple[tuple[str, float], ...] = ()
    scale: float = 1.0
    modulus: int | None = None
    period_s: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EventSpec:
    """When a field of a decoded object means that the device reports an event (fire, tilt, a blocked beam).

    Attributes:
        path: as in `FieldSpec`; a captured `{n}` stands in the event's detail.
        code: snake_case name of the event.
        when: values (numbers, texts, truth values) that mean it; empty where `least` decides.
        least: the number from which on it is meant, in the field's own unit.
    """

    path: str
    code: str
    when: tuple[float | str | bool, ...] = ()
    least: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """A device profile.

    Attributes:
        id: folder name with hyphens (`milesight-em300`).
        version: version of decoder and table together; stands on every uplink it read.
        interval_s: how often such a device usually reports, in seconds.
        ports: LoRaWAN ports that carry measurements; empty = any.
        history: field that holds late records, each with `history_time` (Unix seconds, UTC) and the fields.
        battery: chemistry of its battery, where its voltage is to be read by it (`li_socl2`, `li_mno2`); else None.
        fields: the table.
        events: which fields of the frame itself, not of its history, report events.
    """

    id: str
    title: str
    maker: str
    version: str
    interval_s: int
    has_decoder: bool
    ports: tuple[int, ...] = ()
    history: str | None = None
    history_time: str = "timestamp"
    battery: str | None = None
    fields: tuple[FieldSpec, ...] = field(default=())
    events: tuple[EventSpec, ...] = field(default=())

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of the quantities such a device can report, each once, in the table's order."""
        return tuple(dict.fromkeys(spec.quantity for spec in self.fields))
