-- What `doctor` asks the database.

-- name: clocks
SELECT clock_timestamp(), max(applied_at) FROM migration

-- name: busiest_hour
SELECT coalesce(max(messages), 0)::bigint
FROM (SELECT sum(received) AS messages FROM ingest_count WHERE hour >= %s GROUP BY hour) AS hours
