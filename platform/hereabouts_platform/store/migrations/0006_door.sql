-- What came in at the door, counted before anything was understood; when a device was last heard by arrival; what
-- was, or may have been, lost before it could be kept.

-- Parallel arrays: so many messages of this source arrived in this hour. Kept with the raw batch, so that it can be
-- held against the outcomes (ingest_count) and against the messages in the blob. Empty in batches from before.
ALTER TABLE batch
    ADD door_sources smallint[] NOT NULL DEFAULT '{}',
    ADD door_hours timestamptz[] NOT NULL DEFAULT '{}',
    ADD door_counts int[] NOT NULL DEFAULT '{}',
    ADD CHECK (cardinality(door_sources) = cardinality(door_hours)
           AND cardinality(door_sources) = cardinality(door_counts));

-- `at` is the newest observation; HomeLINK's is hours old by design. `received_at` is the newest arrival.
ALTER TABLE device_heard ADD received_at timestamptz;

-- spool_full: messages refused because the spool on disk was full or could not be written (exact).
-- session_lost: times that the broker had forgotten this slot's session; how much it held cannot be known.
-- f_cnt_gap: frames that a device counted and nobody delivered (an estimate: radio loses some too).
CREATE TABLE loss_estimate (
    source_id smallint NOT NULL REFERENCES source,
    hour      timestamptz NOT NULL,
    slot      smallint NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('spool_full', 'session_lost', 'f_cnt_gap')),
    count     bigint NOT NULL CHECK (count > 0),
    PRIMARY KEY (source_id, hour, slot, kind)
);

GRANT SELECT ON loss_estimate TO hereabouts_ingest, hereabouts_jobs, hereabouts_api;
GRANT INSERT, UPDATE ON loss_estimate TO hereabouts_ingest, hereabouts_jobs;
GRANT DELETE ON uplink_key TO hereabouts_ingest; -- a key taken by a message whose values then all conflict is given back
