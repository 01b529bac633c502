-- Which sources speak for which devices. Multi-row writes come sorted by their key.

-- name: speakers
SELECT device_id, array_agg(source_id::int) FROM device_source WHERE device_id = ANY (%s) GROUP BY device_id

-- name: every_speaker
SELECT device_id, array_agg(source_id::int) FROM device_source GROUP BY device_id

-- name: note_speakers
INSERT INTO device_source (device_id, source_id)
SELECT u.* FROM unnest(%s::text[], %s::smallint[]) AS u (device_id, source_id) JOIN device d ON d.id = u.device_id
ORDER BY u.device_id, u.source_id
ON CONFLICT DO NOTHING

-- name: unknown_devices
SELECT u.id FROM unnest(%s::text[]) AS u (id) WHERE NOT EXISTS (SELECT FROM device d WHERE d.id = u.id) ORDER BY u.id

-- name: bind
-- Devices by name, and all that another source speaks for.
INSERT INTO device_source (device_id, source_id)
SELECT found.id, s.id FROM source s CROSS JOIN (
    SELECT unnest(%(devices)s::text[]) AS id
    UNION
    SELECT o.device_id FROM device_source o JOIN source os ON os.id = o.source_id WHERE os.name = %(like)s
) AS found
WHERE s.name = %(source)s
ORDER BY 1
ON CONFLICT DO NOTHING

-- name: unbind
DELETE FROM device_source b USING source s
WHERE s.id = b.source_id AND s.name = %(source)s AND b.device_id = ANY (%(devices)s)
