-- The assessment of homes: facts of rooms and stations, hours out of rollups, where the reckoning stands, its results.

-- name: plan_simply
-- Short loops over many parts: compiling them takes longer than running them. A month of hours of a thousand rooms, some
-- 80 MB, is gathered in memory.
SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)

-- name: note_touched
-- Written with the rollups: what they worked out anew of homes, rooms and weather stations, once a datastream.
INSERT INTO assessment_touched (datastream_id, from_at)
SELECT u.id, min(u.from_at) FROM unnest(%(ids)s::int[], %(froms)s::timestamptz[]) AS u (id, from_at)
JOIN datastream s ON s.id = u.id
JOIN deployment d ON d.id = s.deployment_id JOIN place p ON p.id = d.place_id
WHERE p.kind IN ('home', 'room', 'weather_station')
  AND s.quantity IN ('air_temperature', 'relative_humidity', 'co2', 'rainfall', 'rainfall_total')
GROUP BY u.id ORDER BY u.id

-- name: touched_homes
-- Homes of which something was touched before an hour, taken off the list: what came in an hour that is not over waits.
WITH gone AS (
    DELETE FROM assessment_touched t USING datastream s, deployment d, place p
    WHERE s.id = t.datastream_id AND d.id = s.deployment_id AND p.id = d.place_id AND p.kind IN ('home', 'room')
      AND t.from_at < %(before)s
    RETURNING CASE WHEN p.kind = 'room' THEN coalesce(p.parent_id, p.id) ELSE p.id END AS home, t.from_at
)
INSERT INTO assessment_due AS a (home_id, day)
SELECT home, (min(from_at) AT TIME ZONE 'UTC')::date FROM gone GROUP BY home ORDER BY home
ON CONFLICT (home_id) DO UPDATE SET day = least(a.day, excluded.day)

-- name: touched_stations
-- Weather stations of which something was touched before an hour, taken off the list: each with the first such day.
WITH gone AS (
    DELETE FROM assessment_touched t USING datastream s, deployment d, place p
    WHERE s.id = t.datastream_id AND d.id = s.deployment_id AND p.id = d.place_id AND p.kind = 'weather_station'
      AND t.from_at < %(before)s
    RETURNING p.id, t.from_at
)
SELECT id, (min(from_at) AT TIME ZONE 'UTC')::date FROM gone GROUP BY id ORDER BY id

-- name: forget_touched
-- What was noted of datastreams that are no longer there.
DELETE FROM assessment_touched t WHERE NOT EXISTS (SELECT FROM datastream s WHERE s.id = t.datastream_id)

-- name: mark_due
INSERT INTO assessment_due AS a (home_id, day)
SELECT u.home, u.day FROM unnest(%(homes)s::text[], %(days)s::date[]) AS u (home, day) ORDER BY u.home
ON CONFLICT (home_id) DO UPDATE SET day = least(a.day, excluded.day)

-- name: due
SELECT home_id, day FROM assessment_due WHERE home_id = ANY (%(homes)s)

-- name: homes_due
SELECT home_id FROM assessment_due ORDER BY home_id

-- name: done
DELETE FROM assessment_due WHERE home_id = ANY (%(homes)s)

-- name: progress
SELECT hour FROM assessment_progress

-- name: move_on
UPDATE assessment_progress SET hour = %(hour)s

-- name: rooms
-- Rooms, and homes where no room is named, in which air temperature and humidity are measured: their home, the name of
-- the room, position (its own, its home's or its building's), lowest temperature factor of the walls its sensors are on
-- now, when the newest sensor began, what is noted of drying, and every datastream they were ever measured by.
SELECT p.id, CASE WHEN p.kind = 'room' THEN coalesce(p.parent_id, p.id) ELSE p.id END AS home,
       CASE WHEN p.kind = 'room' THEN p.name END,
       coalesce(p.lon, up.lon, top.lon), coalesce(p.lat, up.lat, top.lat),
       min((d.mount ->> 'f_rsi')::float8) FILTER (WHERE jsonb_typeof(d.mount -> 'f_rsi') = 'number'
                                                  AND (d.to_at IS NULL OR d.to_at > %(now)s)),
       max(d.from_at) FILTER (WHERE d.from_at <= %(now)s), p.attributes ->> 'drying_until',
       array_agg(DISTINCT s.id ORDER BY s.id)
FROM place p
LEFT JOIN place up ON up.id = p.parent_id
LEFT JOIN place top ON top.id = up.parent_id
JOIN deployment d ON d.place_id = p.id
JOIN datastream s ON s.deployment_id = d.id AND s.quantity IN ('air_temperature', 'relative_humidity')
WHERE p.kind IN ('home', 'room')
  AND (%(homes)s::text[] IS NULL OR p.id = ANY (%(homes)s) OR (p.kind = 'room' AND p.parent_id = ANY (%(homes)s)))
GROUP BY p.id, up.id, top.id
HAVING count(DISTINCT s.quantity) = 2
ORDER BY home, p.id

-- name: stations
-- Weather stations with a position and outdoor air temperature.
SELECT p.id, p.name, p.lon, p.lat FROM place p
WHERE p.kind = 'weather_station' AND p.lon IS NOT NULL
  AND EXISTS (SELECT FROM deployment d JOIN datastream s ON s.deployment_id = d.id
              WHERE d.place_id = p.id AND s.quantity = 'air_temperature')
ORDER BY p.id

-- name: first_hours
-- The first hour of each place's readings of its air; no row without any.
SELECT d.place_id, min(h.hour) FROM deployment d
JOIN datastream s ON s.deployment_id = d.id AND s.quantity IN ('air_temperature', 'relative_humidity')
CROSS JOIN LATERAL (SELECT hour FROM reading_hour WHERE datastream_id = s.id ORDER BY hour LIMIT 1) h
WHERE d.place_id = ANY (%(places)s)
GROUP BY d.place_id

-- name: hours
-- Hours of places out of the rollups, a row a datastream in no order, as parallel arrays: hours since 1970, mean, least,
-- greatest, and what was counted, where that is asked for. They are gathered by number before any name is looked up: to
-- group by names sorts every hour. `date_part` is a float; `extract`, a numeric, costs several times as much.
SELECT d.place_id, s.quantity, s.id, h.hours, h.means, h.lows, h.highs, coalesce(h.totals, '{}')
FROM (
    SELECT r.datastream_id, array_agg((date_part('epoch', r.hour) / 3600)::int) AS hours, array_agg(r.mean) AS means,
           array_agg(r.min) AS lows, array_agg(r.max) AS highs,
           array_agg(coalesce(r.total, 'NaN')) FILTER (WHERE %(totals)s) AS totals
    FROM reading_hour r
    WHERE r.hour >= %(from_at)s AND r.hour < %(to_at)s AND r.datastream_id = ANY (ARRAY(
        SELECT w.id FROM datastream w JOIN deployment e ON e.id = w.deployment_id
        WHERE e.place_id = ANY (%(places)s) AND w.quantity = ANY (%(quantities)s)))
    GROUP BY r.datastream_id
) h
JOIN datastream s ON s.id = h.datastream_id
JOIN deployment d ON d.id = s.deployment_id

-- name: raw_hours
-- Raw readings of the air of places in some of their hours, with the hours beside them: seconds since 1970, value.
SELECT d.place_id, s.quantity, s.deployment_id, array_agg(extract(epoch FROM r.time)::int8 ORDER BY r.time),
       array_agg(r.value ORDER BY r.time)
FROM unnest(%(places)s::text[], %(hours)s::timestamptz[]) AS u (place_id, hour)
JOIN deployment d ON d.place_id = u.place_id
JOIN datastream s ON s.deployment_id = d.id AND s.quantity IN ('air_temperature', 'relative_humidity')
JOIN LATERAL (
    SELECT time, value FROM reading
    WHERE datastream_id = s.id AND time >= u.hour - interval '20 minutes' AND time < u.hour + interval '80 minutes'
) r ON true
GROUP BY d.place_id, s.quantity, s.deployment_id
ORDER BY d.place_id, s.quantity, s.deployment_id

-- name: forget_states
-- What was reckoned from a day on that is reckoned anew.
DELETE FROM room_state s USING unnest(%(places)s::text[], %(days)s::date[]) AS u (place_id, day)
WHERE s.place_id = u.place_id AND s.day >= u.day

-- name: states
-- The newest state of each place before a day; no row where there is none.
SELECT u.place_id, s.day, s.form, s.facts, s.state
FROM unnest(%(places)s::text[], %(days)s::date[]) AS u (place_id, day)
CROSS JOIN LATERAL (
    SELECT * FROM room_state r WHERE r.place_id = u.place_id AND r.day < u.day ORDER BY r.day DESC LIMIT 1
) s

-- name: save_states
INSERT INTO room_state AS s (place_id, day, form, facts, state)
SELECT u.place_id, %(day)s, %(form)s, u.facts, u.state
FROM unnest(%(places)s::text[], %(facts)s::bytea[], %(states)s::bytea[]) AS u (place_id, facts, state)
ON CONFLICT (place_id, day) DO UPDATE SET form = excluded.form, facts = excluded.facts, state = excluded.state

-- name: thin_states
-- All but the last days' and the first of each month.
DELETE FROM room_state WHERE day < %(before)s AND extract(day FROM day) <> 1

-- name: save_days
-- Days of rooms; figures come as numbers, NaN where one cannot be said.
INSERT INTO room_day AS r (place_id, day, until, damp_mould, excess_cold, excess_heat, damp_stands, cold_stands,
    heat_stands, covered, cold_hours, quiet, faults, air_day, air_week, air_month, surface_day, surface_week,
    surface_month, temperature_day, temperature_week, night, mould_low, mould_high, sensor_low, sensor_high, rate,
    visible_in, visible_from, vpx5, station_id, rule_version, rule_hash)
SELECT (%(places)s::text[])[u.place], '1970-01-01'::date + u.day, u.until, l.words[u.l0], l.words[u.l1], l.words[u.l2],
       l.words[u.s0], l.words[u.s1], l.words[u.s2], u.covered, u.cold_hours, u.quiet > 0,
       CASE WHEN u.faults = 0 THEN '{}' -- nearly every day: what follows costs as much as the rest of the row
            ELSE ARRAY(SELECT f.word FROM unnest(%(faults)s::text[]) WITH ORDINALITY AS f (word, n)
                       WHERE u.faults & (1 << (f.n::int - 1)) > 0 ORDER BY f.n) END,
       nullif(u.air_day, 'NaN'), nullif(u.air_week, 'NaN'), nullif(u.air_month, 'NaN'), nullif(u.surface_day, 'NaN'),
       nullif(u.surface_week, 'NaN'), nullif(u.surface_month, 'NaN'), nullif(u.temperature_day, 'NaN'),
       nullif(u.temperature_week, 'NaN'), nullif(u.night, 'NaN'), nullif(u.mould_low, 'NaN'),
       nullif(u.mould_high, 'NaN'), nullif(u.sensor_low, 'NaN'), nullif(u.sensor_high, 'NaN'), nullif(u.rate, 'NaN'),
       nullif(u.visible_in, 'NaN'), nullif(u.visible_from, 'NaN'), nullif(u.vpx5, 'NaN'),
       (%(stations)s::text[])[u.station], %(version)s, %(hash)s
FROM (SELECT %(levels)s::text[] AS words) l, unnest(
    %(place)s::int[], %(day)s::int[], %(until)s::int[], %(l0)s::int[], %(l1)s::int[], %(l2)s::int[], %(s0)s::int[],
    %(s1)s::int[], %(s2)s::int[], %(covered)s::int[], %(cold_hours)s::int[], %(quiet)s::int[], %(fault_bits)s::int[],
    %(air_day)s::float8[], %(air_week)s::float8[], %(air_month)s::float8[], %(surface_day)s::float8[],
    %(surface_week)s::float8[], %(surface_month)s::float8[], %(temperature_day)s::float8[],
    %(temperature_week)s::float8[], %(night)s::float8[], %(mould_low)s::float8[], %(mould_high)s::float8[],
    %(sensor_low)s::float8[], %(sensor_high)s::float8[], %(rate)s::float8[], %(visible_in)s::float8[],
    %(visible_from)s::float8[], %(vpx5)s::float8[], %(station)s::int[]
) AS u (place, day, until, l0, l1, l2, s0, s1, s2, covered, cold_hours, quiet, faults, air_day, air_week, air_month,
        surface_day, surface_week, surface_month, temperature_day, temperature_week, night, mould_low, mould_high,
        sensor_low, sensor_high, rate, visible_in, visible_from, vpx5, station)
ON CONFLICT (place_id, day) DO UPDATE SET until = excluded.until, damp_mould = excluded.damp_mould,
    excess_cold = excluded.excess_cold, excess_heat = excluded.excess_heat, damp_stands = excluded.damp_stands,
    cold_stands = excluded.cold_stands, heat_stands = excluded.heat_stands, covered = excluded.covered,
    cold_hours = excluded.cold_hours, quiet = excluded.quiet, faults = excluded.faults, air_day = excluded.air_day,
    air_week = excluded.air_week, air_month = excluded.air_month, surface_day = excluded.surface_day,
    surface_week = excluded.surface_week, surface_month = excluded.surface_month,
    temperature_day = excluded.temperature_day, temperature_week = excluded.temperature_week, night = excluded.night,
    mould_low = excluded.mould_low, mould_high = excluded.mould_high, sensor_low = excluded.sensor_low,
    sensor_high = excluded.sensor_high, rate = excluded.rate, visible_in = excluded.visible_in,
    visible_from = excluded.visible_from, vpx5 = excluded.vpx5, station_id = excluded.station_id,
    rule_version = excluded.rule_version, rule_hash = excluded.rule_hash

-- name: forget_days
-- Days that were said of rooms before their readings began, which they no longer do.
DELETE FROM room_day d USING unnest(%(places)s::text[], %(days)s::date[]) AS u (place_id, day)
WHERE d.place_id = u.place_id AND d.day < u.day

-- name: counts
-- Rooms of a day, and those of which nothing could be said about damp.
SELECT count(*), count(*) FILTER (WHERE damp_mould IN ('no_data', 'sensor_fault')) FROM room_day WHERE day = %(day)s
