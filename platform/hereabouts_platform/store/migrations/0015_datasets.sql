-- Other datasets of time and place: what a council has beside its sensors (certificates, look-ups, surveys).
-- A vintage is one edition of a dataset; editions stand beside each other, each with the columns it came with.

CREATE TABLE dataset (
    name        text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    title       text NOT NULL,
    description text NOT NULL,
    source      text NOT NULL,
    licence     text NOT NULL,
    attribution text NOT NULL,
    sensitivity text NOT NULL CHECK (sensitivity IN ('open', 'home')), -- home: personal, reading it is audited
    updated_at  timestamptz NOT NULL DEFAULT now(),
    updated_by  int NOT NULL REFERENCES principal DEFAULT current_principal()
);

-- `identifies` says by what its rows name their place; a point is linked to the nearest place within `within_m` metres.
CREATE TABLE dataset_vintage (
    dataset    text NOT NULL REFERENCES dataset,
    vintage    text COLLATE "C" NOT NULL CHECK (vintage ~ '^[0-9]{4}(-[0-9]{2}){0,2}$'),
    identifies text NOT NULL CHECK (identifies IN ('uprn', 'usrn', 'postcode', 'gss', 'point')),
    within_m   float8 CHECK (within_m > 0),
    shape      text NOT NULL, -- a hash of what its rows rest on: key, place, time, columns with type and unit
    rows       bigint NOT NULL DEFAULT 0,
    linked     bigint NOT NULL DEFAULT 0,
    from_at    timestamptz,
    to_at      timestamptz,
    linked_at  timestamptz,
    PRIMARY KEY (dataset, vintage)
);

CREATE TABLE dataset_column (
    dataset    text NOT NULL,
    vintage    text COLLATE "C" NOT NULL,
    position   int NOT NULL,
    name       text NOT NULL,
    title      text NOT NULL,
    type       text NOT NULL CHECK (type IN ('text', 'number', 'integer', 'boolean', 'date', 'time', 'category')),
    unit       text,
    meaning    text NOT NULL,
    categories jsonb,
    PRIMARY KEY (dataset, vintage, name),
    FOREIGN KEY (dataset, vintage) REFERENCES dataset_vintage
);

-- Provenance: who brought in which file by which description, and what became of its rows.
CREATE TABLE dataset_load (
    id               int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset          text NOT NULL,
    vintage          text COLLATE "C" NOT NULL,
    file             text NOT NULL,
    file_sha256      text NOT NULL,
    spec_sha256      text NOT NULL,
    spec             text NOT NULL,
    whole            boolean NOT NULL,
    at               timestamptz NOT NULL DEFAULT now(),
    principal_id     int NOT NULL REFERENCES principal DEFAULT current_principal(),
    stored           bigint NOT NULL DEFAULT 0,
    updated          bigint NOT NULL DEFAULT 0,
    duplicate        bigint NOT NULL DEFAULT 0,
    removed          bigint NOT NULL DEFAULT 0,
    refused          bigint NOT NULL DEFAULT 0,
    refused_by_cause jsonb NOT NULL DEFAULT '{}',
    FOREIGN KEY (dataset, vintage) REFERENCES dataset_vintage
);
CREATE INDEX dataset_load_vintage ON dataset_load (dataset, vintage, id);

-- `given` is the place as the file has it, `identifier` the same in one spelling (NULL for a point); `load_id` and
-- `line` say which file the row as it stands came from. `linked`: some place or area of ours is what it names.
CREATE TABLE dataset_row (
    dataset    text NOT NULL,
    vintage    text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,
    load_id    int NOT NULL REFERENCES dataset_load,
    line       int NOT NULL,
    given      text NOT NULL,
    identifier text,
    lon        float8,
    lat        float8,
    place_id   text REFERENCES place ON DELETE SET NULL,
    linked     boolean NOT NULL DEFAULT false,
    from_at    timestamptz,
    to_at      timestamptz CHECK (to_at > from_at),
    values     jsonb NOT NULL,
    hash       bytea NOT NULL CHECK (octet_length(hash) = 16),
    PRIMARY KEY (dataset, vintage, key)
);
CREATE INDEX dataset_row_place ON dataset_row (place_id) WHERE place_id IS NOT NULL;
CREATE INDEX dataset_row_identifier ON dataset_row (identifier, dataset, vintage) WHERE identifier IS NOT NULL;

-- A postcode in one spelling: capitals without blanks.
CREATE FUNCTION bare_postcode(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT upper(regexp_replace(given, '\s', '', 'g')) $$;
CREATE INDEX place_postcode ON place (bare_postcode(attributes ->> 'postcode')) WHERE attributes ? 'postcode';

-- Finds again which place each row of a vintage names, and counts. A UPRN or USRN of several places is the home's or
-- street's, else the first by kind and id, never a room's. A postcode or a GSS code names many places: `linked` says
-- that there is one, and readers find them by the code. Returns how many rows changed.
CREATE FUNCTION link_dataset(wanted text, wanted_vintage text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    way     text;
    reach   float8;
    changed bigint;
BEGIN
    SELECT identifies, within_m INTO way, reach FROM dataset_vintage
    WHERE dataset = wanted AND vintage = wanted_vintage FOR UPDATE;
    IF way IN ('uprn', 'usrn') THEN
        WITH named AS (
            SELECT DISTINCT ON (1) CASE way WHEN 'uprn' THEN uprn ELSE usrn END AS code, id FROM place
            WHERE kind <> 'room' AND CASE way WHEN 'uprn' THEN uprn ELSE usrn END IS NOT NULL
            ORDER BY 1, kind NOT IN ('home', 'street'), kind, id
        ), found AS (
            SELECT r.key, n.id FROM dataset_row r LEFT JOIN named n ON n.code = r.identifier
            WHERE r.dataset = wanted AND r.vintage = wanted_vintage
              AND (r.place_id IS DISTINCT FROM n.id OR r.linked <> (n.id IS NOT NULL))
        )
        UPDATE dataset_row r SET place_id = f.id, linked = f.id IS NOT NULL FROM found f
        WHERE r.dataset = wanted AND r.vintage = wanted_vintage AND r.key = f.key;
    ELSIF way = 'point' AND reach IS NOT NULL THEN
        -- Degrees first, for the index; then metres on a flat map of the neighbourhood, true to 1 in 1,000 there.
        WITH found AS (
            SELECT r.key, n.id FROM dataset_row r LEFT JOIN LATERAL (
                SELECT p.id FROM place p
                WHERE p.kind <> 'room' AND p.lat BETWEEN r.lat - reach / 110000 AND r.lat + reach / 110000
                  AND p.lon BETWEEN r.lon - reach / (110000 * greatest(cos(radians(r.lat)), 0.01))
                                AND r.lon + reach / (110000 * greatest(cos(radians(r.lat)), 0.01))
                  AND hypot_m(r.lon, r.lat, p.lon, p.lat) <= reach
                ORDER BY hypot_m(r.lon, r.lat, p.lon, p.lat), p.id LIMIT 1
            ) n ON true
            WHERE r.dataset = wanted AND r.vintage = wanted_vintage
              AND (r.place_id IS DISTINCT FROM n.id OR r.linked <> (n.id IS NOT NULL))
        )
        UPDATE dataset_row r SET place_id = f.id, linked = f.id IS NOT NULL FROM found f
        WHERE r.dataset = wanted AND r.vintage = wanted_vintage AND r.key = f.key;
    ELSIF way = 'postcode' THEN
        UPDATE dataset_row r SET linked = NOT r.linked
        WHERE r.dataset = wanted AND r.vintage = wanted_vintage AND r.linked <> EXISTS (
            SELECT FROM place p
            WHERE p.attributes ? 'postcode' AND bare_postcode(p.attributes ->> 'postcode') = r.identifier);
    ELSIF way = 'gss' THEN
        UPDATE dataset_row r SET linked = NOT r.linked
        WHERE r.dataset = wanted AND r.vintage = wanted_vintage
          AND r.linked <> EXISTS (SELECT FROM area a WHERE a.code = r.identifier);
    END IF;
    GET DIAGNOSTICS changed = ROW_COUNT;
    UPDATE dataset_vintage v
    SET rows = c.rows, linked = c.linked, from_at = c.from_at, to_at = c.to_at, linked_at = clock_timestamp()
    FROM (SELECT count(*) AS rows, count(*) FILTER (WHERE r.linked) AS linked, min(r.from_at) AS from_at,
                 max(coalesce(r.to_at, r.from_at)) AS to_at
          FROM dataset_row r WHERE r.dataset = wanted AND r.vintage = wanted_vintage) c
    WHERE v.dataset = wanted AND v.vintage = wanted_vintage;
    RETURN changed;
END $$;

-- Metres between two points that lie near each other, WGS 84 degrees.
CREATE FUNCTION hypot_m(lon1 float8, lat1 float8, lon2 float8, lat2 float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 111195 * sqrt((lat2 - lat1) ^ 2 + ((lon2 - lon1) * cos(radians((lat1 + lat2) / 2))) ^ 2)
$$;

-- A place, and its rooms or slots.
CREATE FUNCTION place_and_parts(wanted text) RETURNS TABLE (id text)
LANGUAGE sql STABLE ROWS 10 SET search_path = public, pg_temp AS $$
    SELECT p.id FROM place p
    WHERE p.id = wanted OR (p.parent_id = wanted AND p.kind IN ('room', 'bin_slot'))
$$;

-- The codes that hold for a place as a whole: its postcode, and the areas it lies in.
CREATE FUNCTION codes_of(wanted text) RETURNS TABLE (code text)
LANGUAGE sql STABLE ROWS 10 SET search_path = public, pg_temp AS $$
    SELECT bare_postcode(p.attributes ->> 'postcode') FROM place p WHERE p.id = wanted AND p.attributes ? 'postcode'
    UNION SELECT a.code FROM place_area a WHERE a.place_id = wanted
$$;

-- Rows that concern a place: its own and its parts', and those of its postcode and areas.
CREATE FUNCTION dataset_keys_at(wanted_place text) RETURNS TABLE (dataset text, vintage text, key text)
LANGUAGE sql STABLE ROWS 50 SET search_path = public, pg_temp AS $$
    SELECT r.dataset, r.vintage, r.key FROM dataset_row r WHERE r.place_id IN (SELECT id FROM place_and_parts(wanted_place))
    UNION
    SELECT r.dataset, r.vintage, r.key FROM dataset_row r JOIN dataset_vintage v USING (dataset, vintage)
    WHERE v.identifies IN ('postcode', 'gss') AND r.identifier IN (SELECT code FROM codes_of(wanted_place))
$$;

-- Rows that concern an area: those of its code, and those of places in it.
CREATE FUNCTION dataset_keys_in(wanted_area text) RETURNS TABLE (dataset text, vintage text, key text)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT r.dataset, r.vintage, r.key FROM dataset_row r JOIN dataset_vintage v USING (dataset, vintage)
    WHERE v.identifies = 'gss' AND r.identifier = wanted_area
    UNION
    SELECT r.dataset, r.vintage, r.key FROM dataset_row r
    WHERE r.place_id IN (SELECT a.place_id FROM place_area a WHERE a.code = wanted_area)
$$;

-- The rows of a dataset in order of vintage and key, after a cursor, narrowed to a place, an area and a span of time.
-- Planned for what is asked each time: a place has few rows, a dataset millions.
CREATE FUNCTION dataset_rows(wanted text, wanted_vintage text, wanted_place text, wanted_area text,
                             from_time timestamptz, to_time timestamptz, after_vintage text, after_key text, most int)
RETURNS TABLE (vintage text, key text, given text, identifies text, place text, home text, lon float8, lat float8,
               linked boolean, "from" timestamptz, "to" timestamptz, load int, line int, "values" jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    keys     text[]; -- told first: else the planner walks the whole dataset in order until it has met enough of them
    editions text[];
BEGIN
    IF wanted_place IS NOT NULL THEN
        SELECT coalesce(array_agg(k.key), '{}'), coalesce(array_agg(DISTINCT k.vintage), '{}') INTO keys, editions
        FROM dataset_keys_at(wanted_place) k WHERE k.dataset = wanted;
    ELSIF wanted_area IS NOT NULL THEN
        SELECT coalesce(array_agg(k.key), '{}'), coalesce(array_agg(DISTINCT k.vintage), '{}') INTO keys, editions
        FROM dataset_keys_in(wanted_area) k WHERE k.dataset = wanted;
    END IF;
    RETURN QUERY
    SELECT r.vintage, r.key, r.given, v.identifies, r.place_id,
           CASE WHEN p.kind = 'home' THEN p.id WHEN up.kind = 'home' THEN up.id END,
           r.lon, r.lat, r.linked, r.from_at, r.to_at, r.load_id, r.line, r.values
    FROM dataset_row r
    JOIN dataset_vintage v ON v.dataset = r.dataset AND v.vintage = r.vintage
    LEFT JOIN place p ON p.id = r.place_id
    LEFT JOIN place up ON up.id = p.parent_id
    WHERE may_see() AND r.dataset = wanted
      AND (wanted_vintage IS NULL OR r.vintage = wanted_vintage)
      AND (keys IS NULL OR r.key = ANY (keys) AND r.vintage = ANY (editions))
      AND (wanted_place IS NULL OR (r.dataset, r.vintage, r.key) IN (SELECT k.* FROM dataset_keys_at(wanted_place) k))
      AND (wanted_area IS NULL OR (r.dataset, r.vintage, r.key) IN (SELECT k.* FROM dataset_keys_in(wanted_area) k))
      AND (from_time IS NULL OR coalesce(r.to_at > from_time, r.from_at >= from_time))
      AND (to_time IS NULL OR r.from_at < to_time)
      AND (after_key IS NULL OR (r.vintage, r.key) > (after_vintage, after_key))
    ORDER BY r.vintage, r.key
    LIMIT most;
END $$;

-- Which datasets know a place: of each dataset's newest vintage that does, how many rows and the newest of them.
CREATE FUNCTION datasets_at(wanted text)
RETURNS TABLE (dataset text, vintage text, rows bigint, identifies text, given text, place text, "from" timestamptz,
               "to" timestamptz, load int, line int, "values" jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.dataset, n.vintage, n.rows, n.identifies, n.given, n.place_id, n.from_at, n.to_at, n.load_id, n.line,
           n.values
    FROM (
        SELECT r.*, v.identifies, count(*) OVER (PARTITION BY r.dataset, r.vintage) AS rows,
               row_number() OVER (PARTITION BY r.dataset
                                  ORDER BY r.vintage DESC, r.from_at DESC NULLS LAST, r.key DESC) AS turn
        FROM dataset_keys_at(wanted) k
        JOIN dataset_row r ON (r.dataset, r.vintage, r.key) = (k.dataset, k.vintage, k.key)
        JOIN dataset_vintage v ON (v.dataset, v.vintage) = (k.dataset, k.vintage)
        WHERE may_see()
    ) n
    WHERE n.turn = 1 ORDER BY n.dataset
$$;

REVOKE ALL ON FUNCTION link_dataset(text, text), place_and_parts(text), codes_of(text), dataset_keys_at(text),
    dataset_keys_in(text), datasets_at(text),
    dataset_rows(text, text, text, text, timestamptz, timestamptz, text, text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION datasets_at(text),
    dataset_rows(text, text, text, text, timestamptz, timestamptz, text, text, int) TO hereabouts_api;
GRANT EXECUTE ON FUNCTION link_dataset(text, text) TO hereabouts_jobs;
GRANT SELECT ON dataset, dataset_vintage, dataset_column, dataset_load TO hereabouts_api;
GRANT SELECT ON dataset_vintage TO hereabouts_jobs;

-- What is catalogued is no secret, yet nothing is shown to a transaction that names nobody.
ALTER TABLE dataset ENABLE ROW LEVEL SECURITY;
CREATE POLICY dataset_seen ON dataset FOR SELECT TO hereabouts_api USING (may_see());
ALTER TABLE dataset_load ENABLE ROW LEVEL SECURITY;
CREATE POLICY dataset_load_seen ON dataset_load FOR SELECT TO hereabouts_api USING (may_see());
