-- Where: places and the areas they fall in; tenancies; devices and their deployments; datastreams.

CREATE TABLE place (
    id         text PRIMARY KEY CHECK (id <> ''),
    kind       text NOT NULL CHECK (kind IN ('building', 'home', 'room', 'bin_site', 'bin_slot', 'street',
                                             'counting_line', 'weather_station', 'depot', 'tip', 'office')),
    name       text NOT NULL,
    lon        float8 CHECK (lon BETWEEN -180 AND 180),
    lat        float8 CHECK (lat BETWEEN -90 AND 90),
    polygon    jsonb,
    uprn       text CHECK (uprn ~ '^[1-9][0-9]{0,11}$'),
    usrn       text CHECK (usrn ~ '^[1-9][0-9]{0,7}$'),
    parent_id  text REFERENCES place DEFERRABLE INITIALLY DEFERRED CHECK (parent_id <> id),
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by int REFERENCES principal DEFAULT current_principal(),
    CHECK ((lon IS NULL) = (lat IS NULL))
);
CREATE INDEX place_parent ON place (parent_id);
CREATE INDEX place_uprn ON place (uprn);
CREATE INDEX place_usrn ON place (usrn);

CREATE TABLE area (
    code     text NOT NULL,
    vintage  text NOT NULL,
    kind     text NOT NULL,
    name     text NOT NULL,
    boundary jsonb,
    PRIMARY KEY (code, vintage)
);

CREATE TABLE place_area (
    place_id text NOT NULL REFERENCES place,
    code     text NOT NULL,
    vintage  text NOT NULL,
    PRIMARY KEY (place_id, code, vintage),
    FOREIGN KEY (code, vintage) REFERENCES area
);
CREATE INDEX place_area_code ON place_area (code, vintage);

-- Who lives where is not ours to know beyond this; the household's own facts lie in a schema of their own.
CREATE TABLE tenancy (
    id            int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    place_id      text NOT NULL REFERENCES place,
    from_at       timestamptz NOT NULL,
    to_at         timestamptz CHECK (to_at > from_at),
    kind          text NOT NULL CHECK (kind IN ('social_lease', 'licence', 'private_lease', 'shared_ownership', 'other')),
    household_ref text
);
CREATE INDEX tenancy_place ON tenancy (place_id);

CREATE SCHEMA household;
CREATE TABLE household.circumstance (
    household_ref text PRIMARY KEY,
    vulnerable    boolean NOT NULL,
    recorded_at   timestamptz NOT NULL DEFAULT now(),
    recorded_by   int NOT NULL REFERENCES principal DEFAULT current_principal()
);

-- Device profiles as the decoders of this release declare them; kept by `hereabouts migrate`.
CREATE TABLE profile (
    id         text PRIMARY KEY,
    title      text NOT NULL,
    maker      text NOT NULL,
    version    text NOT NULL,
    interval_s int NOT NULL CHECK (interval_s > 0),
    quantities text[] NOT NULL
);

CREATE TABLE device (
    id              text PRIMARY KEY CHECK (id <> ''),
    profile_id      text NOT NULL REFERENCES profile,
    decoder_version text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_by      int REFERENCES principal DEFAULT current_principal()
);

-- When a device was last heard. One row a device, apart from the registry so that hearing it locks nothing else.
CREATE TABLE device_heard (
    device_id text PRIMARY KEY REFERENCES device,
    at        timestamptz NOT NULL
);

CREATE TABLE deployment (
    id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id  text NOT NULL REFERENCES device,
    place_id   text NOT NULL REFERENCES place,
    from_at    timestamptz NOT NULL,
    to_at      timestamptz CHECK (to_at > from_at),
    mount      jsonb NOT NULL DEFAULT '{}',
    updated_by int REFERENCES principal DEFAULT current_principal(),
    UNIQUE (device_id, from_at),
    CONSTRAINT deployment_never_in_two_places
        EXCLUDE USING gist (device_id WITH =, tstzrange(from_at, to_at) WITH &&)
);
CREATE INDEX deployment_place ON deployment (place_id);

CREATE TABLE datastream (
    id            int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    deployment_id int NOT NULL REFERENCES deployment,
    quantity      text NOT NULL,
    channel       text NOT NULL DEFAULT '',
    unit          text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('measurement', 'delta', 'total_increasing')),
    period_s      int CHECK (period_s > 0),
    UNIQUE (deployment_id, quantity, channel)
);

-- Moved, within the same transaction, by every change of devices, deployments or profiles; ingest reads the registry
-- again when it has moved.
CREATE TABLE registry_version (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    version bigint NOT NULL DEFAULT 1
);
INSERT INTO registry_version DEFAULT VALUES;

CREATE FUNCTION move_registry_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE registry_version SET version = version + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER profile_moves AFTER INSERT OR UPDATE OR DELETE ON profile
    FOR EACH STATEMENT EXECUTE FUNCTION move_registry_version();
CREATE TRIGGER device_moves AFTER INSERT OR UPDATE OR DELETE ON device
    FOR EACH STATEMENT EXECUTE FUNCTION move_registry_version();
CREATE TRIGGER deployment_moves AFTER INSERT OR UPDATE OR DELETE ON deployment
    FOR EACH STATEMENT EXECUTE FUNCTION move_registry_version();

-- What people-facing roles may see. Fails closed: a transaction that names no principal sees no place.
CREATE FUNCTION may_see() RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT current_principal() IS NOT NULL $$;

ALTER TABLE place ENABLE ROW LEVEL SECURITY;
CREATE POLICY place_seen ON place FOR SELECT TO hereabouts_api USING (may_see());
CREATE POLICY place_jobs ON place TO hereabouts_jobs, hereabouts_ingest USING (true);
ALTER TABLE datastream ENABLE ROW LEVEL SECURITY;
CREATE POLICY datastream_seen ON datastream FOR SELECT TO hereabouts_api USING (may_see());
CREATE POLICY datastream_jobs ON datastream TO hereabouts_jobs, hereabouts_ingest USING (true) WITH CHECK (true);

GRANT SELECT ON place, area, place_area, profile, device, device_heard, deployment, datastream
    TO hereabouts_ingest, hereabouts_jobs, hereabouts_api;
GRANT SELECT ON tenancy TO hereabouts_jobs;
GRANT SELECT ON registry_version TO hereabouts_ingest;
GRANT INSERT ON datastream TO hereabouts_ingest;
GRANT INSERT, UPDATE ON device_heard TO hereabouts_ingest;
