"""Whether a broker lets several workers share one feed: `$share` of MQTT 5, unless its CONNACK says no."""

import threading

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hereabouts_ingest.settings import IngestSettings
from hereabouts_schemas.errors import BrokerUnavailable, ConfigError

HANDSHAKE_S = 3.0  # a broker that knows no MQTT 5 may just keep silent instead of refusing
NO_SHARING = (
    "This broker grants no shared subscriptions (they need MQTT 5), so several workers would each get every message. "
    "Run one worker, or use a broker that does, such as mosquitto."
)


def grants_sharing(protocol: int, properties: Properties | None) -> bool:
    """What a CONNACK says of shared subscriptions; saying nothing means yes (MQTT 5.0, 3.2.2.3.13)."""
    return protocol == mqtt.MQTTv5 and getattr(properties, "SharedSubscriptionAvailable", 1) == 1


def require_sharing(settings: IngestSettings) -> None:
    """Ask the broker of `settings`, under a client id of its own.

    Raises:
        ConfigError: it grants none.
        BrokerUnavailable: it cannot be reached.
    """
    answered, granted = threading.Event(), threading.Event()

    def on_connect(
        _client: mqtt.Client, _data: object, _flags: mqtt.ConnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        if not code.is_failure and grants_sharing(mqtt.MQTTv5, properties):
            granted.set()
        answered.set()

    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"{settings.client_id}-ask", protocol=mqtt.MQTTv5)
    client.username_pw_set(settings.username, settings.password)
    if settings.use_tls:
        client.tls_set()
    client.on_connect = on_connect
    try:
        client.connect(settings.mqtt_host, settings.mqtt_port)
    except OSError as error:
        raise BrokerUnavailable("The MQTT broker cannot be reached just now.") from error
    client.loop_start()
    answered.wait(HANDSHAKE_S)
    client.disconnect()
    client.loop_stop()
    if not granted.is_set():
        raise ConfigError(NO_SHARING)
