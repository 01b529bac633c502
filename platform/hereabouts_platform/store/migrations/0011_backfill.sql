-- Backfill: what is to be fetched again from a network that keeps it, how far that has come, and what it brought.

-- Which applications ingest is set up to fetch from, for whom the job `gaps` may ask. Names and addresses, no keys.
CREATE TABLE backfill_origin (
    source_id   smallint NOT NULL REFERENCES source,
    application text NOT NULL CHECK (application <> ''),
    server      text NOT NULL,
    PRIMARY KEY (source_id, application)
);

-- One span of one application, or of one device of it. `device` is the device as the network calls it; a gap of frame
-- counters names a device as we do (`device_id`), and whoever carries the request out looks up what its network calls
-- it and which application it is in. Everything received up to `reached_at` has been fetched and committed: a run that
-- was cut off goes on there. `next_at`: not before this, because it failed, or because the network itself takes a
-- while to keep what it has just received.
CREATE TABLE backfill_request (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id    smallint NOT NULL REFERENCES source,
    application  text,
    device       text,
    device_id    text,
    from_at      timestamptz NOT NULL,
    to_at        timestamptz NOT NULL,
    cause        text NOT NULL CHECK (cause IN ('command', 'absence', 'f_cnt_gap')),
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    reached_at   timestamptz,
    found        bigint NOT NULL DEFAULT 0,
    stored       bigint NOT NULL DEFAULT 0,
    duplicate    bigint NOT NULL DEFAULT 0,
    quarantined  bigint NOT NULL DEFAULT 0,
    ignored      bigint NOT NULL DEFAULT 0,
    failures     int NOT NULL DEFAULT 0,
    error        text,
    next_at      timestamptz NOT NULL DEFAULT now(),
    requested_at timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    principal_id int NOT NULL REFERENCES principal DEFAULT current_principal(),
    CHECK (from_at < to_at),
    CHECK (application IS NOT NULL OR device_id IS NOT NULL),
    CHECK (found = stored + duplicate + quarantined + ignored),
    CHECK ((state IN ('done', 'failed')) = (finished_at IS NOT NULL))
);
CREATE INDEX backfill_request_open ON backfill_request (next_at) WHERE state IN ('waiting', 'running');
CREATE INDEX backfill_request_span ON backfill_request (source_id, to_at);

GRANT SELECT ON backfill_origin TO hereabouts_ingest, hereabouts_jobs;
GRANT INSERT, UPDATE, DELETE ON backfill_origin TO hereabouts_ingest;
GRANT SELECT ON backfill_request TO hereabouts_ingest, hereabouts_jobs;
GRANT INSERT ON backfill_request TO hereabouts_ingest, hereabouts_jobs;
GRANT UPDATE (application, device, to_at, state, reached_at, found, stored, duplicate, quarantined, ignored, failures,
              error, next_at, finished_at) ON backfill_request TO hereabouts_ingest;
-- Without the devices: people see how much came back, not of whom.
GRANT SELECT (id, source_id, application, from_at, to_at, cause, state, found, stored, duplicate, quarantined, ignored,
              requested_at, finished_at) ON backfill_request TO hereabouts_api;

-- The job `gaps` counts its hours anew each time, down to none.
GRANT DELETE ON loss_estimate TO hereabouts_jobs;
