-- The heart of the store on plain PostgreSQL: months as native partitions, made when a batch needs them.

CREATE TABLE reading (
    datastream_id int NOT NULL,
    batch_id      int NOT NULL,
    time          timestamptz NOT NULL,
    value         float8 NOT NULL,
    PRIMARY KEY (datastream_id, time)
) PARTITION BY RANGE (time);
