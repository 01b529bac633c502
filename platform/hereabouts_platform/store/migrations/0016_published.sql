-- Reading back: what analysts may see (schema `published`), figures of areas, days and events of a place, whole series.
-- The database role hereabouts_analyst exists before this runs: see store/roles.py.

ALTER TABLE principal_role DROP CONSTRAINT principal_role_role_check;
ALTER TABLE principal_role ADD CONSTRAINT principal_role_role_check
    CHECK (role IN ('administrator', 'reader', 'feeder', 'analyst'));

-- ------------------------------------------------------------------------------------------------------ functions
-- As those of 0005: they run with the owner's rights and read only what `may_see()` lets through.

-- The civil days of datastreams.
CREATE FUNCTION days_of(wanted int[], from_day date, to_day date)
RETURNS TABLE (datastream_id int, day date, count int, mean float8, min float8, max float8, total float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.datastream_id, r.day, r.count, coalesce(r.time_mean, r.mean), r.min, r.max, r.total FROM reading_day r
    WHERE r.datastream_id = ANY (visible_datastreams(wanted)) AND r.day >= from_day AND r.day < to_day
$$;

-- What devices reported that is not a value.
CREATE FUNCTION events_of(devices text[], from_at timestamptz, to_at timestamptz)
RETURNS TABLE (device_id text, "time" timestamptz, code text, detail text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.device_id, e.time, e.code, e.detail FROM device_event e
    WHERE e.device_id = ANY (devices) AND e.time >= from_at AND e.time < to_at AND may_see()
$$;

-- Whole series, a row a datastream with its times and values as arrays: a tenth of the messages that single rows take.
-- EXECUTE, so that each span is planned for its own length: a whole month is read from end to end, a day by the key.
CREATE FUNCTION readings_by_stream(wanted int[], from_at timestamptz, to_at timestamptz)
RETURNS TABLE (datastream_id int, times timestamptz[], readings float8[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY EXECUTE
        'SELECT r.datastream_id, array_agg(r.time), array_agg(r.value) FROM reading r'
        ' WHERE r.datastream_id = ANY ($1) AND r.time >= $2 AND r.time < $3 GROUP BY r.datastream_id'
        USING visible_datastreams(wanted), from_at, to_at;
END $$;

-- The same of hours; NaN stands for null.
CREATE FUNCTION hours_by_stream(wanted int[], from_at timestamptz, to_at timestamptz)
RETURNS TABLE (datastream_id int, hours timestamptz[], counts int[], means float8[], time_means float8[],
               mins float8[], maxs float8[], firsts float8[], lasts float8[], totals float8[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY EXECUTE
        'SELECT r.datastream_id, array_agg(r.hour), array_agg(r.count), array_agg(r.mean),'
        ' array_agg(coalesce(r.time_mean, ''NaN'')), array_agg(r.min), array_agg(r.max), array_agg(r.first),'
        ' array_agg(r.last), array_agg(coalesce(r.total, ''NaN'')) FROM reading_hour r'
        ' WHERE r.datastream_id = ANY ($1) AND r.hour >= $2 AND r.hour < $3 GROUP BY r.datastream_id'
        USING visible_datastreams(wanted), from_at, to_at;
END $$;

-- Figures of an area from hours: of the means that its places (a home with its rooms is one) had over the time, and of
-- the shares of hours in which they were below or above a limit. Homes stand apart from everything else. How many
-- homes there are is told as it is: whoever passes it on suppresses small numbers (rules/disclosure.py).
CREATE FUNCTION area_figures(wanted_code text, wanted_vintage text, from_at timestamptz, to_at timestamptz,
                             wanted text[], below float8[], above float8[])
RETURNS TABLE (quantity text, unit text, of_homes boolean, places bigint, mean float8, p10 float8, p50 float8,
               p90 float8, below_share float8, above_share float8)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    ids int[]; roots text[]; are_homes boolean[]; counted boolean[]; belows float8[]; aboves float8[];
BEGIN
    WITH member AS (
        SELECT p.id, p.kind = 'home' OR coalesce(up.kind = 'home', false) AS is_home
        FROM place_area a JOIN place p ON p.id = a.place_id LEFT JOIN place up ON up.id = p.parent_id
        WHERE a.code = wanted_code AND a.vintage = wanted_vintage AND p.kind NOT IN ('room', 'bin_slot') AND may_see()
    ), part AS (
        SELECT m.id AS root, m.is_home, m.id FROM member m
        UNION ALL
        SELECT m.id, m.is_home, p.id FROM member m JOIN place p ON p.parent_id = m.id AND p.kind IN ('room', 'bin_slot')
    )
    SELECT array_agg(s.id), array_agg(t.root), array_agg(t.is_home), array_agg(s.kind <> 'measurement'),
           array_agg(l.below), array_agg(l.above)
    INTO ids, roots, are_homes, counted, belows, aboves
    FROM part t
    JOIN deployment d ON d.place_id = t.id AND d.from_at < area_figures.to_at
                     AND (d.to_at IS NULL OR d.to_at > area_figures.from_at)
    JOIN datastream s ON s.deployment_id = d.id
    JOIN unnest(wanted, area_figures.below, area_figures.above) AS l (quantity, below, above) ON l.quantity = s.quantity;
    -- EXECUTE, so that it is planned for this many datastreams and this time: hours lie in order of time, and read one
    -- datastream after another nearly each would cost a page of its own.
    RETURN QUERY EXECUTE $query$
        WITH stream AS (
            SELECT * FROM unnest($1::int[], $2::text[], $3::boolean[], $4::boolean[], $5::float8[], $6::float8[])
                AS s (id, root, is_home, is_counted, below, above)
        ), series AS (
            SELECT s.id, count(*)::float8 AS hours, sum(v.value) AS total,
                   count(*) FILTER (WHERE v.value < s.below) AS low, count(*) FILTER (WHERE v.value > s.above) AS high
            FROM reading_hour r
            JOIN stream s ON s.id = r.datastream_id
            CROSS JOIN LATERAL (SELECT CASE WHEN s.is_counted THEN r.total ELSE coalesce(r.time_mean, r.mean) END) v (value)
            WHERE r.datastream_id = ANY ($1) AND r.hour >= $7 AND r.hour < $8 AND v.value IS NOT NULL
            GROUP BY s.id
        ), one AS (
            SELECT d.quantity, d.unit, s.is_home, s.root, sum(h.total) / sum(h.hours) AS mean,
                   sum(h.low)::float8 / sum(h.hours) AS low, sum(h.high)::float8 / sum(h.hours) AS high
            FROM series h JOIN stream s USING (id) JOIN datastream d USING (id)
            GROUP BY 1, 2, 3, 4
        ), figure AS (
            SELECT o.quantity, o.unit, o.is_home, count(*) AS places, avg(o.mean) AS mean,
                   percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY o.mean) AS p,
                   avg(o.low) AS low, avg(o.high) AS high
            FROM one o GROUP BY 1, 2, 3
        )
        SELECT f.quantity, f.unit, f.is_home, f.places, f.mean, f.p[1], f.p[2], f.p[3], f.low, f.high
        FROM figure f ORDER BY f.quantity, f.is_home DESC
    $query$ USING ids, roots, are_homes, counted, belows, aboves, from_at, to_at;
END $$;

-- Which homes (by numbers that mean nothing outside this answer) have data of a quantity, area by area: what it takes
-- to see whether one area's figures, taken from another's, would tell of a few homes.
CREATE FUNCTION area_homes(wanted text, from_at timestamptz, to_at timestamptz)
RETURNS TABLE (code text, vintage text, kind text, homes int[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH present AS (
        SELECT DISTINCT CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' AND p.kind = 'room' THEN up.id
                             ELSE p.id END AS id
        FROM datastream s JOIN deployment d ON d.id = s.deployment_id
        JOIN place p ON p.id = d.place_id LEFT JOIN place up ON up.id = p.parent_id
        WHERE s.quantity = wanted AND 'home' IN (p.kind, up.kind) AND may_see()
          AND d.from_at < area_homes.to_at AND (d.to_at IS NULL OR d.to_at > area_homes.from_at)
          AND EXISTS (SELECT FROM reading_hour r WHERE r.datastream_id = s.id
                      AND r.hour >= area_homes.from_at AND r.hour < area_homes.to_at)
    ), numbered AS (SELECT id, (row_number() OVER (ORDER BY id))::int AS number FROM present)
    SELECT a.code, a.vintage, a.kind, array_agg(n.number)
    FROM numbered n JOIN place_area m ON m.place_id = n.id JOIN area a ON a.code = m.code AND a.vintage = m.vintage
    GROUP BY a.code, a.vintage, a.kind
$$;

REVOKE ALL ON FUNCTION days_of(int[], date, date), events_of(text[], timestamptz, timestamptz),
    readings_by_stream(int[], timestamptz, timestamptz), hours_by_stream(int[], timestamptz, timestamptz),
    area_figures(text, text, timestamptz, timestamptz, text[], float8[], float8[]),
    area_homes(text, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION days_of(int[], date, date), events_of(text[], timestamptz, timestamptz),
    readings_by_stream(int[], timestamptz, timestamptz), hours_by_stream(int[], timestamptz, timestamptz),
    area_figures(text, text, timestamptz, timestamptz, text[], float8[], float8[]),
    area_homes(text, timestamptz, timestamptz) TO hereabouts_api;

-- ----------------------------------------------------------------------------------------------------- pseudonyms
-- What views of `published` are made of. Nobody but the owner has any right here.
CREATE SCHEMA publishing;

-- A pseudonym is HMAC-SHA-256 of what it stands for, with the two padded keys of HMAC drawn at random (pgcrypto is not
-- on every server). Not a function that analysts may call: they could try known ids until one fits.
CREATE TABLE publishing.pseudonym_key (
    one_row   boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    inner_key bytea NOT NULL CHECK (octet_length(inner_key) = 64),
    outer_key bytea NOT NULL CHECK (octet_length(outer_key) = 64),
    made_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE publishing.pseudonym (
    place_id text PRIMARY KEY REFERENCES place ON DELETE CASCADE,
    name     text NOT NULL UNIQUE
);

-- Kinds of area that a home's pseudonym may be told together with.
CREATE TABLE publishing.area_kind (kind text PRIMARY KEY CHECK (kind = lower(kind)));
INSERT INTO publishing.area_kind VALUES ('ward'), ('lsoa');

CREATE FUNCTION publishing.random_key() RETURNS bytea LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT decode(string_agg(replace(gen_random_uuid()::text, '-', ''), ''), 'hex') FROM generate_series(1, 4)
$$;

CREATE FUNCTION publishing.pseudonym_of(what text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT left(encode(sha256(outer_key || sha256(inner_key || convert_to(what, 'UTF8'))), 'hex'), 20)
    FROM publishing.pseudonym_key
$$;

CREATE FUNCTION publishing.name_new_places() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO publishing.pseudonym SELECT id, publishing.pseudonym_of('place ' || id) FROM fresh;
    RETURN NULL;
END $$;
CREATE TRIGGER place_gets_pseudonym AFTER INSERT ON place REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION publishing.name_new_places();

-- New pseudonyms for all, from a new key: nothing that was published before can be joined to what is published after.
CREATE FUNCTION publishing.rotate() RETURNS bigint LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    renamed bigint;
BEGIN
    DELETE FROM publishing.pseudonym;
    DELETE FROM publishing.pseudonym_key;
    INSERT INTO publishing.pseudonym_key (inner_key, outer_key)
        VALUES (publishing.random_key(), publishing.random_key());
    INSERT INTO publishing.pseudonym SELECT id, publishing.pseudonym_of('place ' || id) FROM place;
    GET DIAGNOSTICS renamed = ROW_COUNT;
    RETURN renamed;
END $$;
SELECT publishing.rotate();
REVOKE ALL ON FUNCTION publishing.random_key(), publishing.pseudonym_of(text), publishing.name_new_places(),
    publishing.rotate() FROM PUBLIC;

-- Whether a place is of a home (itself, or anything in or beneath one), and whether it may be shown in full: a building
-- with homes in it is an address, and so are its rooms. What lies deeper than four levels is not shown.
CREATE VIEW publishing.scope AS
SELECT p.id AS place_id, h.home_id,
       h.home_id IS NULL AND p3.parent_id IS NULL AND NOT EXISTS (
           SELECT FROM place b
           WHERE b.kind = 'building'
             AND (b.id = p.id AND p.kind = 'building' OR p.kind = 'room' AND b.id IN (p1.id, p2.id, p3.id))
             AND EXISTS (
                 SELECT FROM place c LEFT JOIN place g ON g.parent_id = c.id LEFT JOIN place i ON i.parent_id = g.id
                 WHERE c.parent_id = b.id AND 'home' IN (c.kind, g.kind, i.kind))
       ) AS is_public
FROM place p
LEFT JOIN place p1 ON p1.id = p.parent_id
LEFT JOIN place p2 ON p2.id = p1.parent_id
LEFT JOIN place p3 ON p3.id = p2.parent_id
CROSS JOIN LATERAL (SELECT CASE 'home' WHEN p.kind THEN p.id WHEN p1.kind THEN p1.id WHEN p2.kind THEN p2.id
                                       WHEN p3.kind THEN p3.id END AS home_id) h;

-- Datastreams as they are published: of a home by pseudonyms, of a public place by its id.
CREATE VIEW publishing.stream AS
SELECT s.id, s.quantity, s.channel, s.unit, s.kind, d.place_id, c.home_id, c.is_public, home.name AS home,
       CASE WHEN d.place_id <> c.home_id THEN room.name END AS room
FROM datastream s
JOIN deployment d ON d.id = s.deployment_id
JOIN publishing.scope c ON c.place_id = d.place_id
LEFT JOIN publishing.pseudonym home ON home.place_id = c.home_id
LEFT JOIN publishing.pseudonym room ON room.place_id = d.place_id;

-- Homes that are published: those that have, or had, a device.
CREATE VIEW publishing.home AS
SELECT DISTINCT c.home_id AS place_id FROM deployment d JOIN publishing.scope c ON c.place_id = d.place_id
WHERE c.home_id IS NOT NULL;

-- The newest vintage of each kind of area.
CREATE VIEW publishing.newest_area AS
SELECT a.code, a.vintage, a.kind, a.name FROM area a
JOIN (SELECT kind, max(vintage) AS vintage FROM area GROUP BY kind) n USING (kind, vintage);

-- The areas that a home falls in, all together, and how many published homes share them.
CREATE VIEW publishing.home_cell AS
SELECT place_id, codes, count(*) OVER (PARTITION BY codes) AS homes
FROM (
    SELECT h.place_id, array_agg(a.code ORDER BY a.code) AS codes
    FROM publishing.home h
    JOIN place_area m ON m.place_id = h.place_id
    JOIN publishing.newest_area a ON a.code = m.code AND a.vintage = m.vintage
    JOIN publishing.area_kind k ON k.kind = lower(a.kind)
    GROUP BY h.place_id
) c;

-- ------------------------------------------------------------------------------------------------------ published
-- What analysts may read. security_barrier: no condition of a reader's own runs on a row that is not for them.
CREATE SCHEMA published;
COMMENT ON SCHEMA published IS
    'What analysts may read: public places in full, homes by pseudonym and by hours or days, small numbers left out.';

CREATE VIEW published.place WITH (security_barrier) AS
SELECT p.id AS place, p.kind, p.name, p.lon, p.lat, p.polygon, p.usrn,
       CASE WHEN up.is_public THEN p.parent_id END AS parent
FROM place p
JOIN publishing.scope c ON c.place_id = p.id AND c.is_public
LEFT JOIN publishing.scope up ON up.place_id = p.parent_id;

CREATE VIEW published.home WITH (security_barrier) AS
SELECT n.name AS home,
       (SELECT count(DISTINCT d.place_id) FROM deployment d JOIN place p ON p.id = d.place_id
        WHERE p.id = h.place_id OR p.parent_id = h.place_id) AS measured_rooms
FROM publishing.home h JOIN publishing.pseudonym n ON n.place_id = h.place_id;

CREATE VIEW published.home_area WITH (security_barrier) AS
SELECT n.name AS home, a.code, a.vintage, a.kind, a.name
FROM publishing.home_cell c
JOIN publishing.pseudonym n ON n.place_id = c.place_id
JOIN publishing.newest_area a ON a.code = ANY (c.codes)
JOIN publishing.area_kind k ON k.kind = lower(a.kind)
WHERE c.homes >= 10;

CREATE VIEW published.area WITH (security_barrier) AS
SELECT a.code, a.vintage, a.kind, a.name, CASE WHEN h.homes >= 10 THEN (h.homes + 2) / 5 * 5 END AS homes
FROM area a CROSS JOIN LATERAL (
    SELECT count(*) AS homes FROM place_area m JOIN publishing.home p ON p.place_id = m.place_id
    WHERE m.code = a.code AND m.vintage = a.vintage
) h;

CREATE VIEW published.area_place WITH (security_barrier) AS
SELECT m.code, m.vintage, m.place_id AS place
FROM place_area m JOIN publishing.scope c ON c.place_id = m.place_id AND c.is_public;

CREATE VIEW published.reading WITH (security_barrier) AS
SELECT s.place_id AS place, s.quantity, s.channel, s.unit, r.time, r.value
FROM publishing.stream s JOIN reading r ON r.datastream_id = s.id
WHERE s.is_public;

CREATE VIEW published.place_hour WITH (security_barrier) AS
SELECT s.place_id AS place, s.quantity, s.channel, s.unit, r.hour, r.count,
       coalesce(r.time_mean, r.mean) AS mean, r.min, r.max, r.total
FROM publishing.stream s JOIN reading_hour r ON r.datastream_id = s.id
WHERE s.is_public;

CREATE VIEW published.place_day WITH (security_barrier) AS
SELECT s.place_id AS place, s.quantity, s.channel, s.unit, r.day, r.count,
       coalesce(r.time_mean, r.mean) AS mean, r.min, r.max, r.total
FROM publishing.stream s JOIN reading_day r ON r.datastream_id = s.id
WHERE s.is_public;

CREATE VIEW published.home_hour WITH (security_barrier) AS
SELECT s.home, s.room, s.quantity, s.channel, s.unit, r.hour, r.count,
       coalesce(r.time_mean, r.mean) AS mean, r.min, r.max, r.total
FROM publishing.stream s JOIN reading_hour r ON r.datastream_id = s.id
WHERE s.home_id IS NOT NULL;

CREATE VIEW published.home_day WITH (security_barrier) AS
SELECT s.home, s.room, s.quantity, s.channel, s.unit, r.day, r.count,
       coalesce(r.time_mean, r.mean) AS mean, r.min, r.max, r.total
FROM publishing.stream s JOIN reading_day r ON r.datastream_id = s.id
WHERE s.home_id IS NOT NULL;

CREATE VIEW published.footfall WITH (security_barrier) AS
SELECT f.place_id AS place, f.hour, sum(f.people_in) AS people_in, sum(f.people_out) AS people_out
FROM footfall_hour f JOIN publishing.scope c ON c.place_id = f.place_id AND c.is_public
GROUP BY f.place_id, f.hour;

CREATE VIEW published.alert WITH (security_barrier) AS
SELECT a.id, a.subject_kind, CASE WHEN c.is_public THEN c.place_id END AS place, n.name AS home,
       a.hazard, a.level, a.rule, a.rule_version,
       CASE WHEN c.is_public THEN a.opened_at ELSE date_trunc('hour', a.opened_at, 'UTC') END AS opened_at,
       CASE WHEN c.is_public THEN a.cleared_at ELSE date_trunc('hour', a.cleared_at, 'UTC') END AS cleared_at
FROM alert a
LEFT JOIN deployment d ON a.subject_kind = 'device' AND d.device_id = a.subject_id AND d.from_at <= a.opened_at
                      AND (d.to_at IS NULL OR a.opened_at < d.to_at)
JOIN publishing.scope c ON c.place_id = coalesce(a.place_id, d.place_id)
LEFT JOIN publishing.pseudonym n ON n.place_id = c.home_id
WHERE c.is_public OR c.home_id IS NOT NULL;

CREATE VIEW published.device WITH (security_barrier) AS
SELECT CASE WHEN c.is_public THEN d.device_id
            ELSE left(encode(sha256(y.outer_key || sha256(y.inner_key || convert_to('device ' || d.device_id, 'UTF8'))),
                             'hex'), 20) END AS device,
       v.profile_id AS profile, f.title, CASE WHEN c.is_public THEN d.place_id END AS place, n.name AS home,
       coalesce(k.interval_s, f.interval_s) AS interval_s,
       CASE WHEN c.is_public THEN h.received_at ELSE date_trunc('hour', h.received_at, 'UTC') END AS last_heard,
       CASE WHEN h.received_at IS NULL OR h.received_at < e.at
                THEN CASE WHEN e.at >= now() - e.late THEN 'waiting' ELSE 'silent' END
            WHEN h.received_at >= now() - e.live THEN 'live'
            WHEN h.received_at >= now() - e.late THEN 'late'
            ELSE 'silent' END AS health,
       k.battery_percent, coalesce(k.battery_state, 'cannot_say') AS battery_state,
       CASE WHEN k.expected >= 20 THEN 100.0 * k.lost / k.expected END AS lost_percent
FROM deployment d
JOIN device v ON v.id = d.device_id
JOIN profile f ON f.id = v.profile_id
JOIN publishing.scope c ON c.place_id = d.place_id
LEFT JOIN publishing.pseudonym n ON n.place_id = c.home_id
LEFT JOIN device_heard h ON h.device_id = d.device_id
LEFT JOIN device_health k ON k.device_id = d.device_id
CROSS JOIN publishing.pseudonym_key y
CROSS JOIN LATERAL (
    SELECT greatest(d.from_at, v.created_at) AS at, make_interval(secs => coalesce(k.live_s, 3 * f.interval_s)) AS live,
           make_interval(secs => coalesce(k.late_s, greatest(86400, 6 * f.interval_s))) AS late
) e
WHERE d.from_at <= now() AND (d.to_at IS NULL OR d.to_at > now()) AND (c.is_public OR c.home_id IS NOT NULL);

GRANT USAGE ON SCHEMA published TO hereabouts_analyst;
GRANT SELECT ON ALL TABLES IN SCHEMA published TO hereabouts_analyst;

COMMENT ON VIEW published.place IS
    'Public places in full: bins, streets, counting lines, weather stations, depots, offices. Never a home, what belongs to one, or a building with homes in it.';
COMMENT ON COLUMN published.place.place IS 'Id of the place.';
COMMENT ON COLUMN published.place.kind IS 'What it is: bin_site, bin_slot, street, counting_line, weather_station, building, room, depot, tip or office.';
COMMENT ON COLUMN published.place.name IS 'Its name.';
COMMENT ON COLUMN published.place.lon IS 'Degrees east, WGS 84; null where only the parent is located.';
COMMENT ON COLUMN published.place.lat IS 'Degrees north, WGS 84.';
COMMENT ON COLUMN published.place.polygon IS 'Its outline as GeoJSON, WGS 84; null where there is none.';
COMMENT ON COLUMN published.place.usrn IS 'Unique Street Reference Number.';
COMMENT ON COLUMN published.place.parent IS 'Id of the public place it is part of; null where there is none.';
COMMENT ON VIEW published.home IS
    'Homes that have or had a sensor, by pseudonym.';
COMMENT ON COLUMN published.home.home IS 'Pseudonym of the home: the same in all views, until the key is changed.';
COMMENT ON COLUMN published.home.measured_rooms IS 'In how many of its rooms (the home itself counts as one) a sensor is or was.';
COMMENT ON VIEW published.home_area IS
    'The areas that a home falls in, newest vintage, where at least 10 homes share exactly the same ones. Homes in smaller company are left out.';
COMMENT ON COLUMN published.home_area.home IS 'Pseudonym of the home.';
COMMENT ON COLUMN published.home_area.code IS 'GSS code of the area.';
COMMENT ON COLUMN published.home_area.vintage IS 'Which edition of the boundaries.';
COMMENT ON COLUMN published.home_area.kind IS 'What kind of area: ward, lsoa.';
COMMENT ON COLUMN published.home_area.name IS 'Its name.';
COMMENT ON VIEW published.area IS
    'Areas and about how many homes with sensors lie in each.';
COMMENT ON COLUMN published.area.code IS 'GSS code.';
COMMENT ON COLUMN published.area.vintage IS 'Which edition of the boundaries.';
COMMENT ON COLUMN published.area.kind IS 'What kind of area.';
COMMENT ON COLUMN published.area.name IS 'Its name.';
COMMENT ON COLUMN published.area.homes IS 'Homes that have or had a sensor, to the nearest 5; null where fewer than 10.';
COMMENT ON VIEW published.area_place IS
    'Which public places lie in which areas.';
COMMENT ON COLUMN published.area_place.code IS 'GSS code of the area.';
COMMENT ON COLUMN published.area_place.vintage IS 'Which edition of the boundaries.';
COMMENT ON COLUMN published.area_place.place IS 'Id of the public place.';
COMMENT ON VIEW published.reading IS
    'Every reading of public places.';
COMMENT ON COLUMN published.reading.place IS 'Id of the public place.';
COMMENT ON COLUMN published.reading.quantity IS 'What was observed.';
COMMENT ON COLUMN published.reading.channel IS 'Probe, line or side; empty when single.';
COMMENT ON COLUMN published.reading.unit IS 'UCUM code of the value.';
COMMENT ON COLUMN published.reading.time IS 'When, UTC.';
COMMENT ON COLUMN published.reading.value IS 'The value in that unit.';
COMMENT ON VIEW published.alert IS
    'Alerts on public places and homes and on the devices there, open and cleared. Reasons and evidence of homes are not published.';
COMMENT ON COLUMN published.alert.id IS 'Number of the alert.';
COMMENT ON COLUMN published.alert.subject_kind IS 'What it is about: place or device.';
COMMENT ON COLUMN published.alert.place IS 'Id of the public place; null for a home.';
COMMENT ON COLUMN published.alert.home IS 'Pseudonym of the home; null for a public place.';
COMMENT ON COLUMN published.alert.hazard IS 'Which hazard or fault.';
COMMENT ON COLUMN published.alert.level IS 'How soon somebody should look: watch, act or urgent.';
COMMENT ON COLUMN published.alert.rule IS 'Which rule raised it.';
COMMENT ON COLUMN published.alert.rule_version IS 'Which version of the rule.';
COMMENT ON COLUMN published.alert.opened_at IS 'When it was opened, UTC; of homes the hour.';
COMMENT ON COLUMN published.alert.cleared_at IS 'When it was cleared, UTC; null while open; of homes the hour.';
COMMENT ON VIEW published.device IS
    'Devices where they are now, and how they are heard.';
COMMENT ON COLUMN published.device.device IS 'Id of the device; of homes a pseudonym.';
COMMENT ON COLUMN published.device.profile IS 'Its device profile.';
COMMENT ON COLUMN published.device.title IS 'What it is, for people.';
COMMENT ON COLUMN published.device.place IS 'Id of the public place; null for a home.';
COMMENT ON COLUMN published.device.home IS 'Pseudonym of the home; null for a public place.';
COMMENT ON COLUMN published.device.interval_s IS 'How often it reports, in seconds.';
COMMENT ON COLUMN published.device.last_heard IS 'When its last message arrived, UTC; of homes the hour.';
COMMENT ON COLUMN published.device.health IS 'live, late, silent or waiting, by its own interval, at the time of asking.';
COMMENT ON COLUMN published.device.battery_percent IS 'Of a fresh battery; null where that cannot be told.';
COMMENT ON COLUMN published.device.battery_state IS 'fine, low, empty or cannot_say.';
COMMENT ON COLUMN published.device.lost_percent IS 'Of its newest messages by their counter, how many never came, percent; null where fewer than 20 were expected.';
COMMENT ON VIEW published.footfall IS
    'People passing counting lines, hour by hour, from counts and from counters; a device that tells both counts once.';
COMMENT ON COLUMN published.footfall.place IS 'Id of the counting line.';
COMMENT ON COLUMN published.footfall.hour IS 'First instant of the hour, UTC.';
COMMENT ON COLUMN published.footfall.people_in IS 'How many passed in; null where that side is not counted.';
COMMENT ON COLUMN published.footfall.people_out IS 'How many passed out.';
COMMENT ON VIEW published.place_hour IS
    'Hours of public places.';
COMMENT ON COLUMN published.place_hour.place IS 'Id of the public place.';
COMMENT ON COLUMN published.place_hour.quantity IS 'What was observed.';
COMMENT ON COLUMN published.place_hour.channel IS 'Probe, line or side; empty when single.';
COMMENT ON COLUMN published.place_hour.unit IS 'UCUM code of the values.';
COMMENT ON COLUMN published.place_hour.hour IS 'First instant of the hour, UTC.';
COMMENT ON COLUMN published.place_hour.count IS 'How many readings.';
COMMENT ON COLUMN published.place_hour.mean IS 'Mean; of measurements weighted by how long each value stood.';
COMMENT ON COLUMN published.place_hour.min IS 'Lowest value.';
COMMENT ON COLUMN published.place_hour.max IS 'Highest value.';
COMMENT ON COLUMN published.place_hour.total IS 'Of counts their sum, of counters their increments; null for measurements.';
COMMENT ON VIEW published.place_day IS
    'Days of public places.';
COMMENT ON COLUMN published.place_day.place IS 'Id of the public place.';
COMMENT ON COLUMN published.place_day.quantity IS 'What was observed.';
COMMENT ON COLUMN published.place_day.channel IS 'Probe, line or side; empty when single.';
COMMENT ON COLUMN published.place_day.unit IS 'UCUM code of the values.';
COMMENT ON COLUMN published.place_day.day IS 'Civil day of Europe/London.';
COMMENT ON COLUMN published.place_day.count IS 'How many readings.';
COMMENT ON COLUMN published.place_day.mean IS 'Mean; of measurements weighted by how long each value stood.';
COMMENT ON COLUMN published.place_day.min IS 'Lowest value.';
COMMENT ON COLUMN published.place_day.max IS 'Highest value.';
COMMENT ON COLUMN published.place_day.total IS 'Of counts their sum, of counters their increments; null for measurements.';
COMMENT ON VIEW published.home_hour IS
    'Hours of homes, by pseudonym.';
COMMENT ON COLUMN published.home_hour.home IS 'Pseudonym of the home.';
COMMENT ON COLUMN published.home_hour.room IS 'Pseudonym of the room; null where the sensor is of the whole home.';
COMMENT ON COLUMN published.home_hour.quantity IS 'What was observed.';
COMMENT ON COLUMN published.home_hour.channel IS 'Probe, line or side; empty when single.';
COMMENT ON COLUMN published.home_hour.unit IS 'UCUM code of the values.';
COMMENT ON COLUMN published.home_hour.hour IS 'First instant of the hour, UTC.';
COMMENT ON COLUMN published.home_hour.count IS 'How many readings.';
COMMENT ON COLUMN published.home_hour.mean IS 'Mean; of measurements weighted by how long each value stood.';
COMMENT ON COLUMN published.home_hour.min IS 'Lowest value.';
COMMENT ON COLUMN published.home_hour.max IS 'Highest value.';
COMMENT ON COLUMN published.home_hour.total IS 'Of counts their sum, of counters their increments; null for measurements.';
COMMENT ON VIEW published.home_day IS
    'Days of homes, by pseudonym.';
COMMENT ON COLUMN published.home_day.home IS 'Pseudonym of the home.';
COMMENT ON COLUMN published.home_day.room IS 'Pseudonym of the room; null where the sensor is of the whole home.';
COMMENT ON COLUMN published.home_day.quantity IS 'What was observed.';
COMMENT ON COLUMN published.home_day.channel IS 'Probe, line or side; empty when single.';
COMMENT ON COLUMN published.home_day.unit IS 'UCUM code of the values.';
COMMENT ON COLUMN published.home_day.day IS 'Civil day of Europe/London.';
COMMENT ON COLUMN published.home_day.count IS 'How many readings.';
COMMENT ON COLUMN published.home_day.mean IS 'Mean; of measurements weighted by how long each value stood.';
COMMENT ON COLUMN published.home_day.min IS 'Lowest value.';
COMMENT ON COLUMN published.home_day.max IS 'Highest value.';
COMMENT ON COLUMN published.home_day.total IS 'Of counts their sum, of counters their increments; null for measurements.';
