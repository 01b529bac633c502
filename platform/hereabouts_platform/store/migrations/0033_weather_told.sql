-- The weather that is told for the days to come, which the forecast of bins looks at: of each weather station what the
-- service said last. It is no reading and never becomes one; each word takes the place of the one before.
CREATE TABLE weather_told (
    station_id  text PRIMARY KEY REFERENCES place ON DELETE CASCADE,
    first_at    timestamptz NOT NULL,  -- begin of the first hour; each value is of the hour after
    temperature float8[] NOT NULL,     -- degrees Celsius; NULL where nothing was said of an hour
    rain_mm     float8[] NOT NULL CHECK (cardinality(rain_mm) = cardinality(temperature)),
    told_at     timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON weather_told TO hereabouts_jobs;
