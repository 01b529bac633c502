"""What became of each row of an imported file."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

REFUSED_IN_DETAIL = 1_000  # the rest is counted, and goes to the caller's own `sink` if there is one


class Cause(StrEnum):
    """Why a row was refused, for machines; the sentence beside it is for people."""

    WRONG_SHAPE = "wrong_shape"
    DOUBLE = "double"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_PARENT = "unknown_parent"
    WRONG_PARENT = "wrong_parent"
    CYCLE = "cycle"
    UNKNOWN_PROFILE = "unknown_profile"
    UNKNOWN_PLACE = "unknown_place"
    OVERLAP = "overlap"
    UNKNOWN_DEVICE = "unknown_device"
    UNKNOWN_QUANTITY = "unknown_quantity"
    CHANNEL = "channel"
    CLOCK = "clock"
    NO_DEPLOYMENT = "no_deployment"
    NOT_IN_HOMES = "not_in_homes"
    NO_VALUE = "no_value"
    RANGE = "range"
    CONFLICT = "conflict"
    NO_BOUNDARY = "no_boundary"
    NO_PLACE = "no_place"
    CATEGORY = "category"
    FORECAST = "forecast"
    ATTRIBUTE = "attribute"
    UNKNOWN_VEHICLE = "unknown_vehicle"
    UNKNOWN_DUTY = "unknown_duty"


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedRow:
    """One refused row, or one refused value of a row: its line (the header is line 1) and why, as a sentence.

    In files that have features in place of lines, `line` is the feature's number, from 1.
    """

    line: int
    cause: Cause
    reason: str


Sink = Callable[[RefusedRow], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What became of a file: every row (every value, in a file of readings) is stored, duplicate or refused.

    Attributes:
        stored: new, or changed what was there.
        updated: how many of the stored changed what was there.
        duplicate: said what the store already holds.
        refused_count: all refused ones; `refused` holds the first thousand, `refused_by_cause` counts them all.
        derived: values that the import itself worked out (fill levels from distances); they are counted too.
        notes: what the reader should know besides, as sentences.
        unit: what the file is made of: `line`, or `feature`.
    """

    stored: int = 0
    updated: int = 0
    duplicate: int = 0
    refused_count: int = 0
    refused: tuple[RefusedRow, ...] = ()
    refused_by_cause: dict[str, int] = field(default_factory=dict)
    derived: int = 0
    notes: tuple[str, ...] = ()
    unit: str = "line"

    @property
    def counts(self) -> dict[str, int]:
        """What became of the file in three numbers, as the audit keeps it."""
        return {"stored": self.stored, "duplicate": self.duplicate, "refused": self.refused_count}

    def as_dict(self) -> dict[str, object]:
        """The report as it stands in JSON."""
        return {
            "stored": self.stored,
            "updated": self.updated,
            "duplicate": self.duplicate,
            "refused": self.refused_count,
            "refused_by_cause": self.refused_by_cause,
            "refused_rows": [
                {"line": row.line, "cause": row.cause.value, "reason": row.reason} for row in self.refused
            ],
            "derived": self.derived,
            "notes": list(self.notes),
        }


class Tally:
    """Counts while a file is read. `sink` is handed every refused row, however many there are."""

    def __init__(self, sink: Sink | None = None, *, unit: str = "line") -> None:
        self.unit = unit
        self.stored = 0
        self.updated = 0
        self.duplicate = 0
        self.derived = 0
        self.notes: list[str] = []
        self._sink = sink
        self._refused: list[RefusedRow] = []
        self._causes: Counter[str] = Counter()

    def refuse(self, line: int, cause: Cause, reason: str) -> None:
        """Refuse one row; the same sentence on the same line is counted again but not said again."""
        self._causes[cause.value] += 1
        row = RefusedRow(line=line, cause=cause, reason=reason)
        if self._sink is not None:
            self._sink(row)
        if len(self._refused) < REFUSED_IN_DETAIL and row not in self._refused[-1:]:
            self._refused.append(row)

    def count_refused(self, cause: Cause, count: int) -> None:
        """Refuse rows that nobody wants to read one by one any more (see `wants_detail`)."""
        self._causes[cause.value] += count

    @property
    def wants_detail(self) -> bool:
        """Whether refused rows are still to be told one by one."""
        return self._sink is not None or len(self._refused) < REFUSED_IN_DETAIL

    @property
    def refused_count(self) -> int:
        """All refused rows so far."""
        return self._causes.total()

    def report(self) -> ImportReport:
        """The report, refused rows in the order of the file."""
        return ImportReport(
            stored=self.stored,
            updated=self.updated,
            duplicate=self.duplicate,
            refused_count=self._causes.total(),
            refused=tuple(sorted(self._refused, key=lambda row: row.line)),
            refused_by_cause=dict(sorted(self._causes.items())),
            derived=self.derived,
            notes=tuple(self.notes),
            unit=self.unit,
        )
