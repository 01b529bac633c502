-- Retention: how long each class of data is kept, and the only ways to let go of it. Deleting is the owner's right; the
-- jobs role calls the functions below, which take nothing younger than what `retention.before` says.

-- One row a class. `keep` is how long, in the operator's words ('25 months', 'forever'), and since when that stands.
-- `before`: what is older than this may be gone. It only moves forward. Whoever computes from readings reads it here,
-- FOR SHARE, and computes no hour before it anew: half of it may be gone, and its rollup is all that is left.
-- `deleted`: rows let go of so far, counted in the transaction of each deletion; `told`: how many of them the audit knows.
CREATE TABLE retention (
    class      text PRIMARY KEY,
    keep       text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by int NOT NULL REFERENCES principal DEFAULT current_principal(),
    before     timestamptz,
    deleted    bigint NOT NULL DEFAULT 0,
    told       bigint NOT NULL DEFAULT 0,
    CHECK (told <= deleted)
);
GRANT SELECT ON retention TO hereabouts_ingest, hereabouts_jobs, hereabouts_api;
GRANT INSERT (class, keep), UPDATE (keep, changed_at, changed_by, told) ON retention TO hereabouts_jobs;

-- Datastreams of homes: at a home, or at a place inside one.
CREATE VIEW home_datastream AS
    WITH RECURSIVE inside (id) AS (
        SELECT id FROM place WHERE kind = 'home'
        UNION
        SELECT p.id FROM place p JOIN inside i ON p.parent_id = i.id
    )
    SELECT s.id FROM datastream s JOIN deployment d ON d.id = s.deployment_id JOIN inside i ON i.id = d.place_id;

-- What each class is made of, in one place for the report and for the deletions: `aged` is the age of a row, `due` the
-- rows to go at $1, `held` those old enough that stay nevertheless. `at_least`: nobody may be made to keep it for less.
CREATE FUNCTION retention_parts()
RETURNS TABLE (class text, part regclass, aged text, due text, held text, at_least interval)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT v.class, v.part::regclass, v.aged, v.due, v.held, v.at_least::interval FROM (VALUES
        ('home_readings', 'reading', 'time', 'time < $1 AND datastream_id IN (SELECT id FROM home_datastream)',
         'false', '60 days'),
        ('home_readings', 'reading_revision', 'time',
         'time < $1 AND datastream_id IN (SELECT id FROM home_datastream)', 'false', '60 days'),
        ('home_readings', 'latest', 'time', 'time < $1 AND datastream_id IN (SELECT id FROM home_datastream)',
         'false', '60 days'),
        ('public_readings', 'reading', 'time', 'time < $1 AND datastream_id NOT IN (SELECT id FROM home_datastream)',
         'false', '60 days'),
        ('public_readings', 'reading_revision', 'time',
         'time < $1 AND datastream_id NOT IN (SELECT id FROM home_datastream)', 'false', '60 days'),
        ('public_readings', 'latest', 'time', 'time < $1 AND datastream_id NOT IN (SELECT id FROM home_datastream)',
         'false', '60 days'),
        ('home_rollups', 'reading_hour', 'hour', 'hour < $1 AND datastream_id IN (SELECT id FROM home_datastream)',
         'false', '60 days'),
        ('home_rollups', 'reading_day', 'day::timestamp AT TIME ZONE ''Europe/London''',
         'day < ($1 AT TIME ZONE ''Europe/London'')::date AND datastream_id IN (SELECT id FROM home_datastream)',
         'false', '60 days'),
        ('public_rollups', 'reading_hour', 'hour',
         'hour < $1 AND datastream_id NOT IN (SELECT id FROM home_datastream)', 'false', '60 days'),
        ('public_rollups', 'reading_day', 'day::timestamp AT TIME ZONE ''Europe/London''',
         'day < ($1 AT TIME ZONE ''Europe/London'')::date AND datastream_id NOT IN (SELECT id FROM home_datastream)',
         'false', '60 days'),
        ('raw_batches', 'batch', 'received_at', 'received_at < $1', 'false', '60 days'),
        ('raw_batches', 'uplink', 'received_at', 'received_at < $1', 'false', '60 days'),
        ('raw_batches', 'replay_touch', 'at', 'at < $1', 'false', '60 days'),
        ('raw_batches', 'account_fault', 'received_at', 'received_at < $1', 'false', '60 days'),
        ('uplink_keys', 'uplink_key', 'received_at', 'received_at < $1', 'false', '60 days'),
        ('quarantine', 'quarantine', 'last_at', 'last_at < $1', 'false', '35 days'),
        ('device_events', 'device_event', 'time', 'time < $1', 'false', '60 days'),
        ('alerts', 'alert', 'cleared_at', 'cleared_at < $1', 'opened_at < $1 AND cleared_at IS NULL', '365 days'),
        ('books', 'ingest_count', 'hour', 'hour < $1', 'false', '60 days'),
        ('books', 'ingest_reason', 'hour', 'hour < $1', 'false', '60 days'),
        ('books', 'account', 'hour', 'hour < $1', 'false', '60 days'),
        ('books', 'loss_estimate', 'hour', 'hour < $1', 'false', '60 days'),
        ('job_runs', 'job_run', 'window_at', 'window_at < $1 AND state <> ''running''',
         'window_at < $1 AND state = ''running''', '7 days'),
        ('backfills', 'backfill_request', 'finished_at', 'finished_at < $1',
         'requested_at < $1 AND finished_at IS NULL', '35 days'),
        ('home_datasets', 'dataset_row', '(SELECT l.at FROM dataset_load l WHERE l.id = t.load_id)',
         't.load_id IN (SELECT l.id FROM dataset_load l JOIN dataset d ON d.name = l.dataset'
         ' WHERE d.sensitivity = ''home'' AND l.at < $1)', 'false', '60 days'),
        ('sign_ins', 'session', 'coalesce(ended_at, expires_at)', 'coalesce(ended_at, expires_at) < $1', 'false',
         '1 day'),
        ('sign_ins', 'sign_in_link', 'expires_at', 'expires_at < $1', 'false', '1 day'),
        ('audit', 'audit', 'at', 'at < $1', 'false', '365 days')
    ) AS v (class, part, aged, due, held, at_least)
$$;

-- What of a class would go at an instant: rows and the oldest of them, and rows that stay although they are old enough.
CREATE FUNCTION retention_look(wanted text, cut timestamptz)
RETURNS TABLE (part text, rows bigint, oldest timestamptz, held bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM retention_parts() p WHERE p.class = wanted LOOP
        part := one.part;
        EXECUTE format('SELECT count(*) FILTER (WHERE %s), min(%s) FILTER (WHERE %s), count(*) FILTER (WHERE %s)'
                       ' FROM %s t WHERE (%s) OR (%s)',
                       one.due, one.aged, one.due, one.held, one.part, one.due, one.held)
            INTO rows, oldest, held USING cut;
        RETURN NEXT;
    END LOOP;
END $$;

-- Says, before anything is deleted, from when on a class may have gaps. Waits for whoever holds the row FOR SHARE: who
-- computes from readings finishes first, and whoever comes later sees it.
CREATE FUNCTION retention_begin(wanted text, cut timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF current_principal() IS NULL THEN
        RAISE EXCEPTION 'data is let go of by somebody' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (SELECT FROM retention_parts() p WHERE p.class = wanted)
       OR EXISTS (SELECT FROM retention_parts() p WHERE p.class = wanted AND cut > clock_timestamp() - p.at_least) THEN
        RAISE EXCEPTION '% is kept for longer', wanted USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE retention SET before = greatest(before, cut) WHERE class = wanted;
END $$;

CREATE FUNCTION retention_check(wanted text, cut timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT coalesce((SELECT cut <= before FROM retention WHERE class = wanted), false) THEN
        RAISE EXCEPTION '% may not be let go of up to then', wanted USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- Deletes what is due of one table in some of its blocks (of 8 kB): bounded work, each row looked at once a run. Answers
-- how many rows, and whether more blocks follow.
CREATE FUNCTION retention_delete(wanted text, from_part regclass, cut timestamptz, from_block bigint, blocks int)
RETURNS TABLE (rows bigint, more boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one record;
BEGIN
    PERFORM retention_check(wanted, cut);
    SELECT p.part, p.due INTO STRICT one FROM retention_parts() p WHERE p.class = wanted AND p.part = from_part;
    PERFORM set_config('hereabouts.letting_go', 'on', true);
    EXECUTE format('WITH gone AS (DELETE FROM %s t WHERE ctid >= $2 AND ctid < $3 AND (%s) RETURNING 1)'
                   ' SELECT count(*) FROM gone', one.part, one.due)
        INTO rows
        USING cut, format('(%s,0)', from_block)::tid, format('(%s,0)', from_block + blocks)::tid;
    PERFORM set_config('hereabouts.letting_go', '', true);
    UPDATE retention SET deleted = deleted + rows WHERE class = wanted AND rows > 0;
    more := pg_relation_size(from_part) / current_setting('block_size')::int > from_block + blocks;
    RETURN NEXT;
END $$;

-- The pieces a table is divided into by time, oldest first: months of native partitions, chunks of a hypertable.
CREATE FUNCTION retention_pieces(whole regclass)
RETURNS TABLE (piece regclass, starts timestamptz, ends timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    IF (SELECT relkind = 'p' FROM pg_class WHERE oid = whole) THEN
        RETURN QUERY
            SELECT b.relid, (b.bounds)[1]::timestamptz, (b.bounds)[2]::timestamptz
            FROM (SELECT c.oid::regclass AS relid,
                         regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''(.+)''\) TO \(''(.+)''\)') AS bounds
                  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = whole) b
            ORDER BY 3;
    ELSE
        RETURN QUERY EXECUTE
            'SELECT format(''%I.%I'', chunk_schema, chunk_name)::regclass, range_start, range_end'
            ' FROM timescaledb_information.chunks WHERE hypertable_schema = ''public'' AND hypertable_name = $1'
            ' ORDER BY range_end' USING whole::text;
    END IF;
END $$;

-- Drops the oldest piece of a table that lies wholly before an instant up to which every class in it may go. Answers the
-- rows that were in it, by class; none where no such piece is left. It counts while it keeps writers out of this one
-- piece, and holds all of the table only for the drop itself; where that is not to be had soon it gives up.
CREATE FUNCTION retention_drop(whole regclass, cut timestamptz) RETURNS TABLE (class text, rows bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '10s' AS $$
DECLARE
    old record;
    one record;
BEGIN
    FOR one IN SELECT DISTINCT p.class FROM retention_parts() p WHERE p.part = whole LOOP
        PERFORM retention_check(one.class, cut);
    END LOOP;
    SELECT * INTO old FROM retention_pieces(whole) p WHERE p.ends <= cut ORDER BY p.ends LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    EXECUTE format('LOCK TABLE %s IN SHARE MODE', old.piece);
    FOR one IN SELECT p.class, p.due FROM retention_parts() p WHERE p.part = whole LOOP
        EXECUTE format('SELECT count(*) FROM %s t WHERE %s', old.piece, one.due) INTO rows USING cut;
        UPDATE retention r SET deleted = r.deleted + retention_drop.rows WHERE r.class = one.class;
        class := one.class;
        RETURN NEXT;
    END LOOP;
    IF (SELECT relkind = 'p' FROM pg_class WHERE oid = whole) THEN
        EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', whole, old.piece);
        EXECUTE format('DROP TABLE %s', old.piece);
    ELSE
        EXECUTE 'SELECT drop_chunks($1, older_than => $2, newer_than => $3)' USING whole, old.ends, old.starts;
    END IF;
END $$;

-- Datastreams of a class that have rows of a table in a span of time.
CREATE FUNCTION retention_streams(wanted text, whole regclass, from_at timestamptz, to_at timestamptz) RETURNS int[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found int[];
    column_name text := (SELECT p.aged FROM retention_parts() p WHERE p.class = wanted AND p.part = whole);
BEGIN
    EXECUTE format('SELECT coalesce(array_agg(s.id ORDER BY s.id), ''{}'') FROM datastream s'
                   ' WHERE (s.id IN (SELECT id FROM home_datastream)) = $1'
                   ' AND EXISTS (SELECT FROM %s r WHERE r.datastream_id = s.id AND r.%I >= $2 AND r.%I < $3)',
                   whole, column_name, column_name)
        INTO found USING starts_with(wanted, 'home_'), from_at, to_at;
    RETURN found;
END $$;

-- Deletes a few datastreams' rows of a span from a table in which others stay.
CREATE FUNCTION retention_thin(wanted text, whole regclass, streams int[], from_at timestamptz, cut timestamptz)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one record;
    rows bigint;
BEGIN
    PERFORM retention_check(wanted, cut);
    SELECT p.part, p.aged, p.due INTO STRICT one FROM retention_parts() p WHERE p.class = wanted AND p.part = whole;
    EXECUTE format('WITH gone AS (DELETE FROM %s t WHERE datastream_id = ANY ($2) AND %I >= $3 AND (%s) RETURNING 1)'
                   ' SELECT count(*) FROM gone', one.part, one.aged, one.due)
        INTO rows USING cut, streams, from_at;
    UPDATE retention r SET deleted = r.deleted + rows WHERE r.class = wanted;
    RETURN rows;
END $$;

REVOKE ALL ON FUNCTION retention_parts(), retention_look(text, timestamptz), retention_begin(text, timestamptz),
    retention_check(text, timestamptz), retention_delete(text, regclass, timestamptz, bigint, int),
    retention_pieces(regclass), retention_drop(regclass, timestamptz),
    retention_streams(text, regclass, timestamptz, timestamptz),
    retention_thin(text, regclass, int[], timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention_parts(), retention_look(text, timestamptz), retention_begin(text, timestamptz),
    retention_delete(text, regclass, timestamptz, bigint, int), retention_pieces(regclass),
    retention_drop(regclass, timestamptz), retention_streams(text, regclass, timestamptz, timestamptz),
    retention_thin(text, regclass, int[], timestamptz, timestamptz) TO hereabouts_jobs;

-- The audit stays append-only: its rows go by retention alone, and never within their first year.
DROP TRIGGER audit_append_only ON audit;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_kept BEFORE DELETE ON audit FOR EACH ROW
    WHEN (current_setting('hereabouts.letting_go', true) IS DISTINCT FROM 'on'
          OR old.at > clock_timestamp() - interval '365 days')
    EXECUTE FUNCTION refuse_change();

-- Counters that people and monitoring read never fall: what is let go of stays in these sums.
CREATE TABLE ingest_past (
    source_id      smallint NOT NULL REFERENCES source,
    slot           smallint NOT NULL,
    received       bigint NOT NULL,
    stored         bigint NOT NULL,
    duplicate      bigint NOT NULL,
    quarantined    bigint NOT NULL,
    ignored        bigint NOT NULL,
    values_stored  bigint NOT NULL,
    values_refused bigint NOT NULL,
    PRIMARY KEY (source_id, slot)
);
CREATE TABLE job_past (
    job    text PRIMARY KEY,
    failed bigint NOT NULL
);

CREATE FUNCTION keep_ingest_sums() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO ingest_past AS p
    SELECT source_id, slot, sum(received), sum(stored), sum(duplicate), sum(quarantined), sum(ignored),
           sum(values_stored), sum(values_refused)
    FROM gone GROUP BY source_id, slot
    ON CONFLICT (source_id, slot) DO UPDATE
    SET received = p.received + excluded.received, stored = p.stored + excluded.stored,
        duplicate = p.duplicate + excluded.duplicate, quarantined = p.quarantined + excluded.quarantined,
        ignored = p.ignored + excluded.ignored, values_stored = p.values_stored + excluded.values_stored,
        values_refused = p.values_refused + excluded.values_refused;
    RETURN NULL;
END $$;
CREATE TRIGGER ingest_count_gone AFTER DELETE ON ingest_count REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION keep_ingest_sums();

CREATE FUNCTION keep_job_sums() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO job_past AS p SELECT job, count(*) FROM gone WHERE state = 'failed' GROUP BY job
    ON CONFLICT (job) DO UPDATE SET failed = p.failed + excluded.failed;
    RETURN NULL;
END $$;
CREATE TRIGGER job_run_gone AFTER DELETE ON job_run REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION keep_job_sums();
REVOKE ALL ON FUNCTION keep_ingest_sums(), keep_job_sums() FROM PUBLIC;

-- The catalogue counts the rows of a dataset's edition: the job that links them counts again once some went. An import
-- that holds the edition counts by itself, so nobody waits for it.
CREATE FUNCTION count_dataset_again() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE dataset_vintage v SET linked_at = NULL
    FROM (SELECT dataset, vintage FROM dataset_vintage
          WHERE (dataset, vintage) IN (SELECT g.dataset, g.vintage FROM gone g) FOR UPDATE SKIP LOCKED) f
    WHERE v.dataset = f.dataset AND v.vintage = f.vintage;
    RETURN NULL;
END $$;
CREATE TRIGGER dataset_row_gone AFTER DELETE ON dataset_row REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION count_dataset_again();

-- Everything ever counted, by source and slot.
CREATE VIEW ingest_total AS
    SELECT source_id, slot, sum(received)::int8 AS received, sum(stored)::int8 AS stored,
           sum(duplicate)::int8 AS duplicate, sum(quarantined)::int8 AS quarantined, sum(ignored)::int8 AS ignored,
           sum(values_stored)::int8 AS values_stored, sum(values_refused)::int8 AS values_refused
    FROM (SELECT source_id, slot, received, stored, duplicate, quarantined, ignored, values_stored, values_refused
          FROM ingest_count
          UNION ALL
          SELECT source_id, slot, received, stored, duplicate, quarantined, ignored, values_stored, values_refused
          FROM ingest_past) c
    GROUP BY source_id, slot;
GRANT SELECT ON ingest_total TO hereabouts_ingest, hereabouts_jobs, hereabouts_api;
GRANT SELECT ON job_past TO hereabouts_api;

-- Vacuum and analyze, where PostgreSQL's own measure (a fifth of the table has changed) does not fit.
-- A row a device or datastream, each written again by every batch. A page that keeps half of its room free takes the next
-- version of each of its rows beside the old one, so that no index changes and the batch after cleans up: at full speed a
-- third of what PostgreSQL spends on a message went into these tables. A vacuum after a twentieth keeps them small.
ALTER TABLE latest SET (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.2);
ALTER TABLE device_heard SET (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE ingest_count SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE ingest_reason SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
-- Hundreds of millions of rows, of which a day comes and a day goes: a fifth would be 80 days in one long vacuum.
ALTER TABLE uplink_key SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02,
                            autovacuum_analyze_scale_factor = 0.02);
-- Every record is written twice and deleted within days.
ALTER TABLE post SET (autovacuum_vacuum_scale_factor = 0.05);
