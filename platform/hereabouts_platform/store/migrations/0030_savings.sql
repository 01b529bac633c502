-- What savings are told by: which fuel a vehicle takes and how much of it, which depot a baseline is of and which fuel
-- its litres were.

ALTER TABLE vehicle
    ADD COLUMN fuel text CHECK (fuel <> ''),                          -- as conversion factors name it
    ADD COLUMN fuel_per_100km float8 CHECK (fuel_per_100km >= 0),     -- litres, or kWh of electricity
    ADD CONSTRAINT vehicle_fuel_named CHECK (fuel_per_100km IS NULL OR fuel IS NOT NULL);

ALTER TABLE baseline
    ADD COLUMN depot text REFERENCES place,                           -- NULL: of all depots together
    ADD COLUMN fuel text CHECK (fuel <> '');                          -- what its litres were; NULL: not said
CREATE INDEX baseline_depot ON baseline (depot) WHERE depot IS NOT NULL;
