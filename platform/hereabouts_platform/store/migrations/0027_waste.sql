-- Field work: vehicles, crews and baselines; plans of a day as published, their rounds and visits; what crews report.

-- ---------------------------------------------------------------------------------------------------------------- roles
ALTER TABLE principal_role DROP CONSTRAINT principal_role_role_check;
ALTER TABLE principal_role
    ADD CONSTRAINT principal_role_role_check CHECK (role IN (
        'administrator', 'reader', 'feeder', 'analyst', 'housing-officer', 'housing-manager',
        'waste-manager', 'waste-crew')),
    ADD CONSTRAINT crew_has_crews
        CHECK (role <> 'waste-crew' OR coalesce(jsonb_typeof(scope -> 'crews') = 'array', false));

-- As 0019 has it; besides, whoever is here for field work alone sees no home but those that they are sent to.
CREATE OR REPLACE FUNCTION sees_every_home() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT may_see() AND NOT EXISTS (
        SELECT FROM principal_role r WHERE r.principal_id = current_principal() AND r.scope ? 'patches')
    AND (NOT EXISTS (SELECT FROM principal_role r WHERE r.principal_id = current_principal()
                     AND r.role IN ('waste-manager', 'waste-crew'))
         OR EXISTS (SELECT FROM principal_role r WHERE r.principal_id = current_principal()
                    AND r.role IN ('administrator', 'reader', 'housing-manager')))
$$;

-- All rounds, or those of some crews.
CREATE FUNCTION sees_every_round() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM principal_role r JOIN principal p ON p.id = r.principal_id
                   WHERE r.principal_id = current_principal() AND p.disabled_at IS NULL
                     AND r.role IN ('administrator', 'reader', 'waste-manager'))
$$;

CREATE FUNCTION my_crews() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT c), '{}') FROM principal_role r, jsonb_array_elements_text(r.scope -> 'crews') c
    WHERE r.principal_id = current_principal() AND r.role = 'waste-crew'
$$;

-- The days that a crew sees: its own shift, also past midnight, and a week back for a phone that was without signal.
CREATE FUNCTION is_crew_day(day date) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT day BETWEEN (now() AT TIME ZONE 'Europe/London')::date - 7 AND (now() AT TIME ZONE 'Europe/London')::date + 1
$$;

-- Who may report at all: what `may()` says, once more.
CREATE FUNCTION works_rounds() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM principal_role r JOIN principal p ON p.id = r.principal_id
                   WHERE r.principal_id = current_principal() AND p.disabled_at IS NULL
                     AND r.role IN ('administrator', 'waste-manager', 'waste-crew'))
$$;

-- ---------------------------------------------------------------------------------------------- vehicles, crews, before
CREATE TABLE vehicle (
    id              text PRIMARY KEY CHECK (id <> ''),
    name            text NOT NULL CHECK (name <> ''),
    vehicle_class   text NOT NULL CHECK (vehicle_class <> ''), -- whose roads it drives
    compartments    jsonb NOT NULL CHECK (jsonb_typeof(compartments) = 'array'), -- [{streams, litres, kg}]
    skills          text[] NOT NULL DEFAULT '{}',
    duty            text NOT NULL,                             -- name of the duty rules of its driver
    start_depot     text NOT NULL REFERENCES place,
    end_depot       text NOT NULL REFERENCES place,
    fixed_p         int NOT NULL CHECK (fixed_p >= 0),         -- pence a day that it is used
    per_km_p        int NOT NULL CHECK (per_km_p >= 0),
    per_hour_p      int NOT NULL CHECK (per_hour_p >= 0),
    in_service_from date,
    in_service_to   date,                                      -- the last day; none: from or until whenever
    updated_at      timestamptz NOT NULL DEFAULT now(),
    updated_by      int NOT NULL REFERENCES principal DEFAULT current_principal(),
    CHECK (in_service_to >= in_service_from)
);
CREATE INDEX vehicle_start ON vehicle (start_depot);

-- When a crew is on which vehicle: on weekdays (1 is Monday), or on one date, which goes before the weekdays.
CREATE TABLE crew (
    id         text NOT NULL CHECK (id <> ''),
    days       text NOT NULL,    -- '1,2,3' or '2026-03-03'
    name       text NOT NULL CHECK (name <> ''),
    vehicle_id text NOT NULL REFERENCES vehicle,
    weekdays   smallint[] CHECK (weekdays <@ '{1,2,3,4,5,6,7}'),
    date       date,
    shift_from time NOT NULL,    -- Europe/London, on the day; an end that is no later lies on the day after
    shift_to   time NOT NULL,
    skills     text[] NOT NULL DEFAULT '{}',
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by int NOT NULL REFERENCES principal DEFAULT current_principal(),
    PRIMARY KEY (id, days),
    CHECK ((weekdays IS NULL) <> (date IS NULL))
);
CREATE INDEX crew_vehicle ON crew (vehicle_id);

-- How it was before: what savings may be told against. Of one date, or of each day of such weekdays.
CREATE TABLE baseline (
    round      text NOT NULL CHECK (round <> ''),
    days       text NOT NULL,
    weekdays   smallint[] CHECK (weekdays <@ '{1,2,3,4,5,6,7}'),
    date       date,
    km         float8 NOT NULL CHECK (km >= 0),
    hours      float8 NOT NULL CHECK (hours >= 0),
    litres     float8 CHECK (litres >= 0), -- of fuel; NULL where nobody measured it
    visits     int NOT NULL CHECK (visits >= 0),
    method     text NOT NULL CHECK (method <> ''),
    source     text NOT NULL CHECK (source <> ''),
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by int NOT NULL REFERENCES principal DEFAULT current_principal(),
    PRIMARY KEY (round, days),
    CHECK ((weekdays IS NULL) <> (date IS NULL))
);

-- ---------------------------------------------------------------------------------------------------------------- plans
-- A plan of a depot's day, as a draft, as published, and after a later version took its place. `published` is the JSON
-- of schemas/work.py, byte for byte: whoever checks it reads what was checked before.
CREATE TABLE round_plan (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day           date NOT NULL,                   -- Europe/London
    depot         text NOT NULL REFERENCES place,
    version       int NOT NULL CHECK (version > 0),
    state         text NOT NULL CHECK (state IN ('draft', 'published', 'superseded')),
    made_at       timestamptz NOT NULL,
    made_by       int NOT NULL REFERENCES principal DEFAULT current_principal(),
    published_at  timestamptz,
    published_by  int REFERENCES principal,
    roads         text NOT NULL,
    attribution   text NOT NULL,
    matrix_sha256 jsonb NOT NULL,
    of_homes      boolean NOT NULL,                -- whether anybody is sent to a home
    published     text NOT NULL,
    UNIQUE (day, depot, version),
    CHECK ((state = 'draft') = (published_at IS NULL))
);
CREATE UNIQUE INDEX round_plan_one_published ON round_plan (day, depot) WHERE state = 'published';

CREATE TABLE round (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plan_id      bigint NOT NULL REFERENCES round_plan ON DELETE CASCADE,
    day          date NOT NULL,
    depot        text NOT NULL,
    vehicle_id   text NOT NULL,
    vehicle_name text NOT NULL,
    crew_id      text,                             -- as crews stood when it was published
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    drive_m      int NOT NULL,
    drive_s      int NOT NULL,
    visits       int NOT NULL,
    of_homes     boolean NOT NULL,
    stops        jsonb NOT NULL,                   -- as published, each with name, position and reason
    geometry     jsonb,                            -- the way as a GeoJSON LineString, where the roads gave one
    UNIQUE (plan_id, vehicle_id)
);
CREATE INDEX round_day ON round (day, depot);

-- A piece of work of a day, as the latest published plan that names it has it. What crews report hangs on it, so that a
-- new plan takes nothing away from what was done under the old one.
CREATE TABLE visit (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day             date NOT NULL,
    key             text NOT NULL CHECK (key <> ''), -- its id in the plan
    plan_id         bigint NOT NULL REFERENCES round_plan ON DELETE CASCADE,
    round_id        bigint REFERENCES round ON DELETE CASCADE, -- none: left
    position        int,                             -- of the stop in its round, from 1
    place_id        text NOT NULL REFERENCES place,
    of_home         boolean NOT NULL,
    name            text NOT NULL,
    lon             float8 NOT NULL,
    lat             float8 NOT NULL,
    must            boolean NOT NULL,
    prize_p         int NOT NULL,
    service_s       int NOT NULL,
    reason          text NOT NULL,
    says            text NOT NULL,
    stream          text,
    litres          int,
    kg              int,
    begins_at       timestamptz,
    left_says       text,
    overflow_p50_at timestamptz,
    overflow_p90_at timestamptz,
    crews           text[] NOT NULL DEFAULT '{}',    -- every crew whose sheet it has been on
    UNIQUE (day, key),
    CHECK ((round_id IS NULL) = (position IS NULL))
);
CREATE INDEX visit_place ON visit (place_id, day);
CREATE INDEX visit_round ON visit (round_id);
CREATE INDEX visit_plan ON visit (plan_id);

-- What a crew reports; nothing of it ever changes, a later report is one more. `client_id` is the sender's own name for
-- it: sent again it is known again.
CREATE TABLE visit_outcome (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    visit_id     bigint NOT NULL REFERENCES visit ON DELETE CASCADE,
    place_id     text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('emptied', 'not_full', 'overflowing', 'contaminated', 'blocked',
                                               'damaged', 'missing', 'hazard', 'other')),
    at           timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    principal_id int NOT NULL REFERENCES principal DEFAULT current_principal(),
    client_id    text NOT NULL CHECK (client_id <> '' AND length(client_id) <= 200),
    lon          float8 CHECK (lon BETWEEN -180 AND 180),
    lat          float8 CHECK (lat BETWEEN -90 AND 90),
    note         text CHECK (length(note) <= 2000),
    photo        text CHECK (length(photo) <= 500), -- a reference to where it is kept
    UNIQUE (principal_id, client_id),
    CHECK ((lon IS NULL) = (lat IS NULL)),
    CHECK (kind <> 'other' OR note IS NOT NULL)
);
CREATE INDEX visit_outcome_visit ON visit_outcome (visit_id, at);
CREATE INDEX visit_outcome_place ON visit_outcome (place_id, at);
CREATE INDEX visit_outcome_recorded ON visit_outcome (recorded_at);
CREATE TRIGGER visit_outcome_append_only BEFORE UPDATE OR TRUNCATE ON visit_outcome
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER visit_outcome_kept BEFORE DELETE ON visit_outcome FOR EACH ROW
    WHEN (current_setting('hereabouts.letting_go', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION refuse_change();

-- Somebody asks for a visit: a person told us (report), or a dispatcher says so (manual). Answered when a crew was there.
CREATE TABLE visit_request (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    place_id     text NOT NULL REFERENCES place,
    kind         text NOT NULL CHECK (kind IN ('report', 'manual')),
    says         text NOT NULL CHECK (says <> '' AND length(says) <= 2000),
    day          date,          -- on which day it is wanted; none: as soon as may be
    at           timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    principal_id int NOT NULL REFERENCES principal DEFAULT current_principal(),
    client_id    text NOT NULL CHECK (client_id <> '' AND length(client_id) <= 200),
    UNIQUE (principal_id, client_id)
);
CREATE INDEX visit_request_place ON visit_request (place_id, at);

-- ------------------------------------------------------------------------------------------------------------- forecast
-- Where the forecast of a bin stands, and what it last said. Levels are per cent.
CREATE TABLE bin_state (
    place_id    text PRIMARY KEY REFERENCES place ON DELETE CASCADE,
    state       jsonb NOT NULL,
    level_p50   real,
    level_p90   real,
    full_p50_at timestamptz,
    full_p90_at timestamptz,
    made_at     timestamptz NOT NULL
) WITH (fillfactor = 70);

-- The same of what bins share: a group, or all of them.
CREATE TABLE bin_group_state (
    name    text PRIMARY KEY CHECK (name <> ''),
    state   jsonb NOT NULL,
    made_at timestamptz NOT NULL
);

-- --------------------------------------------------------------------------------------------------------------- rights
-- A round with a home in it is seen by those who may see homes, and by the crew that is sent there.
ALTER TABLE round_plan ENABLE ROW LEVEL SECURITY;
ALTER TABLE round ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit_outcome ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY round_seen ON round FOR SELECT TO hereabouts_api USING (
    (SELECT sees_every_round()) AND (NOT of_homes OR (SELECT sees_every_home()))
    OR crew_id = ANY ((SELECT my_crews())::text[]) AND is_crew_day(day));
CREATE POLICY round_plan_seen ON round_plan FOR SELECT TO hereabouts_api USING (
    (SELECT sees_every_round()) AND (NOT of_homes OR (SELECT sees_every_home()))
    OR EXISTS (SELECT FROM round r WHERE r.plan_id = round_plan.id));
CREATE POLICY visit_seen ON visit FOR SELECT TO hereabouts_api USING (
    (SELECT sees_every_round()) AND (NOT of_home OR EXISTS (SELECT FROM place p WHERE p.id = place_id))
    OR crews && (SELECT my_crews()) AND is_crew_day(day));
CREATE POLICY visit_outcome_seen ON visit_outcome FOR SELECT TO hereabouts_api
    USING (principal_id = current_principal() OR EXISTS (SELECT FROM visit v WHERE v.id = visit_id));
CREATE POLICY visit_outcome_told ON visit_outcome FOR INSERT TO hereabouts_api
    WITH CHECK ((SELECT works_rounds()) AND principal_id = current_principal()
                AND EXISTS (SELECT FROM visit v WHERE v.id = visit_id AND v.place_id = visit_outcome.place_id));
CREATE POLICY visit_request_seen ON visit_request FOR SELECT TO hereabouts_api
    USING ((SELECT sees_every_round()) AND EXISTS (SELECT FROM place p WHERE p.id = place_id)
           OR principal_id = current_principal());
CREATE POLICY visit_request_told ON visit_request FOR INSERT TO hereabouts_api
    WITH CHECK ((SELECT works_rounds()) AND principal_id = current_principal()
                AND EXISTS (SELECT FROM place p WHERE p.id = place_id));
CREATE POLICY round_plan_jobs ON round_plan TO hereabouts_jobs USING (true) WITH CHECK (true);
CREATE POLICY round_jobs ON round TO hereabouts_jobs USING (true) WITH CHECK (true);
CREATE POLICY visit_jobs ON visit TO hereabouts_jobs USING (true) WITH CHECK (true);
CREATE POLICY visit_outcome_jobs ON visit_outcome FOR SELECT TO hereabouts_jobs USING (true);
CREATE POLICY visit_request_jobs ON visit_request FOR SELECT TO hereabouts_jobs USING (true);

GRANT SELECT ON vehicle, crew, baseline, bin_state, round, visit TO hereabouts_api;
-- Without its JSON: a crew sees its own round. Whoever sees every round gets the whole from the function below.
GRANT SELECT (id, day, depot, version, state, made_at, made_by, published_at, published_by, roads, attribution,
              matrix_sha256, of_homes) ON round_plan TO hereabouts_api;
GRANT SELECT, INSERT ON visit_outcome, visit_request TO hereabouts_api;
GRANT SELECT ON vehicle, crew, baseline, visit_outcome, visit_request TO hereabouts_jobs;
GRANT SELECT, INSERT, UPDATE, DELETE ON bin_state, bin_group_state TO hereabouts_jobs;
GRANT SELECT, INSERT, UPDATE (state, published_at, published_by) ON round_plan TO hereabouts_jobs;
GRANT SELECT, INSERT ON round TO hereabouts_jobs;
GRANT SELECT, INSERT, UPDATE ON visit TO hereabouts_jobs;

CREATE FUNCTION published_plan(wanted bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.published FROM round_plan p
    WHERE p.id = wanted AND sees_every_round() AND (NOT p.of_homes OR sees_every_home())
$$;

REVOKE ALL ON FUNCTION sees_every_round(), my_crews(), works_rounds(), published_plan(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sees_every_round(), my_crews(), works_rounds(), published_plan(bigint) TO hereabouts_api;

-- A class of retention of their own, beside those that stand; a plan takes its rounds, visits and outcomes along.
ALTER FUNCTION retention_parts() RENAME TO retention_parts_but_rounds;
CREATE FUNCTION retention_parts()
RETURNS TABLE (class text, part regclass, aged text, due text, held text, at_least interval)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT * FROM retention_parts_but_rounds()
    UNION ALL
    SELECT v.class, v.part::regclass, v.aged, v.due, v.held, v.at_least::interval FROM (VALUES
        ('rounds', 'round_plan', 'day::timestamp AT TIME ZONE ''Europe/London''',
         'day < ($1 AT TIME ZONE ''Europe/London'')::date', 'false', '60 days'),
        ('rounds', 'visit_request', 'at', 'at < $1', 'false', '60 days')
    ) AS v (class, part, aged, due, held, at_least)
$$;
REVOKE ALL ON FUNCTION retention_parts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention_parts() TO hereabouts_jobs;
