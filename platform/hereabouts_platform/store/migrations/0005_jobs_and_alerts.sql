-- Who reads readings and how; jobs, their runs, and the alerts they raise.

GRANT SELECT, INSERT ON reading TO hereabouts_ingest;
GRANT SELECT ON reading TO hereabouts_jobs;

-- The api role has no right on `reading`, `latest`, `batch` or `tenancy`. It reads through these functions, which run
-- with the owner's rights and hold every datastream asked for against the same `may_see()` that the policies use.
CREATE FUNCTION readings_of(wanted int[], from_at timestamptz, to_at timestamptz,
                            after_time timestamptz, after_datastream int, most int)
RETURNS TABLE (datastream_id int, "time" timestamptz, value float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.datastream_id, r.time, r.value FROM reading r
    WHERE may_see() AND r.datastream_id = ANY (wanted) AND r.time >= from_at AND r.time < to_at
      AND (after_time IS NULL OR (r.time, r.datastream_id) > (after_time, after_datastream))
    ORDER BY r.time, r.datastream_id
    LIMIT most
$$;

-- Buckets of fixed width, aligned to UTC midnight.
CREATE FUNCTION reading_buckets(wanted int[], from_at timestamptz, to_at timestamptz, width interval)
RETURNS TABLE (bucket timestamptz, datastream_id int, count bigint, mean float8, min float8, max float8, sum float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT date_bin(width, r.time, '2000-01-01T00:00:00Z'), r.datastream_id,
           count(*), avg(r.value), min(r.value), max(r.value), sum(r.value)
    FROM reading r
    WHERE may_see() AND r.datastream_id = ANY (wanted) AND r.time >= from_at AND r.time < to_at
    GROUP BY 1, 2 ORDER BY 1, 2
$$;

-- Buckets of civil days, weeks or months of Europe/London.
CREATE FUNCTION reading_civil_buckets(wanted int[], from_at timestamptz, to_at timestamptz, field text)
RETURNS TABLE (bucket timestamptz, datastream_id int, count bigint, mean float8, min float8, max float8, sum float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT date_trunc(field, r.time, 'Europe/London'), r.datastream_id,
           count(*), avg(r.value), min(r.value), max(r.value), sum(r.value)
    FROM reading r
    WHERE may_see() AND r.datastream_id = ANY (wanted) AND r.time >= from_at AND r.time < to_at
    GROUP BY 1, 2 ORDER BY 1, 2
$$;

CREATE FUNCTION latest_of(wanted int[])
RETURNS TABLE (datastream_id int, "time" timestamptz, value float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.datastream_id, l.time, l.value FROM latest l WHERE may_see() AND l.datastream_id = ANY (wanted)
$$;

REVOKE ALL ON FUNCTION readings_of(int[], timestamptz, timestamptz, timestamptz, int, int),
    reading_buckets(int[], timestamptz, timestamptz, interval),
    reading_civil_buckets(int[], timestamptz, timestamptz, text), latest_of(int[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION readings_of(int[], timestamptz, timestamptz, timestamptz, int, int),
    reading_buckets(int[], timestamptz, timestamptz, interval),
    reading_civil_buckets(int[], timestamptz, timestamptz, text), latest_of(int[]) TO hereabouts_api;

CREATE TABLE job_run (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job         text NOT NULL,
    window_at   timestamptz NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    state       text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    detail      jsonb NOT NULL DEFAULT '{}',
    principal_id int NOT NULL REFERENCES principal DEFAULT current_principal(),
    UNIQUE (job, window_at)
);

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
