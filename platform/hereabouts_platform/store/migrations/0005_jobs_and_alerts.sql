-- Who reads readings and how; jobs, their runs, and the alerts they raise.

GRANT SELECT, INSERT ON reading TO hereabouts_ingest;
GRANT SELECT ON reading TO hereabouts_jobs;

-- The api role has no right on `reading`, `latest`, `batch` or `tenancy`. It reads through the functions below, which run
-- with the owner's rights, and so past the policy of `datastream`: they read only what this one lets through, by the
-- same `may_see()` that the policies use. A narrower right is told here and in the policies, nowhere else.
CREATE FUNCTION visible_datastreams(wanted int[]) RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
    $$ SELECT coalesce(array_agg(id), '{}') FROM datastream WHERE id = ANY (wanted) AND may_see() $$;
REVOKE ALL ON FUNCTION visible_datastreams(int[]) FROM PUBLIC;

-- Readings in order of time and datastream, after a cursor. Each datastream gives at most `most`, straight from the key.
CREATE FUNCTION readings_of(wanted int[], from_at timestamptz, to_at timestamptz,
                            after_time timestamptz, after_datastream int, most int)
RETURNS TABLE (datastream_id int, "time" timestamptz, value float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, r.time, r.value
    FROM unnest(visible_datastreams(wanted)) AS d (id) CROSS JOIN LATERAL (
        SELECT reading.time, reading.value FROM reading
        WHERE reading.datastream_id = d.id AND reading.time < to_at
          AND reading.time >= greatest(from_at, CASE WHEN d.id > after_datastream THEN after_time
                                                     ELSE after_time + interval '1 microsecond' END)
        ORDER BY reading.time LIMIT most
    ) r
    ORDER BY r.time, d.id
    LIMIT most
$$;

-- Buckets of fixed width, aligned to 2000-01-01T00:00Z (so to UTC midnight where the width divides a day).
CREATE FUNCTION reading_buckets(wanted int[], from_at timestamptz, to_at timestamptz, width interval,
                                after_bucket timestamptz, after_datastream int, most int)
RETURNS TABLE (bucket timestamptz, datastream_id int, count bigint, mean float8, min float8, max float8, sum float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.* FROM (
        SELECT date_bin(width, r.time, '2000-01-01T00:00:00Z') AS start, r.datastream_id AS stream,
               count(*), avg(r.value), min(r.value), max(r.value), sum(r.value)
        FROM reading r
        WHERE r.datastream_id = ANY (visible_datastreams(wanted))
          AND r.time >= greatest(from_at, after_bucket) AND r.time < to_at
        GROUP BY 1, 2
    ) b
    WHERE after_bucket IS NULL OR (b.start, b.stream) > (after_bucket, after_datastream)
    ORDER BY b.start, b.stream
    LIMIT most
$$;

-- Buckets of civil days, weeks or months of Europe/London.
CREATE FUNCTION reading_civil_buckets(wanted int[], from_at timestamptz, to_at timestamptz, field text,
                                      after_bucket timestamptz, after_datastream int, most int)
RETURNS TABLE (bucket timestamptz, datastream_id int, count bigint, mean float8, min float8, max float8, sum float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.* FROM (
        SELECT date_trunc(field, r.time, 'Europe/London') AS start, r.datastream_id AS stream,
               count(*), avg(r.value), min(r.value), max(r.value), sum(r.value)
        FROM reading r
        WHERE r.datastream_id = ANY (visible_datastreams(wanted))
          AND r.time >= greatest(from_at, after_bucket) AND r.time < to_at
        GROUP BY 1, 2
    ) b
    WHERE after_bucket IS NULL OR (b.start, b.stream) > (after_bucket, after_datastream)
    ORDER BY b.start, b.stream
    LIMIT most
$$;

CREATE FUNCTION latest_of(wanted int[])
RETURNS TABLE (datastream_id int, "time" timestamptz, value float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.datastream_id, l.time, l.value FROM latest l WHERE l.datastream_id = ANY (visible_datastreams(wanted))
$$;

REVOKE ALL ON FUNCTION readings_of(int[], timestamptz, timestamptz, timestamptz, int, int),
    reading_buckets(int[], timestamptz, timestamptz, interval, timestamptz, int, int),
    reading_civil_buckets(int[], timestamptz, timestamptz, text, timestamptz, int, int), latest_of(int[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION readings_of(int[], timestamptz, timestamptz, timestamptz, int, int),
    reading_buckets(int[], timestamptz, timestamptz, interval, timestamptz, int, int),
    reading_civil_buckets(int[], timestamptz, timestamptz, text, timestamptz, int, int), latest_of(int[]) TO hereabouts_api;

-- One run of a job for one window. Its effects commit in the transaction that marks it done.
CREATE TABLE job_run (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job         text NOT NULL,
    window_at   timestamptz NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    by_hand     boolean NOT NULL DEFAULT false,
    state       text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    detail      jsonb NOT NULL DEFAULT '{}',
    principal_id int NOT NULL REFERENCES principal DEFAULT current_principal()
);
-- Once a window, however many schedulers there are; runs that somebody asked for stand beside them.
CREATE UNIQUE INDEX job_run_once ON job_run (job, window_at) WHERE NOT by_hand;
CREATE INDEX job_run_newest ON job_run (job, window_at);

CREATE TABLE alert (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject_kind text NOT NULL CHECK (subject_kind IN ('place', 'device', 'source', 'job')),
    subject_id   text NOT NULL,
    place_id     text REFERENCES place,
    hazard       text NOT NULL,
    level        text NOT NULL CHECK (level IN ('watch', 'act', 'urgent')),
    reason       text NOT NULL,
    evidence     jsonb NOT NULL,
    rule         text NOT NULL,
    rule_version text NOT NULL,
    opened_at    timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    cleared_at   timestamptz CHECK (cleared_at >= opened_at),
    changed_by   int NOT NULL REFERENCES principal DEFAULT current_principal(),
    CHECK ((subject_kind = 'place') = (place_id IS NOT NULL))
);
CREATE UNIQUE INDEX alert_one_open ON alert (subject_kind, subject_id, hazard) WHERE cleared_at IS NULL;
CREATE INDEX alert_place ON alert (place_id);

ALTER TABLE alert ENABLE ROW LEVEL SECURITY;
CREATE POLICY alert_seen ON alert FOR SELECT TO hereabouts_api USING (may_see());
CREATE POLICY alert_jobs ON alert TO hereabouts_jobs USING (true) WITH CHECK (true);

GRANT SELECT ON alert, job_run TO hereabouts_api;
GRANT SELECT, INSERT, UPDATE ON alert, job_run TO hereabouts_jobs;
