-- Rollups: what batches touched is noted, then worked out from raw readings, hours first and days from them.

-- name: plan_simply
-- Short loops over many parts: compiling them takes longer than running them.
SELECT set_config('jit', 'off', true)

-- name: horizon
-- How far batches were read, and below which transaction everything is decided. NULL before the first run: from the
-- first batch on.
SELECT coalesce(below, '0')::text, pg_snapshot_xmin(pg_current_snapshot())::text FROM rollup_progress

-- name: next_batches
-- Where the next step of reading ends: behind the first batches, in order of transaction, that touched enough. Batches
-- of one transaction are never parted.
SELECT max(xid)::text, coalesce(sum(batches), 0)::bigint FROM (
    SELECT xid, count(*) AS batches, sum(sum(pairs)) OVER (ORDER BY xid) - sum(pairs) AS before
    FROM (
        SELECT b.xid, cardinality(b.touched_hours) AS pairs FROM batch b
        WHERE b.xid >= %(below)s::xid8 AND b.xid < %(horizon)s::xid8
        ORDER BY b.xid LIMIT %(most_batches)s
    ) batch
    GROUP BY xid
) step
WHERE before < %(most_pairs)s

-- name: note_touched
-- Spans of whole hours, each once, however many batches touched them.
INSERT INTO rollup_pending (datastream_id, from_at, to_at)
SELECT t.id, lower(u.span), upper(u.span)
FROM (
    SELECT t.id, range_agg(tstzrange(t.hour, t.hour + interval '1 hour')) AS spans
    FROM batch b CROSS JOIN LATERAL unnest(b.touched_datastreams, b.touched_hours) AS t (id, hour)
    WHERE b.xid >= %(below)s::xid8 AND b.xid <= %(last)s::xid8
    GROUP BY t.id
) t CROSS JOIN LATERAL unnest(t.spans) AS u (span)
ORDER BY t.id, u.span

-- name: move_on
-- To the next batch there is, or to where everything is decided.
UPDATE rollup_progress SET below = coalesce(
    (SELECT min(xid) FROM batch WHERE xid > %(last)s::xid8 AND xid < %(horizon)s::xid8), %(horizon)s::xid8)

-- name: take_pending
-- The oldest spans that together are enough, taken off the list; then with what hangs on them, and without what lies
-- before the horizon of its readings: those hours stay as they stand.
WITH taken AS (
    DELETE FROM rollup_pending p USING (
        SELECT id, sum(date_part('epoch', to_at - from_at) / 3600) OVER (ORDER BY id)
                   - date_part('epoch', to_at - from_at) / 3600 AS before
        FROM (SELECT * FROM rollup_pending ORDER BY id LIMIT %(most_spans)s) first
    ) w
    WHERE p.id = w.id AND w.before < %(most_hours)s
    RETURNING p.datastream_id, p.from_at, p.to_at
), spans AS (
    SELECT array_agg(datastream_id) AS ids, array_agg(from_at) AS froms, array_agg(to_at) AS tos FROM taken
)
SELECT array_agg(w.datastream_id ORDER BY w.datastream_id, u.span), array_agg(lower(u.span) ORDER BY w.datastream_id, u.span),
       array_agg(upper(u.span) ORDER BY w.datastream_id, u.span),
       coalesce(sum(date_part('epoch', upper(u.span) - lower(u.span)) / 3600), 0)::bigint
FROM spans s CROSS JOIN LATERAL with_successors(s.ids, s.froms, s.tos) w CROSS JOIN LATERAL unnest(w.spans) AS u (span)

-- name: pending
SELECT count(*) FROM rollup_pending

-- name: make_hours
-- The hours of spans from raw readings. What has no reading any more goes, but only where replay took one away: an hour
-- never shrinks for any other reason.
WITH made AS MATERIALIZED (
    SELECT * FROM raw_slots('1 hour', %(ids)s::int[], %(froms)s::timestamptz[], %(tos)s::timestamptz[])
), gone AS (
    DELETE FROM reading_hour d USING (
        SELECT h.datastream_id, h.hour
        FROM unnest(%(ids)s::int[], %(froms)s::timestamptz[], %(tos)s::timestamptz[]) AS u (id, from_at, to_at)
        CROSS JOIN LATERAL (
            SELECT datastream_id, hour FROM reading_hour
            WHERE datastream_id = u.id AND hour >= u.from_at AND hour < u.to_at OFFSET 0
        ) h
        EXCEPT SELECT datastream_id, slot FROM made
    ) g
    WHERE d.datastream_id = g.datastream_id AND d.hour = g.hour AND EXISTS (
        SELECT FROM reading_revision r WHERE r.datastream_id = g.datastream_id AND r.new_value IS NULL
            AND r.time >= g.hour AND r.time < g.hour + interval '1 hour')
)
INSERT INTO reading_hour AS h (datastream_id, hour, count, mean, time_mean, min, max, first, last, last_at, total, sum,
                               stood_s)
SELECT datastream_id, slot, count, sum / count, time_mean, min, max, first, last, last_at, total, sum, stood_s FROM made
ON CONFLICT (datastream_id, hour) DO UPDATE
SET count = excluded.count, mean = excluded.mean, time_mean = excluded.time_mean, min = excluded.min, max = excluded.max,
    first = excluded.first, last = excluded.last, last_at = excluded.last_at, total = excluded.total, sum = excluded.sum,
    stood_s = excluded.stood_s
WHERE (h.count, h.mean, h.time_mean, h.min, h.max, h.first, h.last, h.last_at, h.total, h.sum, h.stood_s)
    IS DISTINCT FROM (excluded.count, excluded.mean, excluded.time_mean, excluded.min, excluded.max, excluded.first,
                      excluded.last, excluded.last_at, excluded.total, excluded.sum, excluded.stood_s)
  AND (excluded.count >= h.count OR EXISTS (
      SELECT FROM reading_revision r WHERE r.datastream_id = h.datastream_id AND r.new_value IS NULL
          AND r.time >= h.hour AND r.time < h.hour + interval '1 hour'))

-- name: months
-- The months in which spans lie.
SELECT DISTINCT m FROM unnest(%(froms)s::timestamptz[], %(tos)s::timestamptz[]) AS u (from_at, to_at)
CROSS JOIN LATERAL generate_series(date_trunc('month', u.from_at, 'UTC'), u.to_at - interval '1 microsecond',
                                   interval '1 month') AS m
ORDER BY m

-- name: make_days
-- The civil days that hold hours of spans, from all their hours; hours are counted against each quantity's limits.
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT u.id, (first.day + d.n) AS day
    FROM unnest(%(ids)s::int[], %(froms)s::timestamptz[], %(tos)s::timestamptz[]) AS u (id, from_at, to_at)
    CROSS JOIN LATERAL (SELECT (u.from_at AT TIME ZONE 'Europe/London')::date) AS first (day)
    CROSS JOIN LATERAL generate_series(
        0, ((u.to_at - interval '1 microsecond') AT TIME ZONE 'Europe/London')::date - first.day) AS d (n)
), made AS MATERIALIZED (
    SELECT w.id AS datastream_id, w.day, h.*
    FROM wanted w
    JOIN datastream s ON s.id = w.id
    LEFT JOIN unnest(%(quantities)s::text[], %(below)s::float8[], %(above)s::float8[]) AS l (quantity, below, above)
        ON l.quantity = s.quantity
    CROSS JOIN LATERAL (
        SELECT sum(h.count)::int AS count, sum(h.sum ORDER BY h.hour) AS sum,
               sum(h.time_mean * h.stood_s ORDER BY h.hour) / sum(h.stood_s ORDER BY h.hour) AS time_mean,
               sum(h.stood_s ORDER BY h.hour) AS stood_s, min(h.min) AS min, max(h.max) AS max,
               (array_agg(h.first ORDER BY h.hour))[1] AS first, (array_agg(h.last ORDER BY h.hour DESC))[1] AS last,
               sum(h.total ORDER BY h.hour) AS total,
               count(v.value) AS hours, sum(v.value ORDER BY h.hour) AS hour_sum,
               count(*) FILTER (WHERE v.value < l.below) AS below_hours,
               count(*) FILTER (WHERE v.value > l.above) AS above_hours
        FROM reading_hour h
        CROSS JOIN LATERAL (
            SELECT CASE WHEN s.kind = 'measurement' THEN coalesce(h.time_mean, h.mean) ELSE h.total END) v (value)
        WHERE h.datastream_id = w.id AND h.hour >= london(w.day) AND h.hour < london(w.day + 1)
    ) h
), gone AS (
    DELETE FROM reading_day d USING made m WHERE m.count IS NULL AND d.datastream_id = m.datastream_id AND d.day = m.day
)
INSERT INTO reading_day AS d (datastream_id, day, count, mean, time_mean, min, max, first, last, total, sum, stood_s,
                              hours, hour_sum, below_hours, above_hours)
SELECT datastream_id, day, count, sum / count, time_mean, min, max, first, last, total, sum, stood_s,
       hours, hour_sum, below_hours, above_hours
FROM made WHERE count IS NOT NULL ORDER BY datastream_id, day
ON CONFLICT (datastream_id, day) DO UPDATE
SET count = excluded.count, mean = excluded.mean, time_mean = excluded.time_mean, min = excluded.min, max = excluded.max,
    first = excluded.first, last = excluded.last, total = excluded.total, sum = excluded.sum, stood_s = excluded.stood_s,
    hours = excluded.hours, hour_sum = excluded.hour_sum, below_hours = excluded.below_hours,
    above_hours = excluded.above_hours
WHERE (d.count, d.mean, d.time_mean, d.min, d.max, d.first, d.last, d.total, d.sum, d.stood_s, d.hours, d.hour_sum,
       d.below_hours, d.above_hours)
    IS DISTINCT FROM (excluded.count, excluded.mean, excluded.time_mean, excluded.min, excluded.max, excluded.first,
                      excluded.last, excluded.total, excluded.sum, excluded.stood_s, excluded.hours, excluded.hour_sum,
                      excluded.below_hours, excluded.above_hours)

-- name: next_to_gather
-- The UTC day after the last one gathered, once it has been over for a day: late readings are few from then on. That
-- day is taken, whatever comes of it.
UPDATE rollup_progress SET gathered = gathered + 1
WHERE gathered + 1 < (%(now)s::timestamptz AT TIME ZONE 'UTC')::date - 1
RETURNING gathered

-- name: gather_day
-- Write the hours of one UTC day anew, each datastream's next to each other.
WITH taken AS (
    DELETE FROM reading_hour
    WHERE hour >= %(day)s::timestamp AT TIME ZONE 'UTC' AND hour < (%(day)s::date + 1)::timestamp AT TIME ZONE 'UTC'
    RETURNING *
)
INSERT INTO reading_hour SELECT * FROM taken ORDER BY datastream_id, hour
