-- Replay: raw messages decoded again. Only here can a stored value change, and never without a trace.

-- A row of quarantine stands for every delivery of the same message. Replay moves deliveries out one by one; the row
-- waits while some are left, so the same message coming again reopens it by being counted, and history stays.
ALTER TABLE quarantine
    ADD COLUMN replayed    int NOT NULL DEFAULT 0,
    ADD COLUMN resolved_at timestamptz,
    ADD COLUMN resolved_by int REFERENCES principal,
    ADD COLUMN resolved_as text,
    ADD CONSTRAINT quarantine_replayed CHECK (replayed BETWEEN 0 AND deliveries);
CREATE INDEX quarantine_waiting ON quarantine (reason, id) WHERE deliveries > replayed;
CREATE INDEX quarantine_device ON quarantine (device_id) WHERE deliveries > replayed;

-- Where replay added readings beyond the hours that their batch touched when it came: readings point to their bytes,
-- and the next replay has to find all that came of a batch.
CREATE TABLE replay_touch (
    batch_id      int NOT NULL,
    datastream_id int NOT NULL REFERENCES datastream,
    hour          timestamptz NOT NULL,
    at            timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (batch_id, datastream_id, hour)
);
CREATE INDEX replay_touch_age ON replay_touch USING brin (at);

-- Adds, changes and removes readings in one pass, in the order of their key as every writer goes, and writes each old
-- value to reading_revision. A row with no old value is added, one with no new value removed. Nothing is done to a
-- reading that is no longer what the caller saw; the caller compares the count and starts again.
CREATE FUNCTION revise_readings(batches int[], datastreams int[], times timestamptz[], olds float8[], news float8[],
                                causes text[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one  record;
    rows int;
    done int := 0;
BEGIN
    IF current_principal() IS NULL THEN
        RAISE EXCEPTION 'a reading is revised by somebody' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR one IN
        SELECT * FROM unnest(batches, datastreams, times, olds, news, causes)
            WITH ORDINALITY AS u (batch, stream, at, was, will, cause, place)
        ORDER BY stream, at, place
    LOOP
        IF one.was IS NULL THEN
            INSERT INTO reading (batch_id, datastream_id, time, value)
            VALUES (one.batch, one.stream, one.at, one.will) ON CONFLICT DO NOTHING;
        ELSIF one.will IS NULL THEN
            DELETE FROM reading r WHERE r.datastream_id = one.stream AND r.time = one.at
                AND r.batch_id = one.batch AND r.value = one.was;
        ELSE
            UPDATE reading r SET value = one.will WHERE r.datastream_id = one.stream AND r.time = one.at
                AND r.batch_id = one.batch AND r.value = one.was;
        END IF;
        GET DIAGNOSTICS rows = ROW_COUNT;
        done := done + rows;
        IF rows = 1 AND one.was IS NOT NULL THEN
            INSERT INTO reading_revision (datastream_id, time, old_value, old_batch_id, new_value, cause)
            VALUES (one.stream, one.at, one.was, one.batch, one.will, one.cause);
        END IF;
    END LOOP;
    RETURN done;
END $$;
REVOKE ALL ON FUNCTION revise_readings(int[], int[], timestamptz[], float8[], float8[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION revise_readings(int[], int[], timestamptz[], float8[], float8[], text[])
    TO hereabouts_ingest;

-- Revisions come from that function alone; ingest may look at them.
REVOKE INSERT ON reading_revision FROM hereabouts_ingest;
GRANT UPDATE (outcome, device_id, observed_at, time_source, clock_bad, f_port, f_cnt, decoder) ON uplink
    TO hereabouts_ingest;
GRANT DELETE ON latest TO hereabouts_ingest; -- it follows from the readings; the last of a datastream may go
GRANT SELECT, INSERT ON replay_touch TO hereabouts_ingest;
