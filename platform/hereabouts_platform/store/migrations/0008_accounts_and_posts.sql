-- The books of ingest, checked by a job; why messages were set aside or ignored; and messages that came by webhook.

-- Message outcomes that need a reason, by it. Slots as in ingest_count: one a worker, -1 for replay, readers sum.
CREATE TABLE ingest_reason (
    source_id smallint NOT NULL REFERENCES source,
    hour      timestamptz NOT NULL,
    slot      smallint NOT NULL,
    outcome   text NOT NULL CHECK (outcome IN ('quarantined', 'ignored')),
    reason    text NOT NULL,
    count     bigint NOT NULL,
    PRIMARY KEY (source_id, hour, slot, outcome, reason)
);
GRANT SELECT ON ingest_reason TO hereabouts_ingest, hereabouts_jobs, hereabouts_api;
GRANT INSERT, UPDATE ON ingest_reason TO hereabouts_ingest;

-- Each hour of a source as the job `account` found it: what came in at the door (counted from batches), what has an
-- outcome (from ingest_count), and what lies in the raw batches. `untold` messages came in batches of a release that
-- did not count at the door.
CREATE TABLE account (
    source_id  smallint NOT NULL REFERENCES source,
    hour       timestamptz NOT NULL,
    door       bigint NOT NULL,
    kept       bigint NOT NULL,
    untold     bigint NOT NULL,
    received   bigint NOT NULL,
    outcomes   bigint NOT NULL,
    agrees     boolean,
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (source_id, hour)
);
CREATE INDEX account_differs ON account (source_id, hour) WHERE NOT agrees;

-- Raw batches that do not hold what came in at the door, looked at again by each run until they do.
CREATE TABLE account_fault (
    batch_id    int NOT NULL,
    received_at timestamptz NOT NULL,
    source_id   smallint NOT NULL REFERENCES source,
    hour        timestamptz NOT NULL,
    door        int NOT NULL,
    kept        int NOT NULL,
    PRIMARY KEY (batch_id, received_at, source_id, hour)
);

-- How far the job has read the batches (those of transactions below `below`), and since which hour the door counts.
CREATE TABLE account_progress (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    below   xid8 NOT NULL DEFAULT '0',
    since   timestamptz
);
INSERT INTO account_progress DEFAULT VALUES;
CREATE INDEX batch_received ON batch USING brin (received_at);

GRANT SELECT ON account TO hereabouts_jobs, hereabouts_api;
GRANT SELECT ON account_progress TO hereabouts_jobs, hereabouts_api;
GRANT SELECT ON account_fault TO hereabouts_jobs;
GRANT INSERT, UPDATE ON account TO hereabouts_jobs;
GRANT INSERT, DELETE ON account_fault TO hereabouts_jobs;
GRANT UPDATE ON account_progress TO hereabouts_jobs;

-- Messages that came by webhook. One request is one `post_id`, each of its records a row. Committed before the sender
-- hears anything; ingest answers each row in the transaction that stores its message, and lets go of its bytes, which
-- lie in the raw batch from then on.
CREATE SEQUENCE post_number;
CREATE TABLE post (
    post_id      bigint NOT NULL,
    index        int NOT NULL CHECK (index >= 0),
    source_id    smallint NOT NULL REFERENCES source,
    topic        text NOT NULL,
    payload      bytea NOT NULL,
    received_at  timestamptz NOT NULL,
    principal_id int NOT NULL REFERENCES principal DEFAULT current_principal(),
    outcome      text CHECK (outcome IN ('stored', 'duplicate', 'quarantined', 'ignored')),
    reason       text,
    detail       text,
    answered_at  timestamptz,
    PRIMARY KEY (post_id, index),
    CHECK ((outcome IS NULL) = (answered_at IS NULL))
);
CREATE INDEX post_waiting ON post (post_id, index) WHERE outcome IS NULL;
CREATE INDEX post_answered ON post USING brin (answered_at);
ALTER TABLE post ALTER COLUMN payload SET STORAGE EXTERNAL;

GRANT USAGE ON SEQUENCE post_number TO hereabouts_api;
GRANT INSERT ON post TO hereabouts_api;
GRANT SELECT (post_id, index, source_id, principal_id, received_at, outcome, reason, detail, answered_at)
    ON post TO hereabouts_api;
GRANT SELECT ON post TO hereabouts_ingest;
GRANT UPDATE (outcome, reason, detail, answered_at, payload) ON post TO hereabouts_ingest;
GRANT SELECT (post_id, outcome, answered_at), DELETE ON post TO hereabouts_jobs;

-- A feeder may hand in messages of the sources that its scope names, and nothing else.
ALTER TABLE principal_role DROP CONSTRAINT principal_role_role_check;
ALTER TABLE principal_role ADD CONSTRAINT principal_role_role_check CHECK (role IN ('administrator', 'reader', 'feeder')),
    ADD CONSTRAINT feeder_has_sources
        CHECK (role <> 'feeder' OR coalesce(jsonb_typeof(scope -> 'sources') = 'array', false));

CREATE FUNCTION sources_fed_by(wanted int) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(name ORDER BY name), '{}')
    FROM principal_role r, jsonb_array_elements_text(r.scope -> 'sources') AS name
    WHERE r.principal_id = wanted AND r.role = 'feeder'
$$;

-- For monitoring: when the newest reading was taken, and nothing of whose it is.
CREATE FUNCTION newest_reading() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
    $$ SELECT max(time) FROM latest WHERE may_see() $$;

REVOKE ALL ON FUNCTION sources_fed_by(int), newest_reading() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sources_fed_by(int), newest_reading() TO hereabouts_api;

-- Ingest learns of a source that was added, changed or switched off.
CREATE OR REPLACE TRIGGER source_moves AFTER INSERT OR UPDATE OR DELETE ON source
    FOR EACH STATEMENT EXECUTE FUNCTION move_registry_version();
