"""Every error that Hereabouts raises on purpose.

HereaboutsError
├── InputError        what a person or a file gave cannot be used: names the field, the value and the cure
├── ConfigError       a setting is missing or wrong: names the setting
├── SystemNotFound    no running or configured system could be found
├── NotAllowed        `may()` said no
├── NotFound          the thing asked for does not exist
├── NotNow            as things stand it cannot happen: says what may be done instead
├── StoreUnavailable  the database cannot be reached just now
└── BrokerUnavailable the MQTT broker cannot be started or reached just now
"""


class HereaboutsError(Exception):
    """Something Hereabouts cannot do; the message is a sentence for the reader."""


class InputError(HereaboutsError):
    """What was given cannot be used.

    Args:
        field: the name of the field, column or option, as the reader wrote it.
        value: what was found there.
        cure: what to write instead, as a sentence.
        line: line number in the file (the header is line 1), if there is one.
    """

    def __init__(self, field: str, value: object, cure: str, *, line: int | None = None) -> None:
        self.field = field
        self.value = value
        self.cure = cure
        self.line = line
        where = f"line {line}: " if line is not None else ""
        super().__init__(f"{where}{field}: {str(value)[:200]!r} cannot be used. {cure}")


class ConfigError(HereaboutsError):
    """A setting is missing or wrong; the message names it."""


class SystemNotFound(HereaboutsError):
    """No running or configured system could be found."""


class NotAllowed(HereaboutsError):
    """This principal may not do that."""


class NotFound(HereaboutsError):
    """There is no such thing."""


class NotNow(HereaboutsError):
    """As things stand this cannot happen; the message says what may be done instead."""


class StoreUnavailable(HereaboutsError):
    """The database cannot be reached just now."""


class BrokerUnavailable(HereaboutsError):
    """The MQTT broker cannot be started or reached just now."""
