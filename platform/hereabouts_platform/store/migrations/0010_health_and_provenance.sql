-- How each device is, as the job `health` last found it; and the way from a reading back to its bytes.

-- What a profile's batteries are made of, where its voltage can be read by it; and every version of its table of
-- fields that this system has had, so that an old reading can still be explained.
ALTER TABLE profile ADD battery text;
CREATE TABLE profile_version (
    profile_id text NOT NULL REFERENCES profile,
    version    text NOT NULL,
    fields     jsonb NOT NULL,
    seen_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (profile_id, version)
);
GRANT SELECT ON profile_version TO hereabouts_ingest, hereabouts_jobs, hereabouts_api;

-- One row a device that is deployed, replaced by every run of the job. Whether a device is live, late or silent is not
-- kept: it changes between two runs, and readers work it out from `live_s`, `late_s` and the last arrival.
CREATE TABLE device_health (
    device_id        text PRIMARY KEY REFERENCES device,
    assessed_at      timestamptz NOT NULL,
    interval_s       int NOT NULL CHECK (interval_s > 0),
    gaps             int NOT NULL,           -- how many gaps between messages the interval was learnt from; 0 = none
    live_s           int NOT NULL,           -- heard within so many seconds it is live,
    late_s           int NOT NULL,           -- within so many late, then silent
    expected         int,                    -- messages that its frame counter tells of; null where there is none
    lost             int,
    battery_quantity text,                   -- as it came: battery_level or battery_voltage, with its value and time
    battery_value    float8,
    battery_at       timestamptz,
    battery_percent  float8,                 -- on one scale; null where it cannot be told
    battery_state    text NOT NULL CHECK (battery_state IN ('fine', 'low', 'empty', 'cannot_say')),
    stuck            jsonb NOT NULL,         -- [{quantity, channel, since}], what has not moved although it should have
    clock_source     text,                   -- whose clock the offset is of
    clock_offset_s   float8,                 -- stated time ahead of arrival, in seconds; null where that cannot be told
    clock_bad        int NOT NULL,           -- of the messages looked at, how many stated a time that was not believed
    messages         int NOT NULL            -- how many messages were looked at
) WITH (fillfactor = 50);
GRANT SELECT ON device_health TO hereabouts_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON device_health TO hereabouts_jobs;

-- Devices heard before arrivals were kept: what their newest message says.
UPDATE device_heard h
SET received_at = (SELECT max(u.received_at) FROM uplink u WHERE u.device_id = h.device_id)
WHERE h.received_at IS NULL;

CREATE INDEX reading_revision_reading ON reading_revision (datastream_id, time);

-- Where a reading came from. The api role has no right on `reading`, `batch`, `uplink` or `reading_revision`; this
-- function gives it one reading's batch, by the same `may_see()` as everything else. The messages of a batch lie in one
-- zstd blob, which PostgreSQL cannot open, so the blob goes out whole, with other devices' messages in it: the api
-- process takes the one message out and shows no other, and writes what it showed to the audit. The alternative, one
-- blob a message, would cost the compression (4 to 1) of everything kept for the sake of the few that are looked at.
-- `uplinks` are the device's stored messages of that batch, those of the reading's own instant first.
-- A batch number comes round after 4 billion batches: the newest batch of that number is the one.
CREATE FUNCTION provenance_of(wanted int, at timestamptz)
RETURNS TABLE (value float8, batch_id int, device text, received_at timestamptz, slot smallint, detail jsonb,
               blob bytea, uplinks jsonb, revisions jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.value, r.batch_id, p.device_id, b.received_at, b.slot, b.detail,
           CASE WHEN u.found IS NOT NULL THEN b.blob END, coalesce(u.found, '[]'), coalesce(v.found, '[]')
    FROM reading r
    JOIN datastream d ON d.id = r.datastream_id
    JOIN deployment p ON p.id = d.deployment_id
    LEFT JOIN LATERAL (
        SELECT * FROM batch WHERE batch.id = r.batch_id ORDER BY batch.received_at DESC LIMIT 1
    ) b ON true
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object(
            'index', x.index, 'received_at', x.received_at, 'source', s.name, 'envelope', s.envelope,
            'observed_at', x.observed_at, 'time_source', x.time_source, 'clock_bad', x.clock_bad,
            'f_port', x.f_port, 'f_cnt', x.f_cnt, 'decoder', x.decoder
        ) ORDER BY x.observed_at IS DISTINCT FROM provenance_of.at, x.index) AS found
        FROM uplink x JOIN source s ON s.id = x.source_id
        WHERE x.batch_id = b.id AND x.received_at <= b.received_at
          AND x.device_id = p.device_id AND x.outcome = 'stored'
    ) u ON true
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object(
            'at', c.at, 'old_value', c.old_value, 'new_value', c.new_value, 'cause', c.cause, 'by', n.name
        ) ORDER BY c.id) AS found
        FROM reading_revision c JOIN principal n ON n.id = c.principal_id
        WHERE c.datastream_id = r.datastream_id AND c.time = r.time
    ) v ON true
    WHERE r.datastream_id = ANY (visible_datastreams(ARRAY[wanted])) AND r.time = provenance_of.at
$$;
REVOKE ALL ON FUNCTION provenance_of(int, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION provenance_of(int, timestamptz) TO hereabouts_api;
