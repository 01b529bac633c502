-- What guards the doors: sessions a broker holds, losses told, signed requests, what may wait, who speaks for whom.

-- Slots whose session a broker holds: a subscription was granted, and we have not given it up ourselves (`--drain`).
-- Only where there is a row can a broker that knows no session have lost one.
CREATE TABLE ingest_session (
    slot  smallint PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, DELETE ON ingest_session TO hereabouts_ingest;
-- Slots that were at work just before this release: those from 100 on and below 0 have no session.
INSERT INTO ingest_session (slot)
SELECT DISTINCT c.slot FROM ingest_count c JOIN source s ON s.id = c.source_id
WHERE c.hour > now() - interval '2 days' AND c.slot BETWEEN 0 AND 99 AND s.enabled AND s.topic_filter IS NOT NULL;

-- The last batch of losses that each slot has told: a worker that was killed before it could forget it tells it again.
CREATE TABLE loss_told (
    slot  smallint PRIMARY KEY,
    batch bytea NOT NULL CHECK (octet_length(batch) = 8)
);
GRANT SELECT, INSERT, UPDATE ON loss_told TO hereabouts_ingest;

-- Signed requests, known again by what was signed, but for the time of signing: a copy gets the answer of the first.
-- Kept as long as the answer.
CREATE TABLE signed_post (
    source_id   smallint NOT NULL REFERENCES source,
    digest      bytea NOT NULL CHECK (octet_length(digest) = 32),
    post_id     bigint NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (source_id, digest)
);
GRANT SELECT, INSERT ON signed_post TO hereabouts_api;
GRANT SELECT (post_id, received_at), DELETE ON signed_post TO hereabouts_jobs;

-- How much of a source waits for ingest, for the API, which may not read payloads. Counts no further than `most`.
CREATE INDEX post_waiting_source ON post (source_id) WHERE outcome IS NULL;
CREATE FUNCTION waiting_of(source smallint, most int) RETURNS TABLE (records bigint, bytes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*), coalesce(sum(octet_length(payload)), 0)
    FROM (SELECT payload FROM post WHERE source_id = waiting_of.source AND outcome IS NULL LIMIT most) AS waiting
$$;
REVOKE ALL ON FUNCTION waiting_of(smallint, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION waiting_of(smallint, int) TO hereabouts_api;

-- Which sources speak for a device: those that a message of it was stored from, and those that somebody has named.
-- What comes by webhook may only speak for devices of its sender's sources, or for one that nobody speaks for yet.
CREATE TABLE device_source (
    device_id    text NOT NULL REFERENCES device,
    source_id    smallint NOT NULL REFERENCES source,
    since        timestamptz NOT NULL DEFAULT now(),
    principal_id int NOT NULL REFERENCES principal DEFAULT current_principal(),
    PRIMARY KEY (device_id, source_id)
);
GRANT SELECT, INSERT ON device_source TO hereabouts_ingest;
INSERT INTO device_source (device_id, source_id, principal_id)
SELECT DISTINCT u.device_id, u.source_id, p.id
FROM uplink u JOIN device d ON d.id = u.device_id JOIN source s ON s.id = u.source_id
CROSS JOIN principal p
WHERE u.outcome = 'stored' AND p.name = 'system:ingest';

-- Workers remember what stands; they look again when something was taken away.
CREATE TRIGGER device_source_moves AFTER DELETE ON device_source
    FOR EACH STATEMENT EXECUTE FUNCTION move_registry_version();

-- For the devices of which sources a record may speak: those its sender feeds. NULL: of all (an administrator's).
ALTER TABLE post ADD speaks_for smallint[];
