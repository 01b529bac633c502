-- What guards the doors: which sessions a broker holds for us, and which losses the store was told of.

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
