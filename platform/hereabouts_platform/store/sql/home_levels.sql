-- What was last said of homes and their rooms. Row security leaves out what the principal may not see.

-- name: levels
WITH room AS (
    SELECT DISTINCT p.id, CASE WHEN p.kind = 'room' THEN p.name END AS name
    FROM place p JOIN deployment d ON d.place_id = p.id AND d.from_at <= now() AND (d.to_at IS NULL OR d.to_at > now())
    JOIN datastream s ON s.deployment_id = d.id AND s.quantity IN ('air_temperature', 'relative_humidity')
    WHERE p.id = %(home)s OR p.parent_id = %(home)s AND p.kind = 'room'
)
SELECT room.id AS place, room.name AS room, r.*, w.name AS station, s.*,
       EXISTS (SELECT FROM latest_of((
           SELECT coalesce(array_agg(x.id), '{}') FROM datastream x JOIN deployment y ON y.id = x.deployment_id
           WHERE y.place_id = room.id AND x.quantity IN ('air_temperature', 'relative_humidity')))) AS was_read
FROM room
LEFT JOIN LATERAL (SELECT * FROM room_day x WHERE x.place_id = room.id ORDER BY x.day DESC LIMIT 1) r ON true
-- The first day of each level as it stands: the one after the last that said something else.
CROSS JOIN LATERAL (
    SELECT (SELECT min(f.day) FROM room_day f WHERE f.place_id = room.id AND f.day > coalesce(
               (SELECT max(o.day) FROM room_day o WHERE o.place_id = room.id AND o.damp_mould <> r.damp_mould),
               '-infinity')) AS damp_mould_since,
           (SELECT min(f.day) FROM room_day f WHERE f.place_id = room.id AND f.day > coalesce(
               (SELECT max(o.day) FROM room_day o WHERE o.place_id = room.id AND o.excess_cold <> r.excess_cold),
               '-infinity')) AS excess_cold_since,
           (SELECT min(f.day) FROM room_day f WHERE f.place_id = room.id AND f.day > coalesce(
               (SELECT max(o.day) FROM room_day o WHERE o.place_id = room.id AND o.excess_heat <> r.excess_heat),
               '-infinity')) AS excess_heat_since
) s
LEFT JOIN place w ON w.id = r.station_id
ORDER BY room.name NULLS FIRST, room.id

-- name: not_judged
-- Homes with a room that is measured now and of whose damp nothing was said of late.
SELECT h.id AS home, h.name AS home_name,
       array_agg(DISTINCT p.name ORDER BY p.name) FILTER (WHERE p.kind = 'room') AS rooms,
       (SELECT max(l.day) FROM room_day l WHERE l.place_id = ANY (array_agg(p.id))
          AND l.damp_mould NOT IN ('no_data', 'sensor_fault')) AS last,
       EXISTS (SELECT FROM room_day f WHERE f.place_id = ANY (array_agg(p.id)) AND f.day >= %(since)s
                 AND f.damp_mould = 'sensor_fault') AS faulty
FROM place p JOIN place h ON h.id = CASE WHEN p.kind = 'room' THEN p.parent_id ELSE p.id END
WHERE p.kind IN ('home', 'room')
  AND EXISTS (SELECT FROM deployment d JOIN datastream s ON s.deployment_id = d.id
              WHERE d.place_id = p.id AND d.from_at <= now() AND (d.to_at IS NULL OR d.to_at > now())
                AND s.quantity IN ('air_temperature', 'relative_humidity'))
  AND NOT EXISTS (SELECT FROM room_day r WHERE r.place_id = p.id AND r.day >= %(since)s
                    AND r.damp_mould NOT IN ('no_data', 'sensor_fault'))
GROUP BY h.id ORDER BY h.name, h.id LIMIT %(most)s

-- name: count_not_judged
SELECT count(DISTINCT CASE WHEN p.kind = 'room' THEN p.parent_id ELSE p.id END) FROM place p
WHERE p.kind IN ('home', 'room')
  AND EXISTS (SELECT FROM deployment d JOIN datastream s ON s.deployment_id = d.id
              WHERE d.place_id = p.id AND d.from_at <= now() AND (d.to_at IS NULL OR d.to_at > now())
                AND s.quantity IN ('air_temperature', 'relative_humidity'))
  AND NOT EXISTS (SELECT FROM room_day r WHERE r.place_id = p.id AND r.day >= %(since)s
                    AND r.damp_mould NOT IN ('no_data', 'sensor_fault'))

-- name: waiting
-- Homes of which no room was ever assessed, and that have been read: what came in is assessed with the next run.
WITH fresh AS (
    SELECT CASE WHEN p.kind = 'room' THEN p.parent_id ELSE p.id END AS home, array_agg(s.id) AS streams
    FROM place p
    JOIN deployment d ON d.place_id = p.id AND d.from_at <= now() AND (d.to_at IS NULL OR d.to_at > now())
    JOIN datastream s ON s.deployment_id = d.id AND s.quantity IN ('air_temperature', 'relative_humidity')
    WHERE p.kind IN ('home', 'room')
    GROUP BY 1
    HAVING NOT bool_or(EXISTS (SELECT FROM room_day r WHERE r.place_id = p.id))
), stream AS (SELECT home, unnest(streams) AS id FROM fresh)
SELECT DISTINCT home FROM stream
JOIN latest_of((SELECT coalesce(array_agg(id), '{}') FROM stream)) l ON l.datastream_id = stream.id

-- name: block
-- The homes of the building that a home is in, where air is measured, with their worst open alert on a hazard.
SELECT h.id AS home, h.name, b.name AS block, h.attributes ->> 'stack' AS stack,
       CASE WHEN h.attributes ->> 'floor' ~ '^-?[0-9]{1,3}$' THEN (h.attributes ->> 'floor')::int END AS floor,
       h.attributes ->> 'build_type' AS build_type, a.hazard, a.place_id AS place, a.opened_at AS since
FROM place me
JOIN place b ON b.id = me.parent_id AND b.kind = 'building'
JOIN place h ON h.parent_id = b.id AND h.kind = 'home'
LEFT JOIN LATERAL (
    SELECT x.hazard, x.place_id, x.opened_at FROM alert x
    WHERE x.cleared_at IS NULL AND x.hazard IN ('damp_mould', 'excess_cold')
      AND x.place_id IN (SELECT r.id FROM place r WHERE r.id = h.id OR r.parent_id = h.id)
    ORDER BY array_position(ARRAY['urgent', 'act', 'watch'], x.level), x.opened_at, x.id LIMIT 1) a ON true
WHERE me.id = %(home)s
  AND EXISTS (SELECT FROM place r JOIN deployment d ON d.place_id = r.id
              WHERE (r.id = h.id OR r.parent_id = h.id) AND (d.to_at IS NULL OR d.to_at > now()))
ORDER BY h.id

-- name: build_type
-- Of the homes that the principal sees, that are measured and whose build type is known: those of the type of one home,
-- and of all types, and how many of them have an open alert of damp that is not put down to the sensor. No row where the
-- home has no type or no such alert: then nothing is asked of the others.
WITH me AS (
    SELECT h.attributes ->> 'build_type' AS build_type FROM place h
    WHERE h.id = %(home)s AND h.kind = 'home' AND h.attributes ->> 'build_type' <> ''
), damp AS (
    SELECT DISTINCT CASE WHEN p.kind = 'room' THEN p.parent_id ELSE p.id END AS home
    FROM alert a JOIN place p ON p.id = a.place_id
    WHERE a.cleared_at IS NULL AND a.hazard = 'damp_mould' AND a.cause ->> 'cause' IS DISTINCT FROM 'sensor_fault'
), measured AS (
    SELECT h.id, h.attributes ->> 'build_type' AS build_type FROM place h
    WHERE h.kind = 'home' AND h.attributes ->> 'build_type' <> ''
      AND EXISTS (SELECT FROM place r JOIN deployment d ON d.place_id = r.id
                  WHERE (r.id = h.id OR r.parent_id = h.id) AND (d.to_at IS NULL OR d.to_at > now()))
)
SELECT me.build_type, count(*) FILTER (WHERE m.build_type = me.build_type AND d.home IS NOT NULL) AS damp,
       count(*) FILTER (WHERE m.build_type = me.build_type) AS homes, count(d.home) AS all_damp, count(*) AS all_homes
FROM me CROSS JOIN measured m LEFT JOIN damp d ON d.home = m.id
WHERE EXISTS (SELECT FROM damp WHERE home = %(home)s)
GROUP BY me.build_type
