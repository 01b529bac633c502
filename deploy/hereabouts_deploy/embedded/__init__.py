"""Embedded servers: a private PostgreSQL and a private MQTT broker, for the demo, pilots and tests."""
