-- Rollups: hours in UTC, and from them civil days of Europe/London. One job writes them (jobs/rollup), on both engines,
-- for the hours that batches say they touched; nothing else does. A row is what a recomputation from `reading` gives.

-- What a datastream takes over from its device's profile. A counter that starts again at a known number (16 or 32 bits)
-- says so. `stands_s`: how long the value of a measurement stands when nothing follows it, three of the intervals that
-- its profile had when the datastream was made; it stays, so that a rollup is the same whenever it is worked out.
ALTER TABLE datastream
    ADD COLUMN modulus float8 CHECK (modulus > 0),
    ADD COLUMN stands_s int CHECK (stands_s > 0);

-- A row has at least one reading. `time_mean` and `stood_s` are NULL but of measurements; `total` is NULL of
-- measurements, and of a counter where no increment can be told (its first reading).
CREATE TABLE reading_hour (
    datastream_id int NOT NULL,
    hour          timestamptz NOT NULL, -- its first instant
    count         int NOT NULL CHECK (count > 0),
    mean          float8 NOT NULL,
    time_mean     float8,               -- of a measurement, weighted by how long each value stood
    min           float8 NOT NULL,
    max           float8 NOT NULL,
    first         float8 NOT NULL,
    last          float8 NOT NULL,
    total         float8,               -- of a delta its sum, of a counter its increments
    sum           float8 NOT NULL,
    stood_s       float8,               -- for how many seconds of the hour a value stood: the weight of time_mean
    last_at       timestamptz,          -- when `last` was read: they stand in for readings that retention took
    PRIMARY KEY (datastream_id, hour)
) PARTITION BY RANGE (hour);

CREATE TABLE reading_day (
    datastream_id int NOT NULL,
    day           date NOT NULL,        -- as Europe/London counts it
    count         int NOT NULL CHECK (count > 0),
    mean          float8 NOT NULL,
    time_mean     float8,
    min           float8 NOT NULL,
    max           float8 NOT NULL,
    first         float8 NOT NULL,
    last          float8 NOT NULL,
    total         float8,
    sum           float8 NOT NULL,
    stood_s       float8,
    PRIMARY KEY (datastream_id, day)
);

-- How far the job has read batches, by their transactions; NULL until it has run (and after a restore: transaction
-- numbers mean nothing on another server). And spans of datastreams, in whole hours, that it has still to work out.
CREATE TABLE rollup_progress (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    below   xid8
);
INSERT INTO rollup_progress DEFAULT VALUES;
CREATE TABLE rollup_pending (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    datastream_id int NOT NULL,
    from_at       timestamptz NOT NULL,
    to_at         timestamptz NOT NULL CHECK (to_at > from_at)
);
CREATE INDEX rollup_pending_datastream ON rollup_pending (datastream_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON reading_hour, reading_day TO hereabouts_jobs;
GRANT SELECT, UPDATE ON rollup_progress TO hereabouts_jobs;
GRANT SELECT, INSERT, DELETE ON rollup_pending TO hereabouts_jobs;
GRANT SELECT ON reading_revision TO hereabouts_jobs;

-- Months of `reading_hour` too, on either engine. Each table has a turn of its own: the job holds its until a run is
-- through, and nobody who stores readings must wait for that.
CREATE OR REPLACE FUNCTION make_partition(parent regclass, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    starts timestamptz := date_trunc('month', at, 'UTC');
    ends   timestamptz := (date_trunc('month', at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
    child  text := parent::text || '_' || to_char(starts AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF parent::text NOT IN ('batch', 'uplink', 'reading', 'reading_hour') THEN
        RAISE EXCEPTION 'no partitions are made of %', parent;
    END IF;
    IF (SELECT relkind <> 'p' FROM pg_class WHERE oid = parent) THEN
        RETURN;
    END IF;
    IF to_regclass(child) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('hereabouts partition'), hashtext(parent::text));
    -- Looked up in the catalogue itself: to_regclass would remember that a moment ago there was none.
    IF EXISTS (SELECT FROM pg_class WHERE relname = child AND relnamespace = 'public'::regnamespace) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING ALL)', child, parent);
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child, starts, ends);
END $$;
GRANT EXECUTE ON FUNCTION make_partition(regclass, timestamptz) TO hereabouts_jobs;

-- What the profile of a deployment's device says of a datastream: by the version its device is pinned to, else the
-- newest. A field whose path captures a channel (`line_{n}`) speaks for all of them.
CREATE FUNCTION profile_says(deployment int, wanted text, of_channel text)
RETURNS TABLE (modulus float8, period_s int, stands_s int) LANGUAGE sql STABLE AS $$
    SELECT f.modulus, f.period_s, 3 * p.interval_s
    FROM deployment d
    JOIN device v ON v.id = d.device_id
    JOIN profile p ON p.id = v.profile_id
    LEFT JOIN profile_version n ON n.profile_id = p.id AND n.version = coalesce(v.decoder_version, p.version)
    CROSS JOIN LATERAL (
        SELECT max((e ->> 'modulus')::float8) AS modulus, max((e ->> 'period_s')::int) AS period_s
        FROM jsonb_array_elements(n.fields) e
        WHERE e ->> 'quantity' = wanted AND (e ->> 'channel' = of_channel OR e ->> 'path' LIKE '%{n}%')
    ) f
    WHERE d.id = deployment
$$;

-- Whoever makes a datastream (ingest, imports, replay) need not know of this.
CREATE FUNCTION follow_profile() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said record;
BEGIN
    SELECT * INTO said FROM profile_says(NEW.deployment_id, NEW.quantity, NEW.channel);
    NEW.modulus := CASE WHEN NEW.kind = 'total_increasing' THEN coalesce(NEW.modulus, said.modulus) END;
    NEW.period_s := coalesce(NEW.period_s, CASE WHEN NEW.kind = 'delta' THEN said.period_s END);
    NEW.stands_s := CASE WHEN NEW.kind = 'measurement' THEN coalesce(NEW.stands_s, said.stands_s) END;
    RETURN NEW;
END $$;
CREATE TRIGGER datastream_follows_profile BEFORE INSERT ON datastream
    FOR EACH ROW EXECUTE FUNCTION follow_profile();

-- Brings datastreams that exist up to what their profiles say now; what that changes is worked out again. A period of
-- which the profile says nothing was stated by an import or by hand, and stays. `migrate` calls this whenever it has
-- written down profiles.
CREATE FUNCTION datastreams_follow_profiles() RETURNS bigint LANGUAGE sql AS $$
    WITH said AS (
        SELECT s.id, CASE WHEN s.kind = 'total_increasing' THEN p.modulus END AS modulus,
               coalesce(CASE WHEN s.kind = 'delta' THEN p.period_s END, s.period_s) AS period_s,
               CASE WHEN s.kind = 'measurement' THEN p.stands_s END AS stands_s
        FROM datastream s
        CROSS JOIN LATERAL profile_says(s.deployment_id, s.quantity, s.channel) p
        WHERE s.kind <> 'measurement' OR s.stands_s IS NULL
    ), changed AS (
        UPDATE datastream s SET modulus = p.modulus, period_s = p.period_s, stands_s = p.stands_s
        FROM said p
        WHERE s.id = p.id
          AND (s.modulus, s.period_s, s.stands_s) IS DISTINCT FROM (p.modulus, p.period_s, p.stands_s)
        RETURNING s.id
    ), again AS (
        INSERT INTO rollup_pending (datastream_id, from_at, to_at)
        SELECT h.datastream_id, min(h.hour), max(h.hour) + interval '1 hour'
        FROM reading_hour h JOIN changed c ON c.id = h.datastream_id
        GROUP BY h.datastream_id ORDER BY h.datastream_id
    )
    SELECT count(*) FROM changed
$$;
REVOKE ALL ON FUNCTION datastreams_follow_profiles() FROM PUBLIC;
SELECT datastreams_follow_profiles();

-- What a counter (`total_increasing`) counted between two readings, the earlier first; NULL where nobody can say.
-- Not less than before: the difference. Less by more than half of the modulus: it rolled over, so it went on to the
-- modulus and from 0 on. Less otherwise: it was reset (new battery, power cut) and has counted `after` since; what it
-- counted before the reset is lost, so this is the least that passed. Not a reading of such a counter: NULL.
-- Source: a counter of N bits follows 2**N - 1 with 0 (RFC 2578, section 7.1.6, of Counter32); without a modulus any
-- decrease is a reset, as Prometheus' increase() takes it. Half the modulus as the border between the two is ours.
CREATE FUNCTION counter_increment(before float8, after float8, modulus float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN (before >= 0 AND after >= 0 AND before < 'infinity' AND after < 'infinity') IS NOT TRUE THEN NULL
        WHEN before >= modulus OR after >= modulus THEN NULL
        WHEN after >= before THEN after - before
        WHEN before - after > modulus / 2 THEN modulus - before + after
        ELSE after
    END
$$;

-- The first hour from which on the raw readings of datastreams are whole: retention may have taken any before it
-- (`retention.before`, migration 0017). Hours before it are never worked out again, and are read as they stand.
-- plpgsql, as that table is made later; the owner's rights, so that nobody takes a home that he may not see for none.
CREATE FUNCTION whole_since(wanted int[]) RETURNS TABLE (datastream_id int, at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    of_homes timestamptz := coalesce((SELECT r.before FROM retention r WHERE r.class = 'home_readings'), '-infinity');
    of_others timestamptz := coalesce((SELECT r.before FROM retention r WHERE r.class = 'public_readings'), '-infinity');
BEGIN
    of_homes := date_bin('1 hour', of_homes + interval '1 hour' - interval '1 microsecond', '2000-01-01T00:00:00Z');
    of_others := date_bin('1 hour', of_others + interval '1 hour' - interval '1 microsecond', '2000-01-01T00:00:00Z');
    RETURN QUERY
    WITH RECURSIVE up (id, place_id) AS (
        SELECT s.id, d.place_id FROM datastream s JOIN deployment d ON d.id = s.deployment_id WHERE s.id = ANY (wanted)
        UNION
        SELECT u.id, p.parent_id FROM up u JOIN place p ON p.id = u.place_id WHERE p.parent_id IS NOT NULL
    )
    SELECT u.id, CASE WHEN bool_or(p.kind = 'home') THEN of_homes ELSE of_others END
    FROM up u JOIN place p ON p.id = u.place_id GROUP BY u.id;
END $$;

-- Readings of spans of datastreams in slots of a fixed width, aligned to 2000-01-01T00:00Z: the one place that says what
-- a rollup is. Each span is looked at with the last reading before it: an increment of a counter belongs to the later
-- reading's slot, and a measurement's value stands on into the next slot. A value stands until the next reading, at
-- most `stands_s` seconds, and never beyond its slot or its span. Sums run in order of time, so that they come out
-- the same to the last bit whoever asks. Spans begin where readings are whole; there, the last reading before is the
-- last of the newest hour that was kept.
CREATE FUNCTION raw_slots(width interval, ids int[], froms timestamptz[], tos timestamptz[])
RETURNS TABLE (datastream_id int, slot timestamptz, count int, sum float8, time_mean float8, stood_s float8,
               min float8, max float8, first float8, last float8, last_at timestamptz, total float8)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
    since timestamptz := greatest((SELECT min(f) FROM unnest(froms) AS f), '1900-01-01Z'); -- finite, for the planner
    until timestamptz := least((SELECT max(t) FROM unnest(tos) AS t), '9000-01-01Z');
BEGIN
    RETURN QUERY
    WITH span AS MATERIALIZED (
        SELECT u.n, u.id, greatest(u.from_at, w.at) AS from_at, u.to_at, w.at AS whole, s.kind, s.modulus,
               s.stands_s * interval '1 second' AS stands
        FROM unnest(ids, froms, tos) WITH ORDINALITY AS u (id, from_at, to_at, n) JOIN datastream s ON s.id = u.id
        JOIN whole_since(ids) w ON w.datastream_id = u.id AND w.at < u.to_at
    ), found AS (
        SELECT s.n, r.time, r.value
        FROM span s CROSS JOIN LATERAL (
            SELECT reading.time, reading.value FROM reading
            WHERE reading.datastream_id = s.id AND reading.time >= s.from_at AND reading.time < s.to_at
              AND reading.time >= since AND reading.time < until
        ) r
        UNION ALL
        SELECT s.n, coalesce(near.time, far.time, kept.last_at), coalesce(near.value, far.value, kept.last)
        FROM span s
        LEFT JOIN LATERAL (
            SELECT reading.time, reading.value FROM reading
            WHERE reading.datastream_id = s.id AND reading.time < s.from_at AND reading.time < until
              AND reading.time >= s.whole
              AND reading.time > CASE s.kind WHEN 'measurement' THEN s.from_at - s.stands ELSE '-infinity' END
              AND reading.time >= since - interval '2 days'
            ORDER BY reading.time DESC LIMIT 1
        ) near ON true
        LEFT JOIN LATERAL (
            SELECT reading.time, reading.value FROM reading
            WHERE near.time IS NULL AND reading.datastream_id = s.id AND reading.time < since - interval '2 days'
              AND reading.time > CASE s.kind WHEN 'measurement' THEN s.from_at - s.stands ELSE '-infinity' END
              AND reading.time >= s.whole
            ORDER BY reading.time DESC LIMIT 1
        ) far ON true
        LEFT JOIN LATERAL (
            SELECT h.last_at, h.last FROM reading_hour h
            WHERE near.time IS NULL AND far.time IS NULL AND h.datastream_id = s.id AND h.hour < s.whole
            ORDER BY h.hour DESC LIMIT 1
        ) kept ON true
        WHERE s.kind <> 'delta' AND coalesce(near.time, far.time, kept.last_at) IS NOT NULL
    ), neighbours AS (
        SELECT f.n, f.time, f.value, date_bin(width, f.time, '2000-01-01T00:00:00Z') AS slot,
               lag(f.time) OVER w AS prior_at, lag(f.value) OVER w AS prior, lead(f.time) OVER w AS next_at
        FROM found f WINDOW w AS (PARTITION BY f.n ORDER BY f.time)
    ), step AS (
        SELECT s.id, s.kind, n.slot, n.time, n.value, n.prior,
               (n.prior_at >= greatest(n.slot, s.from_at)) IS NOT TRUE AS is_first,
               (n.next_at < n.slot + width) IS NOT TRUE AS is_last,
               CASE s.kind WHEN 'total_increasing' THEN counter_increment(n.prior, n.value, s.modulus)
                           WHEN 'delta' THEN n.value END AS added,
               CASE s.kind WHEN 'measurement' THEN
                   date_part('epoch', least(n.next_at, n.slot + width, s.to_at, n.time + s.stands) - n.time)
               END AS stood,
               CASE WHEN s.kind = 'measurement' AND n.prior_at < greatest(n.slot, s.from_at)
                         AND n.prior_at + s.stands > greatest(n.slot, s.from_at) THEN
                   date_part('epoch', least(n.time, n.prior_at + s.stands) - greatest(n.slot, s.from_at))
               ELSE 0 END AS carried
        FROM neighbours n JOIN span s ON s.n = n.n
        WHERE n.time >= s.from_at
    )
    SELECT s.id, s.slot, count(*)::int, sum(s.value ORDER BY s.time),
           sum(s.stood * s.value + CASE WHEN s.carried > 0 THEN s.carried * s.prior ELSE 0 END ORDER BY s.time)
               / sum(s.stood + s.carried ORDER BY s.time),
           sum(s.stood + s.carried ORDER BY s.time),
           min(s.value), max(s.value), min(s.value) FILTER (WHERE s.is_first), min(s.value) FILTER (WHERE s.is_last),
           max(s.time), sum(s.added ORDER BY s.time)
    FROM step s
    GROUP BY s.id, s.slot;
END $$;

-- Spans, with the hour of the first reading after each: that reading's increment, and what is carried into its hour,
-- hang on what came before it. Each datastream's spans as one multirange, as far as its readings are whole.
CREATE FUNCTION with_successors(ids int[], froms timestamptz[], tos timestamptz[])
RETURNS TABLE (datastream_id int, spans tstzmultirange)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
    since timestamptz := (SELECT min(t) FROM unnest(tos) AS t);
    until timestamptz := least((SELECT max(t) FROM unnest(tos) AS t), '9000-01-01Z') + interval '2 days';
BEGIN
    RETURN QUERY
    WITH merged AS (
        SELECT u.id, range_agg(tstzrange(u.from_at, u.to_at)) AS spans
        FROM unnest(ids, froms, tos) AS u (id, from_at, to_at) GROUP BY u.id
    ), span AS MATERIALIZED (
        SELECT m.id, u.span, upper(u.span) AS to_at, s.kind, s.stands_s * interval '1 second' AS stands, w.at AS whole
        FROM merged m JOIN datastream s ON s.id = m.id JOIN whole_since(ids) w ON w.datastream_id = m.id
        CROSS JOIN LATERAL unnest(m.spans) AS u (span)
    ), every AS (
        SELECT s.id, s.whole, s.span FROM span s
        UNION ALL
        SELECT s.id, s.whole, tstzrange(h.hour, h.hour + interval '1 hour')
        FROM span s
        LEFT JOIN LATERAL (
            SELECT reading.time FROM reading
            WHERE reading.datastream_id = s.id AND reading.time >= greatest(s.to_at, s.whole) AND reading.time >= since
              AND reading.time < CASE s.kind WHEN 'measurement' THEN s.to_at + s.stands ELSE 'infinity' END
              AND reading.time < until
            ORDER BY reading.time LIMIT 1
        ) near ON true
        LEFT JOIN LATERAL (
            SELECT reading.time FROM reading
            WHERE near.time IS NULL AND reading.datastream_id = s.id AND reading.time >= until
              AND reading.time >= s.whole
              AND reading.time < CASE s.kind WHEN 'measurement' THEN s.to_at + s.stands ELSE 'infinity' END
            ORDER BY reading.time LIMIT 1
        ) far ON true
        CROSS JOIN LATERAL (
            SELECT date_bin('1 hour', coalesce(near.time, far.time), '2000-01-01T00:00:00Z')
        ) AS h (hour)
        WHERE s.kind <> 'delta' AND h.hour IS NOT NULL
    )
    SELECT e.id, range_agg(e.span) * tstzmultirange(tstzrange(e.whole, NULL)) FROM every e GROUP BY e.id, e.whole;
END $$;

-- What of these datastreams is not rolled up as it stands: what the job has noted and not worked out yet, and what
-- batches touched that it has not read. Everything, until it has run; but only where readings are whole.
CREATE FUNCTION not_rolled_up(wanted int[]) RETURNS TABLE (datastream_id int, spans tstzmultirange)
LANGUAGE sql STABLE AS $$
    WITH touched AS (
        SELECT p.datastream_id AS id, p.from_at, p.to_at FROM rollup_pending p WHERE p.datastream_id = ANY (wanted)
        UNION ALL
        SELECT t.id, t.hour, t.hour + interval '1 hour'
        FROM batch b CROSS JOIN LATERAL unnest(b.touched_datastreams, b.touched_hours) AS t (id, hour)
        WHERE b.xid >= (SELECT below FROM rollup_progress) AND t.id = ANY (wanted)
    ), spans AS (
        SELECT array_agg(id) AS ids, array_agg(from_at) AS froms, array_agg(to_at) AS tos FROM touched
    )
    SELECT w.* FROM spans s CROSS JOIN LATERAL with_successors(s.ids, s.froms, s.tos) w
    WHERE (SELECT below FROM rollup_progress) IS NOT NULL
    UNION ALL
    SELECT w.datastream_id, tstzmultirange(tstzrange(w.at, 'infinity')) FROM whole_since(wanted) w
    WHERE (SELECT below FROM rollup_progress) IS NULL
$$;

-- Hours of datastreams over a time: rolled up where they are, from raw readings where they are not and where the time
-- begins or ends within an hour. Both give the same. Where readings are not whole any more, all are as they stand, and
-- an hour within which the time begins or ends is told whole.
CREATE FUNCTION hours_over(wanted int[], from_at timestamptz, to_at timestamptz)
RETURNS TABLE (datastream_id int, slot timestamptz, count int, sum float8, time_mean float8, stood_s float8,
               min float8, max float8, first float8, last float8, total float8)
LANGUAGE sql STABLE AS $$
    WITH edge AS MATERIALIZED (
        SELECT date_bin('1 hour', from_at + interval '1 hour' - interval '1 microsecond', '2000-01-01T00:00:00Z') AS first,
               date_bin('1 hour', to_at, '2000-01-01T00:00:00Z') AS last
    ), stale AS MATERIALIZED (
        SELECT w.datastream_id AS id, (coalesce(s.spans, '{}') + CASE
                   WHEN e.first < e.last THEN tstzmultirange(tstzrange('-infinity', e.first), tstzrange(e.last, NULL))
                   ELSE tstzmultirange(tstzrange('-infinity', NULL)) END) * tstzmultirange(tstzrange(w.at, NULL)) AS spans
        FROM whole_since(wanted) w CROSS JOIN edge e
        LEFT JOIN not_rolled_up(wanted) s ON s.datastream_id = w.datastream_id
    ), part AS (
        SELECT array_agg(s.id) AS ids, array_agg(lower(u.span)) AS froms, array_agg(upper(u.span)) AS tos
        FROM stale s CROSS JOIN LATERAL unnest(s.spans * tstzmultirange(tstzrange(from_at, to_at))) AS u (span)
    )
    SELECT h.datastream_id, h.hour, h.count, h.sum, h.time_mean, h.stood_s, h.min, h.max, h.first, h.last, h.total
    FROM reading_hour h JOIN stale s ON s.id = h.datastream_id
    WHERE h.datastream_id = ANY (wanted) AND h.hour > from_at - interval '1 hour' AND h.hour < to_at
      AND NOT s.spans @> h.hour
    UNION ALL
    SELECT r.datastream_id, r.slot, r.count, r.sum, r.time_mean, r.stood_s, r.min, r.max, r.first, r.last, r.total
    FROM part p CROSS JOIN LATERAL raw_slots('1 hour', p.ids, p.froms, p.tos) r
$$;

-- The first instant of a civil day.
CREATE FUNCTION london(day date) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT day::timestamp AT TIME ZONE 'Europe/London' $$;

-- Civil days likewise; `slot` is a day's first instant. A day of which any hour is not rolled up is read from its raw
-- readings, but for hours in which those are not whole: of a day across that border they come from what stands.
CREATE FUNCTION days_over(wanted int[], from_at timestamptz, to_at timestamptz)
RETURNS TABLE (datastream_id int, slot timestamptz, count int, sum float8, time_mean float8, stood_s float8,
               min float8, max float8, first float8, last float8, total float8)
LANGUAGE sql STABLE AS $$
    WITH edge AS MATERIALIZED (
        SELECT whole.first, whole.last, london(whole.first) AS first_at, london(whole.last) AS last_at
        FROM (SELECT day + (london(day) < from_at)::int AS first, (to_at AT TIME ZONE 'Europe/London')::date AS last
              FROM (SELECT (from_at AT TIME ZONE 'Europe/London')::date) AS d (day)) whole
    ), stale_day AS (
        SELECT n.datastream_id AS id, range_agg(tstzrange(
                   london((lower(u.span) AT TIME ZONE 'Europe/London')::date),
                   london(((upper(u.span) - interval '1 microsecond') AT TIME ZONE 'Europe/London')::date + 1))) AS spans
        FROM not_rolled_up(wanted) n CROSS JOIN LATERAL unnest(n.spans) AS u (span)
        GROUP BY n.datastream_id
    ), stale AS MATERIALIZED (
        SELECT w.datastream_id AS id, w.at AS whole, coalesce(s.spans, '{}') + CASE
                   WHEN e.first < e.last
                   THEN tstzmultirange(tstzrange('-infinity', e.first_at), tstzrange(e.last_at, NULL))
                   ELSE tstzmultirange(tstzrange('-infinity', NULL)) END AS spans
        FROM whole_since(wanted) w CROSS JOIN edge e LEFT JOIN stale_day s ON s.id = w.datastream_id
    ), part AS (
        SELECT array_agg(s.id) AS ids, array_agg(lower(u.span)) AS froms, array_agg(upper(u.span)) AS tos
        FROM stale s CROSS JOIN LATERAL unnest(s.spans * tstzmultirange(tstzrange(from_at, to_at))) AS u (span)
    ), hour AS (
        SELECT r.datastream_id, r.slot, r.count, r.sum, r.time_mean, r.stood_s, r.min, r.max, r.first, r.last, r.total
        FROM part p CROSS JOIN LATERAL raw_slots('1 hour', p.ids, p.froms, p.tos) r
        UNION ALL
        SELECT h.datastream_id, h.hour, h.count, h.sum, h.time_mean, h.stood_s, h.min, h.max, h.first, h.last, h.total
        FROM stale s JOIN reading_hour h ON h.datastream_id = s.id
        WHERE h.datastream_id = ANY (wanted) AND h.hour > from_at - interval '1 hour' AND h.hour < to_at
          AND h.hour < s.whole AND s.spans @> h.hour
    )
    SELECT d.datastream_id, london(d.day), d.count, d.sum, d.time_mean, d.stood_s, d.min, d.max, d.first, d.last, d.total
    FROM reading_day d JOIN stale s ON s.id = d.datastream_id
    WHERE d.datastream_id = ANY (wanted) AND d.day >= (SELECT e.first FROM edge e) AND d.day < (SELECT e.last FROM edge e)
      AND NOT s.spans @> london(d.day)
    UNION ALL
    SELECT r.datastream_id, london((r.slot AT TIME ZONE 'Europe/London')::date) AS day, sum(r.count)::int,
           sum(r.sum ORDER BY r.slot), sum(r.time_mean * r.stood_s ORDER BY r.slot) / sum(r.stood_s ORDER BY r.slot),
           sum(r.stood_s ORDER BY r.slot), min(r.min), max(r.max),
           (array_agg(r.first ORDER BY r.slot))[1], (array_agg(r.last ORDER BY r.slot DESC))[1],
           sum(r.total ORDER BY r.slot)
    FROM hour r
    GROUP BY r.datastream_id, day
$$;

-- Buckets of fixed width, aligned to 2000-01-01T00:00Z: of whole hours from hours, of other widths from raw readings
-- where those are whole.
DROP FUNCTION reading_buckets(int[], timestamptz, timestamptz, interval, timestamptz, int, int);
CREATE FUNCTION reading_buckets(wanted int[], from_at timestamptz, to_at timestamptz, width interval,
                                after_bucket timestamptz, after_datastream int, most int)
RETURNS TABLE (bucket timestamptz, datastream_id int, count bigint, mean float8, min float8, max float8, sum float8,
               time_mean float8, total float8)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    ids   int[] := visible_datastreams(wanted);
    since timestamptz := least(greatest(from_at, after_bucket), to_at);
BEGIN
    IF mod(extract(epoch FROM width), 3600) = 0 THEN
        RETURN QUERY
        SELECT b.* FROM (
            SELECT date_bin(width, h.slot, '2000-01-01T00:00:00Z') AS start, h.datastream_id AS stream,
                   sum(h.count), sum(h.sum ORDER BY h.slot) / sum(h.count), min(h.min), max(h.max),
                   sum(h.sum ORDER BY h.slot),
                   sum(h.time_mean * h.stood_s ORDER BY h.slot) / sum(h.stood_s ORDER BY h.slot),
                   sum(h.total ORDER BY h.slot)
            FROM hours_over(ids, since, to_at) h GROUP BY start, stream
        ) b
        WHERE after_bucket IS NULL OR (b.start, b.stream) > (after_bucket, after_datastream)
        ORDER BY b.start, b.stream
        LIMIT most;
    ELSE
        RETURN QUERY
        SELECT r.slot, r.datastream_id, r.count::bigint, r.sum / r.count, r.min, r.max, r.sum, r.time_mean, r.total
        FROM raw_slots(width, ids, array_fill(since, ARRAY[cardinality(ids)]), array_fill(to_at, ARRAY[cardinality(ids)])) r
        WHERE after_bucket IS NULL OR (r.slot, r.datastream_id) > (after_bucket, after_datastream)
        ORDER BY r.slot, r.datastream_id
        LIMIT most;
    END IF;
END $$;

-- Buckets of civil days, weeks or months of Europe/London, from days.
DROP FUNCTION reading_civil_buckets(int[], timestamptz, timestamptz, text, timestamptz, int, int);
CREATE FUNCTION reading_civil_buckets(wanted int[], from_at timestamptz, to_at timestamptz, field text,
                                      after_bucket timestamptz, after_datastream int, most int)
RETURNS TABLE (bucket timestamptz, datastream_id int, count bigint, mean float8, min float8, max float8, sum float8,
               time_mean float8, total float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.* FROM (
        SELECT date_trunc(field, d.slot, 'Europe/London') AS start, d.datastream_id AS stream,
               sum(d.count), sum(d.sum ORDER BY d.slot) / sum(d.count), min(d.min), max(d.max),
               sum(d.sum ORDER BY d.slot),
               sum(d.time_mean * d.stood_s ORDER BY d.slot) / sum(d.stood_s ORDER BY d.slot),
               sum(d.total ORDER BY d.slot)
        FROM days_over(visible_datastreams(wanted), least(greatest(from_at, after_bucket), to_at), to_at) d
        GROUP BY start, stream
    ) b
    WHERE after_bucket IS NULL OR (b.start, b.stream) > (after_bucket, after_datastream)
    ORDER BY b.start, b.stream
    LIMIT most
$$;

-- People over each counting line, hour by hour, as the job has rolled them up. A counter that tells a total and a count
-- a period is believed by its total: that survives lost messages. Several devices on one line add up.
CREATE VIEW footfall_hour AS
    WITH told AS (
        SELECT d.id AS deployment_id, d.place_id, s.channel, h.hour, split_part(s.quantity, '_', 2) AS direction,
               coalesce(max(h.total) FILTER (WHERE s.kind = 'total_increasing'),
                        max(h.total) FILTER (WHERE s.kind = 'delta')) AS people
        FROM place p
        JOIN deployment d ON d.place_id = p.id
        JOIN datastream s ON s.deployment_id = d.id
            AND s.quantity IN ('people_in', 'people_in_total', 'people_out', 'people_out_total')
        JOIN reading_hour h ON h.datastream_id = s.id
        WHERE p.kind = 'counting_line'
        GROUP BY d.id, s.channel, h.hour, direction
    )
    SELECT place_id, channel, hour, sum(people) FILTER (WHERE direction = 'in') AS people_in,
           sum(people) FILTER (WHERE direction = 'out') AS people_out
    FROM told GROUP BY place_id, channel, hour;
GRANT SELECT ON footfall_hour TO hereabouts_jobs;

REVOKE ALL ON FUNCTION whole_since(int[]), raw_slots(interval, int[], timestamptz[], timestamptz[]),
    with_successors(int[], timestamptz[], timestamptz[]), not_rolled_up(int[]),
    hours_over(int[], timestamptz, timestamptz), days_over(int[], timestamptz, timestamptz),
    reading_buckets(int[], timestamptz, timestamptz, interval, timestamptz, int, int),
    reading_civil_buckets(int[], timestamptz, timestamptz, text, timestamptz, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION whole_since(int[]), raw_slots(interval, int[], timestamptz[], timestamptz[]),
    with_successors(int[], timestamptz[], timestamptz[]), not_rolled_up(int[]),
    hours_over(int[], timestamptz, timestamptz) TO hereabouts_jobs;
GRANT EXECUTE ON FUNCTION reading_buckets(int[], timestamptz, timestamptz, interval, timestamptz, int, int),
    reading_civil_buckets(int[], timestamptz, timestamptz, text, timestamptz, int, int) TO hereabouts_api;
