"""paho's client with another reader and gathered acknowledgements: ten times as many messages for the same work.

Stock paho reads a packet in four calls, builds its properties and sends each acknowledgement by itself: about 100
microseconds a message. Here one read takes up to 256 kB, every PUBLISH in it is cut out in one loop, and everything
else (CONNACK, SUBACK, PINGRESP ...) goes paho's own way. It rests on inner parts of paho (`_packet_read`, `_in_packet`,
`_packet_handle`, `_packet_queue`), so paho is pinned, and the reader is tested on recorded bytes cut everywhere.
"""

import struct
import threading
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.exception import MalformedPacket as PahoMalformedPacket

from hereabouts_ingest.packets import MalformedPacket, Publish, Split, read_length, split

READ_BYTES = 256 * 1024
HOLD_S = 0.25
_PUBACK = 0x40
_ACK = struct.Struct("!BBH")
_generations = count(1)  # over all clients of the process: no two connections share a number


class BulkClient(mqtt.Client):
    """A client that hands over whole runs of messages.

    Args:
        on_run: takes the messages of one read, in order, and the generation of the connection they came over; called
            in the network thread, must neither raise nor block.
        wait_for_room: waits up to so many seconds until there is room for more; whether there is. While there is none
            nothing is read from the broker, and pings go on.
    """

    def __init__(
        self,
        *args: Any,
        on_run: Callable[[Sequence[Publish], int], None],
        wait_for_room: Callable[[float], bool],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._on_run = on_run
        self._wait_for_room = wait_for_room
        self._unread = bytearray()
        self._wanted = 0
        self._acknowledging = threading.Lock()
        self.generation = 0

    def reconnect(self) -> MQTTErrorCode:
        """Connect anew. What was read or acknowledged over the connection before is of no use to this one."""
        with self._acknowledging:
            self.generation = next(_generations)
        self._unread, self._wanted = bytearray(), 0
        return super().reconnect()  # forgets what was still to be sent

    @property
    def has_died(self) -> bool:
        """Whether the loop that was started has ended, though nobody asked it to."""
        return self._thread is None and not self._thread_terminate and self.generation > 0

    def acknowledge(self, packet_ids: Sequence[int], generation: int) -> None:
        """Acknowledge messages of quality 1 in one piece, unless their connection is gone.

        A packet id means another message on another session: an acknowledgement that came too late would make the
        broker forget a message that nobody has stored.
        """
        with self._acknowledging:
            if generation == self.generation and packet_ids:
                packet = b"".join([_ACK.pack(_PUBACK, 2, packet_id) for packet_id in packet_ids])
                self._packet_queue(_PUBACK, packet, 0, 1)

    def _packet_read(self) -> MQTTErrorCode:
        if not self._wait_for_room(HOLD_S):
            return self._hold()
        try:
            data = self._sock_recv(READ_BYTES)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_AGAIN
        except OSError:
            data = b""
        if not data:
            return MQTTErrorCode.MQTT_ERR_CONN_LOST
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        self._unread += data
        try:
            return self._read_packets()
        except (MalformedPacket, PahoMalformedPacket):
            return MQTTErrorCode.MQTT_ERR_PROTOCOL

    def _hold(self) -> MQTTErrorCode:
        """Nothing is read, so no answer to a ping either; that must not look like a dead broker."""
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        self._ping_t = 0.0
        return MQTTErrorCode.MQTT_ERR_AGAIN

    def _read_packets(self) -> MQTTErrorCode:
        """Hand over every whole packet of what was read; the rest of the last one waits for more."""
        if len(self._unread) < self._wanted:  # the middle of a long packet: not copied at every read
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        buffer, at = bytes(self._unread), 0
        rc = MQTTErrorCode.MQTT_ERR_SUCCESS
        while rc == MQTTErrorCode.MQTT_ERR_SUCCESS:
            found = split(buffer, at, has_properties=self._protocol == MQTTProtocolVersion.MQTTv5)
            if found.publishes:
                self._on_run(found.publishes, self.generation)
            at = found.at
            if not found.wants or at + found.wants > len(buffer):
                break
            rc = self._read_one(buffer, found)
            at += found.wants
        self._unread = bytearray(buffer[at:])
        self._wanted = found.wants
        return rc

    def _read_one(self, buffer: bytes, found: Split) -> MQTTErrorCode:
        """Let paho read a packet that is none of ours."""
        start, length = read_length(buffer, found.at)
        self._in_packet = {
            "command": buffer[found.at],
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": length,
            "packet": bytearray(buffer[start : start + length]),
            "to_process": 0,
            "pos": 0,
        }
        return self._packet_handle()
