-- Planning again in mid-shift: why a draft was made, who published or discarded it, which vehicles are out of service,
-- and which crews have taken the change.

-- A dispatcher's word on a draft. `ways`: vehicle -> its way on the roads as a GeoJSON LineString, kept with the draft,
-- as whoever publishes it need not have the roads. `checked`: the independent check found nothing in just these bytes.
ALTER TABLE round_plan DROP CONSTRAINT round_plan_state_check, DROP CONSTRAINT round_plan_check;
ALTER TABLE round_plan
    ADD COLUMN ways         jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN checked      boolean NOT NULL DEFAULT false,
    ADD COLUMN discarded_at timestamptz,
    ADD COLUMN discarded_by int REFERENCES principal,
    ADD CONSTRAINT round_plan_state_check CHECK (state IN ('draft', 'published', 'superseded', 'discarded')),
    ADD CONSTRAINT round_plan_check CHECK ((state IN ('draft', 'discarded')) = (published_at IS NULL)),
    ADD CONSTRAINT round_plan_discarded CHECK ((state = 'discarded') = (discarded_at IS NOT NULL));

-- Whether its crew drives otherwise than by the version before, and has to be told so.
ALTER TABLE round ADD COLUMN changed boolean NOT NULL DEFAULT false;

-- Why a day was planned again, and from which version.
CREATE TABLE plan_change (
    plan_id bigint PRIMARY KEY REFERENCES round_plan ON DELETE CASCADE,
    stood   bigint NOT NULL REFERENCES round_plan ON DELETE CASCADE,
    reasons jsonb NOT NULL CHECK (jsonb_typeof(reasons) = 'array') -- [{kind, about, says}]
);
CREATE INDEX plan_change_stood ON plan_change (stood);

-- A crew has seen that its round is another now, and takes it.
CREATE TABLE round_acceptance (
    round_id     bigint PRIMARY KEY REFERENCES round ON DELETE CASCADE,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    principal_id int NOT NULL REFERENCES principal DEFAULT current_principal()
);

-- A vehicle that does nothing more until somebody says that it is back.
CREATE TABLE vehicle_outage (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id   text NOT NULL REFERENCES vehicle,
    from_at      timestamptz NOT NULL,
    to_at        timestamptz,
    says         text NOT NULL CHECK (says <> '' AND length(says) <= 2000),
    recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    principal_id int NOT NULL REFERENCES principal DEFAULT current_principal(),
    ended_by     int REFERENCES principal,
    CHECK (to_at >= from_at),
    CHECK ((to_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX vehicle_outage_one_open ON vehicle_outage (vehicle_id) WHERE to_at IS NULL;

-- --------------------------------------------------------------------------------------------------------------- rights
-- Who says what crews do: what `may()` says, once more.
CREATE FUNCTION sends_crews() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM principal_role r JOIN principal p ON p.id = r.principal_id
                   WHERE r.principal_id = current_principal() AND p.disabled_at IS NULL
                     AND r.role IN ('administrator', 'waste-manager'))
$$;

-- Whether a plan stands because whoever acts published it. Policies of rounds ask it: what is seen of a plan asks theirs.
CREATE FUNCTION publishes(plan bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT sends_crews() AND EXISTS (
        SELECT FROM round_plan p
        WHERE p.id = plan AND p.state = 'published' AND p.published_by = current_principal())
$$;

-- Whose sheet somebody reports from: the crews of a principal.
CREATE FUNCTION crews_of(wanted int) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT c), '{}') FROM principal_role r, jsonb_array_elements_text(r.scope -> 'crews') c
    WHERE r.principal_id = wanted AND r.role = 'waste-crew'
$$;
REVOKE ALL ON FUNCTION sends_crews(), publishes(bigint), crews_of(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sends_crews(), publishes(bigint) TO hereabouts_api;
GRANT EXECUTE ON FUNCTION crews_of(int) TO hereabouts_jobs;
GRANT EXECUTE ON FUNCTION published_plan(bigint), sees_every_round() TO hereabouts_jobs;

ALTER TABLE plan_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE round_acceptance ENABLE ROW LEVEL SECURITY;
ALTER TABLE vehicle_outage ENABLE ROW LEVEL SECURITY;
-- A dispatcher publishes and discards drafts by the API: forward alone, and none that leads to homes they may not see.
CREATE POLICY round_plan_decided ON round_plan FOR UPDATE TO hereabouts_api
    USING ((SELECT sends_crews()) AND state IN ('draft', 'published') AND (NOT of_homes OR (SELECT sees_every_home())))
    WITH CHECK (state IN ('published', 'superseded', 'discarded'));
CREATE POLICY round_published ON round FOR INSERT TO hereabouts_api
    WITH CHECK (publishes(plan_id));
CREATE POLICY visit_published ON visit FOR INSERT TO hereabouts_api
    WITH CHECK (publishes(plan_id));
CREATE POLICY visit_again ON visit FOR UPDATE TO hereabouts_api
    USING ((SELECT sends_crews())) WITH CHECK (publishes(plan_id));
CREATE POLICY plan_change_seen ON plan_change FOR SELECT TO hereabouts_api
    USING ((SELECT sees_every_round()) AND EXISTS (SELECT FROM round_plan p WHERE p.id = plan_id));
CREATE POLICY plan_change_jobs ON plan_change TO hereabouts_jobs USING (true) WITH CHECK (true);
CREATE POLICY round_acceptance_seen ON round_acceptance FOR SELECT TO hereabouts_api
    USING (EXISTS (SELECT FROM round r WHERE r.id = round_id));
CREATE POLICY round_acceptance_told ON round_acceptance FOR INSERT TO hereabouts_api
    WITH CHECK ((SELECT works_rounds()) AND principal_id = current_principal()
                AND EXISTS (SELECT FROM round r WHERE r.id = round_id AND r.changed));
CREATE POLICY round_acceptance_jobs ON round_acceptance FOR SELECT TO hereabouts_jobs USING (true);
CREATE POLICY vehicle_outage_seen ON vehicle_outage FOR SELECT TO hereabouts_api USING ((SELECT sees_every_round()));
CREATE POLICY vehicle_outage_said ON vehicle_outage FOR INSERT TO hereabouts_api
    WITH CHECK ((SELECT sends_crews()) AND principal_id = current_principal());
CREATE POLICY vehicle_outage_ended ON vehicle_outage FOR UPDATE TO hereabouts_api
    USING ((SELECT sends_crews())) WITH CHECK (ended_by = current_principal());
CREATE POLICY vehicle_outage_jobs ON vehicle_outage FOR SELECT TO hereabouts_jobs USING (true);

GRANT SELECT (ways, checked, discarded_at, discarded_by),
      UPDATE (state, published_at, published_by, discarded_at, discarded_by) ON round_plan TO hereabouts_api;
GRANT INSERT ON round TO hereabouts_api;
GRANT INSERT, UPDATE ON visit TO hereabouts_api;
GRANT SELECT ON plan_change TO hereabouts_api;
GRANT SELECT, INSERT ON round_acceptance TO hereabouts_api;
GRANT SELECT, INSERT, UPDATE (to_at, ended_by) ON vehicle_outage TO hereabouts_api;
GRANT UPDATE (discarded_at, discarded_by) ON round_plan TO hereabouts_jobs;
GRANT SELECT, INSERT ON plan_change TO hereabouts_jobs;
GRANT SELECT ON round_acceptance, vehicle_outage TO hereabouts_jobs;

-- Of the class of rounds: what a vehicle was out for goes once it is over and old.
ALTER FUNCTION retention_parts() RENAME TO retention_parts_but_outages;
CREATE FUNCTION retention_parts()
RETURNS TABLE (class text, part regclass, aged text, due text, held text, at_least interval)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT * FROM retention_parts_but_outages()
    UNION ALL
    SELECT 'rounds', 'vehicle_outage'::regclass, 'to_at', 'to_at < $1', 'false', '60 days'::interval
$$;
REVOKE ALL ON FUNCTION retention_parts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention_parts() TO hereabouts_jobs;
