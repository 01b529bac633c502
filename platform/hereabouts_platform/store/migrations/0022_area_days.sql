-- Figures of areas from civil days: a thirtieth of the rows that hours take. What stands in a day is counted from its
-- hours as the figures were: each hour once, by its time-weighted mean (of counts, by its total).

ALTER TABLE reading_day
    ADD COLUMN hours       smallint, -- of the day in which a value stands; NULL where it was not counted yet
    ADD COLUMN hour_sum    float8,   -- of their values
    ADD COLUMN below_hours smallint, -- below and above the quantity's stated limits (rules/area_limits.py); 0 without one
    ADD COLUMN above_hours smallint;

UPDATE reading_day d SET hours = c.hours, hour_sum = c.hour_sum, below_hours = c.low, above_hours = c.high
FROM (
    SELECT d.datastream_id, d.day, count(v.value) AS hours, sum(v.value ORDER BY h.hour) AS hour_sum,
           count(*) FILTER (WHERE v.value < l.below) AS low, count(*) FILTER (WHERE v.value > l.above) AS high
    FROM reading_day d
    JOIN datastream s ON s.id = d.datastream_id
    JOIN reading_hour h ON h.datastream_id = d.datastream_id AND h.hour >= london(d.day) AND h.hour < london(d.day + 1)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN s.kind = 'measurement' THEN coalesce(h.time_mean, h.mean) ELSE h.total END) v (value)
    LEFT JOIN (VALUES ('air_temperature', 18::float8, 26::float8), ('relative_humidity', 40, 75), ('co2', NULL, 1500),
                      ('fill_level', NULL, 80), ('pm2_5', NULL, 15), ('pm10', NULL, 45)) AS l (quantity, below, above)
        ON l.quantity = s.quantity
    GROUP BY d.datastream_id, d.day
) c
WHERE d.datastream_id = c.datastream_id AND d.day = c.day;

-- Figures of an area over a time: of the means that its places (a home with its rooms is one) had, and of the shares of
-- hours in which they were below or above a limit (the stated ones: days were counted against them). From days, and
-- from hours where the time begins or ends within one. Homes stand apart from everything else. How many homes there are
-- is told as it is: whoever passes it on suppresses small numbers (rules/disclosure.py).
CREATE OR REPLACE FUNCTION area_figures(wanted_code text, wanted_vintage text, from_at timestamptz, to_at timestamptz,
                                        wanted text[], below float8[], above float8[])
RETURNS TABLE (quantity text, unit text, of_homes boolean, places bigint, mean float8, p10 float8, p50 float8,
               p90 float8, below_share float8, above_share float8)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
    ids int[]; roots text[]; are_homes boolean[]; counted boolean[]; belows float8[]; aboves float8[];
    first_day date := (area_figures.from_at AT TIME ZONE 'Europe/London')::date
        + (london((area_figures.from_at AT TIME ZONE 'Europe/London')::date) < area_figures.from_at)::int;
    end_day date := (area_figures.to_at AT TIME ZONE 'Europe/London')::date;
    first_at timestamptz := CASE WHEN first_day < end_day THEN london(first_day) ELSE area_figures.to_at END;
    end_at timestamptz := CASE WHEN first_day < end_day THEN london(end_day) ELSE area_figures.to_at END;
BEGIN
    WITH member AS (
        SELECT p.id, p.kind = 'home' OR coalesce(up.kind = 'home', false) AS is_home
        FROM place_area a JOIN place p ON p.id = a.place_id LEFT JOIN place up ON up.id = p.parent_id
        WHERE a.code = wanted_code AND a.vintage = wanted_vintage AND p.kind NOT IN ('room', 'bin_slot') AND may_see()
    ), part AS (
        SELECT m.id AS root, m.is_home, m.id FROM member m
        UNION ALL
        SELECT m.id, m.is_home, p.id FROM member m JOIN place p ON p.parent_id = m.id AND p.kind IN ('room', 'bin_slot')
    )
    SELECT array_agg(s.id), array_agg(t.root), array_agg(t.is_home), array_agg(s.kind <> 'measurement'),
           array_agg(l.below), array_agg(l.above)
    INTO ids, roots, are_homes, counted, belows, aboves
    FROM part t
    JOIN deployment d ON d.place_id = t.id AND d.from_at < area_figures.to_at
                     AND (d.to_at IS NULL OR d.to_at > area_figures.from_at)
    JOIN datastream s ON s.deployment_id = d.id
    JOIN unnest(wanted, area_figures.below, area_figures.above) AS l (quantity, below, above) ON l.quantity = s.quantity;
    -- EXECUTE, so that it is planned for this many datastreams and this time.
    RETURN QUERY EXECUTE $query$
        WITH stream AS (
            SELECT * FROM unnest($1::int[], $2::text[], $3::boolean[], $4::boolean[], $5::float8[], $6::float8[])
                AS s (id, root, is_home, is_counted, below, above)
        ), part AS (
            SELECT r.datastream_id AS id, sum(r.hours) AS hours, sum(r.hour_sum) AS total, sum(r.below_hours) AS low,
                   sum(r.above_hours) AS high
            FROM reading_day r
            WHERE r.datastream_id = ANY ($1) AND r.day >= $7 AND r.day < $8 AND r.hours > 0
            GROUP BY r.datastream_id
            UNION ALL
            SELECT s.id, count(*), sum(v.value), count(*) FILTER (WHERE v.value < s.below),
                   count(*) FILTER (WHERE v.value > s.above)
            FROM reading_hour r
            JOIN stream s ON s.id = r.datastream_id
            CROSS JOIN LATERAL (SELECT CASE WHEN s.is_counted THEN r.total ELSE coalesce(r.time_mean, r.mean) END) v (value)
            WHERE r.datastream_id = ANY ($1) AND v.value IS NOT NULL
              AND (r.hour >= $9 AND r.hour < $10 OR r.hour >= $11 AND r.hour < $12)
            GROUP BY s.id
        ), series AS (
            SELECT id, sum(hours)::float8 AS hours, sum(total) AS total, sum(low)::float8 AS low, sum(high)::float8 AS high
            FROM part GROUP BY id
        ), one AS (
            SELECT d.quantity, d.unit, s.is_home, s.root, sum(h.total) / sum(h.hours) AS mean,
                   sum(h.low) / sum(h.hours) AS low, sum(h.high) / sum(h.hours) AS high
            FROM series h JOIN stream s USING (id) JOIN datastream d USING (id)
            GROUP BY 1, 2, 3, 4
        ), figure AS (
            SELECT o.quantity, o.unit, o.is_home, count(*) AS places, avg(o.mean) AS mean,
                   percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY o.mean) AS p,
                   avg(o.low) AS low, avg(o.high) AS high
            FROM one o GROUP BY 1, 2, 3
        )
        SELECT f.quantity, f.unit, f.is_home, f.places, f.mean, f.p[1], f.p[2], f.p[3], f.low, f.high
        FROM figure f ORDER BY f.quantity, f.is_home DESC
    $query$ USING ids, roots, are_homes, counted, belows, aboves, first_day, end_day,
                  area_figures.from_at, least(first_at, area_figures.to_at), end_at, area_figures.to_at;
END $$;

-- Whether readings of a time have come in, of anything, that the rollups do not hold yet. They do within minutes.
CREATE FUNCTION rollups_lag(from_at timestamptz, to_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (SELECT below FROM rollup_progress) IS NULL
        OR EXISTS (SELECT FROM rollup_pending p WHERE p.from_at < rollups_lag.to_at AND p.to_at > rollups_lag.from_at)
        OR EXISTS (SELECT FROM batch b CROSS JOIN LATERAL unnest(b.touched_hours) AS t (hour)
                   WHERE b.xid >= (SELECT below FROM rollup_progress)
                     AND t.hour >= date_bin('1 hour', rollups_lag.from_at, '2000-01-01Z') AND t.hour < rollups_lag.to_at)
$$;
REVOKE ALL ON FUNCTION rollups_lag(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rollups_lag(timestamptz, timestamptz) TO hereabouts_api;
