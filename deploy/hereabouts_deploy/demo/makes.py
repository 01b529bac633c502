"""The families of devices fitted in the demo town: their networks, intervals and resolution."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Network(StrEnum):
    """Whose messages carry a device's frames."""

    THINGS_STACK = "things_stack"
    CHIRPSTACK = "chirpstack"
    HOMELINK = "homelink"
    PLAIN = "plain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Make:
    """A family of devices: who carries it, how often it reports, how finely it measures (degC, %)."""

    profile: str
    networks: tuple[Network, ...]
    interval_s: int
    temperature_step: float = 0.1
    humidity_step: float = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """A device where it hangs. `mount` is what the deployment says of it; `place` the home, slot, line or station."""

    id: str
    make: Make
    network: Network
    place: str
    mount: Mapping[str, object] = field(default_factory=dict)


_TTS, _CS = Network.THINGS_STACK, Network.CHIRPSTACK
ELSYS = Make(profile="elsys", networks=(_TTS,), interval_s=1800, humidity_step=1.0)
EM300 = Make(profile="milesight-em300", networks=(_CS, _TTS), interval_s=1800)
LHT65 = Make(profile="dragino-lht65", networks=(_TTS, _CS), interval_s=1800, temperature_step=0.01, humidity_step=0.1)
HOMELINK = Make(
    profile="homelink", networks=(Network.HOMELINK,), interval_s=1800, temperature_step=0.01, humidity_step=0.1
)
GENERIC = Make(profile="generic-indoor", networks=(_CS,), interval_s=1800, humidity_step=0.1)
EM310 = Make(profile="milesight-em310", networks=(_CS,), interval_s=3600)
EM400 = Make(profile="milesight-em400", networks=(_TTS,), interval_s=3600)
LDDS75 = Make(profile="dragino-ldds75", networks=(_TTS, _CS), interval_s=3600)
VS13X = Make(profile="milesight-vs13x", networks=(_CS,), interval_s=3600)
STATION = Make(profile="plain", networks=(Network.PLAIN,), interval_s=3600)

#: What is fitted in homes, with its share; in bins, likewise.
INDOOR = ((ELSYS, 0.28), (EM300, 0.28), (LHT65, 0.18), (HOMELINK, 0.16), (GENERIC, 0.10))
IN_BINS = ((EM310, 0.40), (EM400, 0.35), (LDDS75, 0.25))
MAKES = {make.profile: make for make in (*(m for m, _ in (*INDOOR, *IN_BINS)), VS13X, STATION)}
