-- The heart of the store on TimescaleDB: a hypertable of weeks.

CREATE TABLE reading (
    datastream_id int NOT NULL,
    batch_id      int NOT NULL,
    time          timestamptz NOT NULL,
    value         float8 NOT NULL,
    PRIMARY KEY (datastream_id, time)
);
SELECT create_hypertable('reading', by_range('time', INTERVAL '7 days'), create_default_indexes => false);
