"""The kinds of embedded broker, apart from the brokers themselves: every command reads the settings, few run one."""

from enum import StrEnum


class BrokerKind(StrEnum):
    """Which broker to embed; AUTO is mosquitto where there is one."""

    AUTO = "auto"
    MOSQUITTO = "mosquitto"
    AMQTT = "amqtt"
