"""What became of a delivery, and why a message or a value was set aside."""

from enum import StrEnum


class Outcome(StrEnum):
    """The one outcome of each delivery: received = stored + duplicate + quarantined + ignored."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    IGNORED = "ignored"


class Reason(StrEnum):
    """Why a message or a value is in quarantine."""

    UNREADABLE = "unreadable"
    WRONG_SHAPE = "wrong_shape"
    UNKNOWN_DEVICE = "unknown_device"
    FOREIGN_DEVICE = "foreign_device"
    NO_DECODER = "no_decoder"
    UNDECODABLE = "undecodable"
    NO_VALUE = "no_value"
    UNIT = "unit"
    RANGE = "range"
    SENTINEL = "sentinel"
    CLOCK = "clock"
    CONFLICT = "conflict"
    OVERSIZE = "oversize"
    SIMULATED = "simulated"
    DEVICE_MISMATCH = "device_mismatch"
    SCRIPT_KILLED = "script_killed"
    REFUSED_BY_STORE = "refused_by_store"


class Ignored(StrEnum):
    """Why a delivery is counted and left alone."""

    RETAINED = "retained"
    OTHER_KIND = "other_kind"
