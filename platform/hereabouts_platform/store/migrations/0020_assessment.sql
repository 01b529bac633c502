-- The assessment of homes: what was said of each room and day, where the reckoning stands, and what is to be done anew.

-- What people and evidence ask for, one row a room and UTC day; the last day's row grows with its hours. Levels are
-- words; a figure that cannot be said is NULL. What each is stands in homes/figures.py.
CREATE TABLE room_day (
    place_id          text NOT NULL REFERENCES place (id) ON DELETE CASCADE,
    day               date NOT NULL,     -- UTC
    until             smallint NOT NULL CHECK (until BETWEEN 0 AND 24), -- hours of it that are in
    damp_mould        text NOT NULL,
    excess_cold       text NOT NULL,
    excess_heat       text NOT NULL,
    damp_stands       text NOT NULL,     -- what stands, whatever can be said now
    cold_stands       text NOT NULL,
    heat_stands       text NOT NULL,
    covered           smallint NOT NULL, -- hours of it that are believed
    cold_hours        smallint NOT NULL,
    quiet             boolean NOT NULL,  -- nothing is raised: a new sensor, plaster that dries
    faults            text[] NOT NULL,
    air_day           real,
    air_week          real,
    air_month         real,
    surface_day       real,
    surface_week      real,
    surface_month     real,
    temperature_day   real,
    temperature_week  real,
    night             real,
    mould_low         real,
    mould_high        real,
    sensor_low        real,
    sensor_high       real,
    rate              real,
    visible_in        real,
    visible_from      real,
    vpx5              real,
    station_id        text,              -- whose weather it was worked out with
    rule_version      text NOT NULL,
    rule_hash         text NOT NULL,
    PRIMARY KEY (place_id, day)
) WITH (fillfactor = 80);
CREATE INDEX room_day_day ON room_day (day);

-- Where the reckoning stands at the end of a whole day: the bytes of homes/record.py in the form `form`. The last eight
-- days and the first of each month are kept, so that late readings start from near. `facts` is a hash of all that the
-- room's history was reckoned with beside its readings: where it differs, the room starts from its first day again.
CREATE TABLE room_state (
    place_id text NOT NULL REFERENCES place (id) ON DELETE CASCADE,
    day      date NOT NULL,
    form     smallint NOT NULL,
    facts    bytea NOT NULL CHECK (length(facts) = 16),
    state    bytea NOT NULL,
    PRIMARY KEY (place_id, day)
);
ALTER TABLE room_state ALTER COLUMN state SET STORAGE PLAIN; -- a page holds three; packing them would cost more

-- Datastreams of homes and weather stations whose hours were worked out anew, from when on: written with the rollups, in
-- their transaction, so that none is passed over. Then homes that are to be assessed anew, from which day on.
CREATE TABLE assessment_touched (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    datastream_id int NOT NULL,
    from_at       timestamptz NOT NULL
);
CREATE TABLE assessment_due (
    home_id text PRIMARY KEY REFERENCES place (id) ON DELETE CASCADE,
    day     date NOT NULL
);
-- Up to which hour all rooms were assessed.
CREATE TABLE assessment_progress (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    hour    timestamptz
);
INSERT INTO assessment_progress DEFAULT VALUES;

GRANT SELECT, INSERT, UPDATE, DELETE ON room_day, room_state, assessment_due TO hereabouts_jobs;
GRANT SELECT, INSERT, DELETE ON assessment_touched TO hereabouts_jobs;
GRANT SELECT, UPDATE ON assessment_progress TO hereabouts_jobs;

-- People read what was said of the homes that they may see, and the reckoning behind it, for causes and repairs.
ALTER TABLE room_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE room_state ENABLE ROW LEVEL SECURITY;
CREATE POLICY room_day_jobs ON room_day TO hereabouts_jobs USING (true) WITH CHECK (true);
CREATE POLICY room_state_jobs ON room_state TO hereabouts_jobs USING (true) WITH CHECK (true);
CREATE POLICY room_day_seen ON room_day FOR SELECT TO hereabouts_api
    USING ((SELECT may_see()) AND ((SELECT sees_every_home()) OR place_id IN (SELECT seen_homes())));
CREATE POLICY room_state_seen ON room_state FOR SELECT TO hereabouts_api
    USING ((SELECT may_see()) AND ((SELECT sees_every_home()) OR place_id IN (SELECT seen_homes())));
GRANT SELECT ON room_day, room_state TO hereabouts_api;

-- What homes are assessed by stands already: it is gone through once.
INSERT INTO assessment_due (home_id, day)
SELECT DISTINCT CASE WHEN p.kind = 'home' THEN p.id ELSE p.parent_id END, '2000-01-01'::date
FROM place p JOIN deployment d ON d.place_id = p.id
WHERE p.kind = 'home' OR (p.kind = 'room' AND p.parent_id IS NOT NULL)
ON CONFLICT DO NOTHING;

-- A class of retention of their own.
ALTER FUNCTION retention_parts() RENAME TO retention_parts_before_assessment;
CREATE FUNCTION retention_parts()
RETURNS TABLE (class text, part regclass, aged text, due text, held text, at_least interval)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT * FROM retention_parts_before_assessment()
    UNION ALL
    SELECT v.class, v.part::regclass, v.aged, v.due, v.held, v.at_least::interval FROM (VALUES
        ('home_assessments', 'room_day', 'day::timestamp AT TIME ZONE ''UTC''',
         'day < ($1 AT TIME ZONE ''UTC'')::date', 'false', '60 days'),
        ('home_assessments', 'room_state', 'day::timestamp AT TIME ZONE ''UTC''',
         'day < ($1 AT TIME ZONE ''UTC'')::date', 'false', '60 days')
    ) AS v (class, part, aged, due, held, at_least)
$$;
