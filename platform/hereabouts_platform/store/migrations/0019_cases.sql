-- Cases: what people do about a hazard in a home; patches and whose they are; who may see which home.

-- ------------------------------------------------------------------------------------------------- roles and patches
ALTER TABLE principal_role DROP CONSTRAINT principal_role_role_check;
ALTER TABLE principal_role
    ADD CONSTRAINT principal_role_role_check CHECK (role IN (
        'administrator', 'reader', 'feeder', 'analyst', 'housing-officer', 'housing-manager')),
    ADD CONSTRAINT officer_has_patches
        CHECK (role <> 'housing-officer' OR coalesce(jsonb_typeof(scope -> 'patches') = 'array', false));

-- What a team looks after: an area of kind patch, or a list of homes, or both; the list goes before the area.
CREATE TABLE patch (
    code         text PRIMARY KEY CHECK (code <> ''),
    name         text NOT NULL,
    team         text NOT NULL CHECK (team <> ''),
    area_code    text,
    area_vintage text,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    updated_by   int NOT NULL REFERENCES principal DEFAULT current_principal(),
    FOREIGN KEY (area_code, area_vintage) REFERENCES area,
    CHECK ((area_code IS NULL) = (area_vintage IS NULL))
);
CREATE INDEX patch_area ON patch (area_code, area_vintage);

CREATE TABLE patch_home (
    place_id text PRIMARY KEY REFERENCES place ON DELETE CASCADE,
    patch    text NOT NULL REFERENCES patch ON DELETE CASCADE
);
CREATE INDEX patch_home_patch ON patch_home (patch);

-- Who gets new cases of a hazard ('': of any). Without a rule it is anybody whose scope names the patch.
CREATE TABLE patch_rule (
    patch        text NOT NULL REFERENCES patch ON DELETE CASCADE,
    hazard       text NOT NULL DEFAULT '',
    principal_id int NOT NULL REFERENCES principal,
    PRIMARY KEY (patch, hazard, principal_id)
);

CREATE VIEW home_patch AS
    SELECT p.id AS place_id, coalesce(
               (SELECT h.patch FROM patch_home h WHERE h.place_id = p.id),
               (SELECT t.code FROM place_area m
                JOIN patch t ON t.area_code = m.code AND t.area_vintage = m.vintage
                WHERE m.place_id = p.id ORDER BY t.code LIMIT 1)) AS patch
    FROM place p WHERE p.kind = 'home';

-- ------------------------------------------------------------------------------------------------- who sees which home
-- Whoever's scope names patches sees the homes of these alone, with their rooms; everybody else sees every home, as far
-- as the policy of the application lets them ask. Public places are seen by all.
CREATE FUNCTION sees_every_home() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT may_see() AND NOT EXISTS (
        SELECT FROM principal_role r WHERE r.principal_id = current_principal() AND r.scope ? 'patches')
$$;

CREATE FUNCTION patches_of(wanted int) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT jsonb_array_elements_text(r.scope -> 'patches') FROM principal_role r
    WHERE r.principal_id = wanted AND r.role IN ('housing-officer', 'housing-manager')
$$;

CREATE FUNCTION seen_homes() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH RECURSIVE inside (id) AS (
        SELECT h.place_id FROM home_patch h WHERE h.patch IN (SELECT patches_of(current_principal()))
        UNION
        SELECT p.id FROM place p JOIN inside i ON p.parent_id = i.id
    )
    SELECT id FROM inside
$$;

ALTER POLICY place_seen ON place USING (
    may_see() AND (kind NOT IN ('home', 'room') OR (SELECT sees_every_home()) OR id IN (SELECT seen_homes())));
ALTER TABLE deployment ENABLE ROW LEVEL SECURITY;
CREATE POLICY deployment_seen ON deployment FOR SELECT TO hereabouts_api
    USING (may_see() AND ((SELECT sees_every_home()) OR EXISTS (SELECT FROM place p WHERE p.id = place_id)));
CREATE POLICY deployment_jobs ON deployment FOR SELECT TO hereabouts_jobs, hereabouts_ingest USING (true);
ALTER POLICY datastream_seen ON datastream USING (
    may_see() AND ((SELECT sees_every_home()) OR EXISTS (SELECT FROM deployment d WHERE d.id = deployment_id)));
ALTER POLICY alert_seen ON alert USING (
    may_see() AND ((SELECT sees_every_home()) OR EXISTS (SELECT FROM place p WHERE p.id = place_id)
                   OR subject_kind = 'device' AND EXISTS (SELECT FROM deployment d WHERE d.device_id = subject_id)));

-- The owner's functions read past the policies: they let through what these would.
CREATE OR REPLACE FUNCTION visible_datastreams(wanted int[]) RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(s.id), '{}') FROM datastream s
    WHERE s.id = ANY (wanted) AND may_see() AND ((SELECT sees_every_home()) OR EXISTS (
        SELECT FROM deployment d JOIN place p ON p.id = d.place_id
        WHERE d.id = s.deployment_id AND (p.kind NOT IN ('home', 'room') OR p.id IN (SELECT seen_homes()))))
$$;
CREATE OR REPLACE FUNCTION events_of(devices text[], from_at timestamptz, to_at timestamptz)
RETURNS TABLE (device_id text, "time" timestamptz, code text, detail text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.device_id, e.time, e.code, e.detail FROM device_event e
    WHERE e.device_id = ANY (devices) AND e.time >= from_at AND e.time < to_at AND may_see()
      AND ((SELECT sees_every_home()) OR EXISTS (
          SELECT FROM deployment d JOIN place p ON p.id = d.place_id
          WHERE d.device_id = e.device_id AND d.from_at <= e.time AND (d.to_at IS NULL OR e.time < d.to_at)
            AND (p.kind NOT IN ('home', 'room') OR p.id IN (SELECT seen_homes()))))
$$;

-- ------------------------------------------------------------------------------------------------------- tenancies
ALTER TABLE tenancy
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN updated_by int REFERENCES principal DEFAULT current_principal(),
    ADD CONSTRAINT tenancy_one_at_a_time EXCLUDE USING gist (place_id WITH =, tstzrange(from_at, to_at) WITH &&);

-- What the api role may know of a tenancy: its kind at an instant, on which the law's clocks depend.
CREATE FUNCTION tenancy_kind_at(home text, at timestamptz) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.kind FROM tenancy t
    WHERE t.place_id = home AND t.from_at <= at AND (t.to_at IS NULL OR at < t.to_at) AND may_see()
      AND ((SELECT sees_every_home()) OR home IN (SELECT seen_homes()))
$$;

-- And of a household's circumstances: whether they weigh in, yes or no; no where nothing is known.
CREATE FUNCTION weighs_in(home text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM tenancy t JOIN household.circumstance c ON c.household_ref = t.household_ref
        WHERE t.place_id = home AND t.from_at <= now() AND (t.to_at IS NULL OR now() < t.to_at) AND c.vulnerable
          AND may_see() AND ((SELECT sees_every_home()) OR home IN (SELECT seen_homes())))
$$;

-- ----------------------------------------------------------------------------------------------------------- cases
-- What settings say of cases: whose law, what counts as becoming aware, from which level on an alert becomes a case.
-- Written by `hereabouts jobs` when it starts, so that all processes go by the same.
CREATE TABLE case_policy (
    one_row   boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    nation    text NOT NULL DEFAULT 'england',
    awareness text NOT NULL DEFAULT 'alert_raised',
    least     text NOT NULL DEFAULT 'act' CHECK (least IN ('watch', 'act', 'urgent'))
);
INSERT INTO case_policy DEFAULT VALUES;

-- A case as its events leave it: everything here but its place and hazard follows from `case_event` (cases/life.py).
-- `patch` is whose it is: the home's patch, renewed when patches are imported.
CREATE TABLE case_record (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    place_id       text NOT NULL REFERENCES place,
    hazard         text NOT NULL CHECK (hazard <> ''),
    state          text NOT NULL CHECK (state IN (
                       'reported', 'triaged', 'investigating', 'works', 'monitoring', 'closed')),
    level          text CHECK (level IN ('watch', 'act', 'urgent')),
    outcome        text CHECK (outcome IN (
                       'confirmed_hazard', 'cause_found', 'false_alarm', 'sensor_problem', 'no_access')),
    opened_at      timestamptz NOT NULL,
    closed_at      timestamptz,
    patch          text REFERENCES patch ON DELETE SET NULL,
    assignee_id    int REFERENCES principal,
    snoozed_until  timestamptz,
    to_review      bigint,      -- the event that set it aside and that nobody else has looked at yet
    next_due       timestamptz, -- of the clocks that run
    last_event     bigint,
    kept_event     bigint NOT NULL DEFAULT 0, -- up to where facts have been copied into it
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK ((state = 'closed') = (outcome IS NOT NULL))
);
CREATE UNIQUE INDEX case_one_open ON case_record (place_id, hazard) WHERE state <> 'closed';
CREATE INDEX case_due ON case_record (next_due, id) WHERE state <> 'closed';
CREATE INDEX case_assignee ON case_record (assignee_id) WHERE state <> 'closed';
CREATE INDEX case_closed ON case_record (closed_at, id) WHERE state = 'closed';
CREATE INDEX case_to_copy ON case_record (id) WHERE kept_event < last_event;

-- What happened, as it was told; nothing of it ever changes. A correction is an event of its own.
CREATE TABLE case_event (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id      bigint NOT NULL REFERENCES case_record ON DELETE CASCADE,
    kind         text NOT NULL CHECK (kind ~ '^[a-z_]+$'),
    at           timestamptz NOT NULL,
    detail       jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(detail) = 'object'),
    principal_id int NOT NULL REFERENCES principal DEFAULT current_principal(),
    recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX case_event_case ON case_event (case_id, id);
CREATE TRIGGER case_event_append_only BEFORE UPDATE OR TRUNCATE ON case_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER case_event_kept BEFORE DELETE ON case_event FOR EACH ROW
    WHEN (current_setting('hereabouts.letting_go', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION refuse_change();

-- The alerts of a case, at the level it last heard of. No reference: a cleared alert may go before its case does, and
-- what it said stays in the case's evidence.
CREATE TABLE case_alert (
    case_id    bigint NOT NULL REFERENCES case_record ON DELETE CASCADE,
    alert_id   bigint NOT NULL,
    level      text NOT NULL CHECK (level IN ('watch', 'act', 'urgent')),
    worst      text NOT NULL CHECK (worst IN ('watch', 'act', 'urgent')),
    cleared_at timestamptz,
    PRIMARY KEY (case_id, alert_id)
);
CREATE INDEX case_alert_alert ON case_alert (alert_id);

-- The clocks of a case as they were worked out when its events were last as they are (cases/clocks). One that comes out
-- differently later is superseded, never changed. `says` is the clock whole, its due instant in Europe/London.
CREATE TABLE case_clock (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id        bigint NOT NULL REFERENCES case_record ON DELETE CASCADE,
    key            text NOT NULL CHECK (key <> ''),
    name           text NOT NULL,
    state          text NOT NULL CHECK (state IN (
                       'running', 'met', 'missed', 'met_late', 'superseded', 'not_needed')),
    start_event    bigint NOT NULL,
    due_at         timestamptz,
    met_at         timestamptz,
    met_by         text,
    rules_sha256   text NOT NULL,
    says           jsonb NOT NULL,
    computed_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    computed_after bigint NOT NULL, -- the newest event it was worked out from
    superseded_at  timestamptz
);
CREATE UNIQUE INDEX case_clock_stands ON case_clock (case_id, key) WHERE superseded_at IS NULL;
CREATE INDEX case_clock_case ON case_clock (case_id, id);

-- Facts copied into the case, so that it can be told in full when readings and raw batches have gone. One row is one
-- subject over one span; `body` is JSON, compressed with zstd, and `sha256` is of the JSON.
CREATE TABLE case_evidence (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id   bigint NOT NULL REFERENCES case_record ON DELETE CASCADE,
    event_id  bigint NOT NULL,            -- the step at which it was copied
    kind      text NOT NULL CHECK (kind IN ('statement', 'hours', 'weather', 'frames', 'home', 'law')),
    subject   text NOT NULL,              -- the alert, the datastream, the device, the rule file
    from_at   timestamptz NOT NULL,
    to_at     timestamptz NOT NULL CHECK (to_at >= from_at),
    body      bytea NOT NULL,
    sha256    bytea NOT NULL CHECK (octet_length(sha256) = 32),
    copied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (case_id, kind, subject, from_at, event_id)
);
ALTER TABLE case_evidence ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TRIGGER case_evidence_append_only BEFORE UPDATE OR TRUNCATE ON case_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE case_file (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id      bigint NOT NULL REFERENCES case_record ON DELETE CASCADE,
    name         text NOT NULL CHECK (name <> '' AND length(name) <= 200),
    media_type   text NOT NULL CHECK (media_type IN (
                     'image/jpeg', 'image/png', 'image/webp', 'application/pdf', 'text/plain', 'text/csv')),
    sha256       bytea NOT NULL CHECK (octet_length(sha256) = 32),
    content      bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 8388608),
    added_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    principal_id int NOT NULL REFERENCES principal DEFAULT current_principal(),
    UNIQUE (case_id, sha256)
);
ALTER TABLE case_file ALTER COLUMN content SET STORAGE EXTERNAL;

-- Requests that were named by whoever sent them: the same again is answered as the first one was, and done once.
CREATE TABLE request_key (
    principal_id int NOT NULL REFERENCES principal,
    key          text NOT NULL CHECK (key <> '' AND length(key) <= 200),
    request      bytea NOT NULL CHECK (octet_length(request) = 32), -- SHA-256 of what was asked
    case_id      bigint NOT NULL,
    event_id     bigint NOT NULL,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (principal_id, key)
);

-- ----------------------------------------------------------------------------------------------------------- rights
-- Who may write cases at all: what `may()` says, once more.
CREATE FUNCTION works_cases() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM principal_role r JOIN principal p ON p.id = r.principal_id
                   WHERE r.principal_id = current_principal() AND p.disabled_at IS NULL
                     AND r.role IN ('administrator', 'housing-officer', 'housing-manager'))
$$;

-- Officers who could be given cases of a patch: their scope names it, or no patch at all.
CREATE FUNCTION officers_of(wanted text) RETURNS TABLE (id int, name text, open_cases bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id, p.name, (SELECT count(*) FROM case_record c WHERE c.assignee_id = p.id AND c.state <> 'closed')
    FROM principal p JOIN principal_role r ON r.principal_id = p.id
    WHERE p.disabled_at IS NULL AND may_see()
      AND (r.role = 'housing-officer' AND r.scope -> 'patches' ? wanted
           OR r.role = 'housing-manager' AND (NOT r.scope ? 'patches' OR r.scope -> 'patches' ? wanted))
$$;

ALTER TABLE case_record ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_alert ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_clock ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_evidence ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY case_seen ON case_record FOR SELECT TO hereabouts_api
    USING (may_see() AND ((SELECT sees_every_home()) OR EXISTS (SELECT FROM place p WHERE p.id = place_id)));
CREATE POLICY case_opened ON case_record FOR INSERT TO hereabouts_api
    WITH CHECK ((SELECT works_cases()) AND EXISTS (SELECT FROM place p WHERE p.id = place_id));
CREATE POLICY case_worked ON case_record FOR UPDATE TO hereabouts_api
    USING ((SELECT works_cases()) AND ((SELECT sees_every_home()) OR EXISTS (SELECT FROM place p WHERE p.id = place_id)));
CREATE POLICY case_event_seen ON case_event FOR SELECT TO hereabouts_api
    USING (EXISTS (SELECT FROM case_record c WHERE c.id = case_id));
CREATE POLICY case_event_told ON case_event FOR INSERT TO hereabouts_api
    WITH CHECK ((SELECT works_cases()) AND principal_id = current_principal()
                AND EXISTS (SELECT FROM case_record c WHERE c.id = case_id));
CREATE POLICY case_alert_seen ON case_alert FOR SELECT TO hereabouts_api
    USING (EXISTS (SELECT FROM case_record c WHERE c.id = case_id));
CREATE POLICY case_alert_joined ON case_alert FOR INSERT TO hereabouts_api
    WITH CHECK ((SELECT works_cases()) AND EXISTS (SELECT FROM case_record c WHERE c.id = case_id));
CREATE POLICY case_alert_heard ON case_alert FOR UPDATE TO hereabouts_api
    USING ((SELECT works_cases()) AND EXISTS (SELECT FROM case_record c WHERE c.id = case_id));
CREATE POLICY case_clock_seen ON case_clock FOR SELECT TO hereabouts_api
    USING (EXISTS (SELECT FROM case_record c WHERE c.id = case_id));
CREATE POLICY case_clock_worked_out ON case_clock FOR INSERT TO hereabouts_api
    WITH CHECK ((SELECT works_cases()) AND EXISTS (SELECT FROM case_record c WHERE c.id = case_id));
CREATE POLICY case_clock_superseded ON case_clock FOR UPDATE TO hereabouts_api
    USING ((SELECT works_cases()) AND EXISTS (SELECT FROM case_record c WHERE c.id = case_id));
CREATE POLICY case_evidence_seen ON case_evidence FOR SELECT TO hereabouts_api
    USING (EXISTS (SELECT FROM case_record c WHERE c.id = case_id));
CREATE POLICY case_evidence_kept ON case_evidence FOR INSERT TO hereabouts_api
    WITH CHECK ((SELECT works_cases()) AND EXISTS (SELECT FROM case_record c WHERE c.id = case_id));
CREATE POLICY case_file_seen ON case_file FOR SELECT TO hereabouts_api
    USING (EXISTS (SELECT FROM case_record c WHERE c.id = case_id));
CREATE POLICY case_file_added ON case_file FOR INSERT TO hereabouts_api
    WITH CHECK ((SELECT works_cases()) AND principal_id = current_principal()
                AND EXISTS (SELECT FROM case_record c WHERE c.id = case_id));
CREATE POLICY case_jobs ON case_record TO hereabouts_jobs USING (true) WITH CHECK (true);
CREATE POLICY case_event_jobs ON case_event TO hereabouts_jobs USING (true) WITH CHECK (principal_id = current_principal());
CREATE POLICY case_alert_jobs ON case_alert TO hereabouts_jobs USING (true) WITH CHECK (true);
CREATE POLICY case_clock_jobs ON case_clock TO hereabouts_jobs USING (true) WITH CHECK (true);
CREATE POLICY case_evidence_jobs ON case_evidence TO hereabouts_jobs USING (true) WITH CHECK (true);
ALTER TABLE request_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY request_key_own ON request_key TO hereabouts_api
    USING (principal_id = current_principal()) WITH CHECK (principal_id = current_principal());

GRANT SELECT ON patch, patch_home, home_patch TO hereabouts_api, hereabouts_jobs;
GRANT SELECT ON case_policy TO hereabouts_api, hereabouts_jobs;
GRANT UPDATE (nation, awareness, least) ON case_policy TO hereabouts_jobs;
GRANT SELECT ON patch_rule TO hereabouts_jobs, hereabouts_api;
GRANT SELECT, INSERT, UPDATE ON case_record TO hereabouts_jobs;
GRANT SELECT, INSERT ON case_record TO hereabouts_api;
GRANT UPDATE (state, level, outcome, opened_at, closed_at, assignee_id, snoozed_until, to_review, next_due, last_event,
              updated_at) ON case_record TO hereabouts_api;
GRANT SELECT, INSERT ON case_event TO hereabouts_jobs, hereabouts_api;
GRANT SELECT, INSERT, UPDATE ON case_alert TO hereabouts_jobs, hereabouts_api;
GRANT SELECT, INSERT ON case_clock TO hereabouts_jobs, hereabouts_api;
GRANT UPDATE (superseded_at) ON case_clock TO hereabouts_jobs, hereabouts_api;
GRANT SELECT, INSERT ON case_evidence TO hereabouts_jobs, hereabouts_api;
GRANT SELECT, INSERT ON case_file TO hereabouts_api;
GRANT SELECT, INSERT ON request_key TO hereabouts_api;
REVOKE ALL ON FUNCTION sees_every_home(), patches_of(int), seen_homes(), tenancy_kind_at(text, timestamptz),
    weighs_in(text), works_cases(), officers_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sees_every_home(), patches_of(int), seen_homes(), weighs_in(text), works_cases()
    TO hereabouts_api;
GRANT EXECUTE ON FUNCTION tenancy_kind_at(text, timestamptz), officers_of(text) TO hereabouts_api, hereabouts_jobs;

-- -------------------------------------------------------------------------------------------- retention and analysts
-- As 0017 has it, and cases with all that hangs on them, and keys of requests.
CREATE OR REPLACE FUNCTION retention_parts()
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
        ('cases', 'case_record', 'closed_at', 'closed_at < $1', 'opened_at < $1 AND closed_at IS NULL', '365 days'),
        ('request_keys', 'request_key', 'at', 'at < $1', 'false', '4 days'),
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

-- Cases by area and quarter: counts, and nothing that leads to a home. Few cases are not told, others to the nearest 5.
CREATE VIEW published.case_count WITH (security_barrier) AS
SELECT a.code, a.vintage, a.kind, a.name, c.hazard, q.quarter,
       CASE WHEN count(*) >= 10 THEN (count(*) + 2) / 5 * 5 END AS cases,
       CASE WHEN count(*) FILTER (WHERE c.state = 'closed') >= 10
            THEN (count(*) FILTER (WHERE c.state = 'closed') + 2) / 5 * 5 END AS closed
FROM case_record c
JOIN place_area m ON m.place_id = c.place_id
JOIN publishing.newest_area a ON a.code = m.code AND a.vintage = m.vintage
JOIN publishing.area_kind k ON k.kind = lower(a.kind)
CROSS JOIN LATERAL (SELECT date_trunc('quarter', c.opened_at, 'Europe/London')) q (quarter)
GROUP BY a.code, a.vintage, a.kind, a.name, c.hazard, q.quarter;
GRANT SELECT ON published.case_count TO hereabouts_analyst;

COMMENT ON VIEW published.case_count IS
    'How many cases were opened in an area in a quarter, by hazard. Counts alone: nothing here leads to a home.';
COMMENT ON COLUMN published.case_count.code IS 'GSS code of the area.';
COMMENT ON COLUMN published.case_count.vintage IS 'Which edition of the boundaries, the newest.';
COMMENT ON COLUMN published.case_count.kind IS 'What kind of area: ward, lsoa.';
COMMENT ON COLUMN published.case_count.name IS 'Its name.';
COMMENT ON COLUMN published.case_count.hazard IS 'Which hazard: damp_mould, excess_cold, excess_heat.';
COMMENT ON COLUMN published.case_count.quarter IS 'First instant of the quarter in Europe/London.';
COMMENT ON COLUMN published.case_count.cases IS 'Cases opened, to the nearest 5; null where fewer than 10.';
COMMENT ON COLUMN published.case_count.closed IS 'How many of them are closed now, to the nearest 5; null where fewer than 10.';
