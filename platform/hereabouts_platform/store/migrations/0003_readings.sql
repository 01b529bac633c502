-- Sources, raw batches, uplinks, readings, latest, quarantine, counts. The table `reading` itself is made by the
-- engine variant that follows (0004): native partitions, or a hypertable.

CREATE TABLE source (
    id           smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL UNIQUE,
    topic_filter text,
    envelope     text NOT NULL,
    enabled      boolean NOT NULL DEFAULT true
);
INSERT INTO source (name, topic_filter, envelope) VALUES
    ('things_stack', 'v3/+/devices/+/up', 'things_stack'),
    ('chirpstack', 'application/+/device/+/event/up', 'chirpstack'),
    ('homelink', '+/reading/#', 'homelink'),
    ('plain', 'hereabouts/+/up', 'plain'),
    ('import', NULL, 'file');

-- Batch numbers fill the four bytes that alignment leaves empty in `reading` and cycle through int4's whole range;
-- raw batches expire long before one comes round.
CREATE SEQUENCE batch_number AS int MINVALUE -2147483648 MAXVALUE 2147483647 START 1 CYCLE;

-- One transaction of ingest: its messages as one zstd blob, and what it touched (for consumers of changes).
CREATE TABLE batch (
    id                  int NOT NULL DEFAULT nextval('batch_number'),
    received_at         timestamptz NOT NULL,
    slot                smallint NOT NULL,
    message_count       int NOT NULL CHECK (message_count >= 0),
    blob                bytea,
    detail              jsonb NOT NULL DEFAULT '{}',
    xid                 xid8 NOT NULL DEFAULT pg_current_xact_id(),
    touched_datastreams int[] NOT NULL DEFAULT '{}',
    touched_hours       timestamptz[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (id, received_at)
) PARTITION BY RANGE (received_at);
CREATE INDEX batch_xid ON batch (xid);
ALTER TABLE batch ALTER COLUMN blob SET STORAGE EXTERNAL;

-- One message of a batch: what it was taken for. `index` is its place in the blob.
CREATE TABLE uplink (
    batch_id    int NOT NULL,
    index       int NOT NULL,
    received_at timestamptz NOT NULL,
    source_id   smallint NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('stored', 'duplicate', 'quarantined', 'ignored')),
    device_id   text,
    observed_at timestamptz,
    time_source text CHECK (time_source IN ('device', 'gateway', 'network', 'platform')),
    clock_bad   boolean NOT NULL DEFAULT false,
    f_port      int,
    f_cnt       bigint,
    decoder     text,
    PRIMARY KEY (batch_id, index, received_at)
) PARTITION BY RANGE (received_at);
CREATE INDEX uplink_device ON uplink (device_id, received_at);

-- The keys of stored messages, unique for 400 days whatever partitions come and go.
CREATE TABLE uplink_key (
    source_id   smallint NOT NULL,
    key         bytea NOT NULL CHECK (octet_length(key) = 16),
    batch_id    int NOT NULL,
    index       int NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (source_id, key)
);
CREATE INDEX uplink_key_age ON uplink_key USING brin (received_at);

CREATE TABLE latest (
    datastream_id int PRIMARY KEY REFERENCES datastream,
    batch_id      int NOT NULL,
    time          timestamptz NOT NULL,
    value         float8 NOT NULL
) WITH (fillfactor = 70);

-- Only replay changes a stored value; what stood before stays here.
CREATE TABLE reading_revision (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    datastream_id int NOT NULL REFERENCES datastream,
    time          timestamptz NOT NULL,
    old_value     float8 NOT NULL,
    old_batch_id  int NOT NULL,
    new_value     float8,
    cause         text NOT NULL,
    at            timestamptz NOT NULL DEFAULT now(),
    principal_id  int NOT NULL REFERENCES principal DEFAULT current_principal()
);

CREATE TABLE device_event (
    device_id text NOT NULL REFERENCES device,
    time      timestamptz NOT NULL,
    code      text NOT NULL,
    detail    text NOT NULL DEFAULT '',
    batch_id  int NOT NULL,
    PRIMARY KEY (device_id, time, code)
);

-- What could not become a reading: whole messages, and single values of stored messages. The same message (topic
-- and payload) that comes again is counted on its row.
CREATE TABLE quarantine (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('message', 'value')),
    source_id    smallint NOT NULL REFERENCES source,
    topic        text NOT NULL,
    device_id    text,
    reason       text NOT NULL,
    detail       text NOT NULL,
    field        text NOT NULL DEFAULT '',
    raw          text NOT NULL DEFAULT '',
    quantity     text,
    channel      text NOT NULL DEFAULT '',
    time         timestamptz,
    received_at  timestamptz NOT NULL,
    last_at      timestamptz NOT NULL,
    deliveries   int NOT NULL DEFAULT 1,
    batch_id     int NOT NULL,
    index        int NOT NULL,
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 16),
    payload      bytea NOT NULL
);
CREATE UNIQUE INDEX quarantine_same ON quarantine
    (source_id, content_hash, kind, reason, field, channel, coalesce(time, 'epoch'));
CREATE INDEX quarantine_reason ON quarantine (reason, id);
ALTER TABLE quarantine ALTER COLUMN payload SET STORAGE EXTERNAL;

-- Counts per source, hour of arrival and worker slot, so that no two workers write one row; readers sum.
CREATE TABLE ingest_count (
    source_id      smallint NOT NULL REFERENCES source,
    hour           timestamptz NOT NULL,
    slot           smallint NOT NULL,
    received       bigint NOT NULL DEFAULT 0,
    stored         bigint NOT NULL DEFAULT 0,
    duplicate      bigint NOT NULL DEFAULT 0,
    quarantined    bigint NOT NULL DEFAULT 0,
    ignored        bigint NOT NULL DEFAULT 0,
    values_stored  bigint NOT NULL DEFAULT 0,
    values_refused bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (source_id, hour, slot)
);

GRANT SELECT ON source, ingest_count TO hereabouts_ingest, hereabouts_jobs, hereabouts_api;
GRANT USAGE ON SEQUENCE batch_number TO hereabouts_ingest;
GRANT SELECT, INSERT ON batch, uplink, uplink_key, reading_revision, device_event TO hereabouts_ingest;
GRANT SELECT, INSERT, UPDATE ON latest, quarantine, ingest_count TO hereabouts_ingest;
GRANT SELECT ON latest, batch, uplink, device_event TO hereabouts_jobs;
GRANT SELECT ON quarantine TO hereabouts_api, hereabouts_jobs;

-- Months of `batch` and `uplink` are made when a batch needs them: create, then attach, never a DEFAULT.
-- Ingest owns no table, so this runs with the owner's rights; the advisory lock lets two workers meet in peace.
CREATE FUNCTION make_partition(parent regclass, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    starts timestamptz := date_trunc('month', at, 'UTC');
    ends   timestamptz := (date_trunc('month', at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
    child  text := parent::text || '_' || to_char(starts AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF parent::text NOT IN ('batch', 'uplink', 'reading') THEN
        RAISE EXCEPTION 'no partitions are made of %', parent;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('hereabouts partition'));
    IF to_regclass(child) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING ALL)', child, parent);
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child, starts, ends);
END $$;
REVOKE ALL ON FUNCTION make_partition(regclass, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_partition(regclass, timestamptz) TO hereabouts_ingest;
