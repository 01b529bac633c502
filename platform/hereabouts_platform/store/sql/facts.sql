-- What the rules need to know, read for many places at once.

-- name: rooms
-- Rooms, and homes where no room is named, in which air temperature and humidity have ever been read: name of the
-- room, position (its own, its home's or its building's), lowest temperature factor of the walls its sensors are on,
-- last humidity reading.
SELECT p.id, CASE WHEN p.kind = 'room' THEN p.name END,
       coalesce(p.lon, up.lon, top.lon), coalesce(p.lat, up.lat, top.lat),
       min((d.mount ->> 'f_rsi')::float8) FILTER (WHERE jsonb_typeof(d.mount -> 'f_rsi') = 'number'
                                                  AND (d.to_at IS NULL OR d.to_at > %(now)s)),
       max(l.time) FILTER (WHERE s.quantity = 'relative_humidity')
FROM place p
LEFT JOIN place up ON up.id = p.parent_id
LEFT JOIN place top ON top.id = up.parent_id
JOIN deployment d ON d.place_id = p.id
JOIN datastream s ON s.deployment_id = d.id AND s.quantity IN ('air_temperature', 'relative_humidity')
LEFT JOIN latest l ON l.datastream_id = s.id
WHERE p.kind IN ('home', 'room')
GROUP BY p.id, up.id, top.id
HAVING count(DISTINCT s.quantity) = 2
ORDER BY p.id

-- name: stations
-- Weather stations with a position and outdoor air temperature.
SELECT p.id, p.name, p.lon, p.lat FROM place p
WHERE p.kind = 'weather_station' AND p.lon IS NOT NULL
  AND EXISTS (SELECT FROM deployment d JOIN datastream s ON s.deployment_id = d.id
              WHERE d.place_id = p.id AND s.quantity = 'air_temperature')
ORDER BY p.id

-- name: hourly
-- Means by UTC hour at each place, over its datastreams alike (each datastream's own mean first), as parallel arrays:
-- the hour's number since 1970 and its mean; and when the quantity was last read.
WITH per_stream AS (
    SELECT d.place_id, s.quantity, date_bin('1 hour', r.time, %(from_at)s) AS hour, s.id,
           avg(r.value) AS mean, max(r.time) AS last_at
    FROM deployment d
    JOIN datastream s ON s.deployment_id = d.id
    JOIN reading r ON r.datastream_id = s.id
    WHERE d.place_id = ANY (%(places)s) AND s.quantity = ANY (%(quantities)s)
      AND r.time >= %(from_at)s AND r.time < %(to_at)s
    GROUP BY d.place_id, s.quantity, hour, s.id
), per_place AS (
    SELECT place_id, quantity, hour, avg(mean) AS mean, max(last_at) AS last_at
    FROM per_stream GROUP BY place_id, quantity, hour
)
SELECT place_id, quantity, array_agg((extract(epoch FROM hour) / 3600)::int), array_agg(mean), max(last_at)
FROM per_place GROUP BY place_id, quantity
