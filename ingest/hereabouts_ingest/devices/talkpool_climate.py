"""The three bytes that Talkpool's OY sensors give temperature and humidity: two numbers of 12 bits.

Byte 0 holds the upper 8 bits of the temperature, byte 1 those of the humidity, byte 2 the lower 4 of each. Steps are
0.1; the temperature is 80 °C too high, the humidity 25 % too high.
Source: Talkpool, "OY1110 LoRaWAN temperature and humidity sensor, user manual" 1.0, sections 9.3.3 and 9.3.4.
"""

CLIMATE_BYTES = 3


def climate(three: bytes) -> tuple[float, float]:
    """Temperature in °C and relative humidity in %, from three bytes."""
    temperature = three[0] << 4 | three[2] >> 4
    humidity = three[1] << 4 | three[2] & 0x0F
    return (temperature - 800) / 10, (humidity - 250) / 10
