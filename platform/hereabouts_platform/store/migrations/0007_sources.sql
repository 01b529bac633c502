-- Sources grow: feeds described by a mapping, the other topics of the networks, and a registry that moves with them.

-- The TOML text that the envelope `mapped` reads a feed by.
ALTER TABLE source ADD COLUMN mapping text;
ALTER TABLE source ADD CONSTRAINT source_mapping CHECK ((mapping IS NOT NULL) = (envelope = 'mapped'));

-- Ingest subscribes anew when a source has changed.
CREATE TRIGGER source_moves AFTER INSERT OR UPDATE OR DELETE ON source
    FOR EACH STATEMENT EXECUTE FUNCTION move_registry_version();

-- The twin of a stored message (store/batch_twins.py) moves to the newest frame that has it.
GRANT UPDATE (batch_id, index, received_at) ON uplink_key TO hereabouts_ingest;

-- A filter that an operator has changed stays as it is.
UPDATE source SET topic_filter = 'application/+/device/+/event/+'
WHERE name = 'chirpstack' AND topic_filter = 'application/+/device/+/event/up';

INSERT INTO source (name, topic_filter, envelope) VALUES
    ('things_stack_joins', 'v3/+/devices/+/join', 'things_stack'),
    ('homelink_events', '+/event/#', 'homelink'),
    ('homelink_alerts', '+/alert/#', 'homelink'),
    ('homelink_devices', '+/device/#', 'homelink'),
    ('senml', 'senml/#', 'senml')
ON CONFLICT (name) DO NOTHING;
