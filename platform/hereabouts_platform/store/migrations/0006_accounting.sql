-- When a device was last heard: the arrival of its message, whatever time the message states. Imports hear no device.
ALTER TABLE device_heard ADD received_at timestamptz;
