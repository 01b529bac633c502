-- Rollups: hours in UTC, and from them civil days of Europe/London. One job writes them (jobs/rollup), on both engines,
-- for the hours that batches say they touched; nothing else does. A row is what a recomputation from `reading` gives.

-- A counter that starts again at a known number (16 or 32 bits) says so; period_s stands on the datastream already.
ALTER TABLE datastream ADD COLUMN modulus float8 CHECK (modulus > 0);

CREATE TABLE reading_hour (
    datastream_id int NOT NULL,
    hour          timestamptz NOT NULL, -- its first instant
    count         int NOT NULL CHECK (count > 0),
    mean          float8 NOT NULL,
    time_mean     float8,               -- of a measurement, weighted by how long each value stood; NULL otherwise
    min           float8 NOT NULL,
    max           float8 NOT NULL,
    first         float8 NOT NULL,
    last          float8 NOT NULL,
    total         float8,               -- of a delta its sum, of a counter its increments; NULL for a measurement
    PRIMARY KEY (datastream_id, hour)
) PARTITION BY RANGE (hour);

CREATE TABLE reading_day (
    datastream_id int NOT NULL,
    day           date NOT NULL,        -- as Europe/London counts it
    count         int NOT NULL CHECK (count > 0),
    mean          float8 NOT NULL,
    time_mean     float8,
    min           float8 NOT NULL,
    max           float8 NOT NULL,
    first         float8 NOT NULL,
    last          float8 NOT NULL,
    total         float8,
    PRIMARY KEY (datastream_id, day)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON reading_hour, reading_day TO hereabouts_jobs;
