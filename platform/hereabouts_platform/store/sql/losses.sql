-- Losses: what ingest could not keep, or may never have been sent.

-- name: slot_has_worked
SELECT EXISTS (SELECT 1 FROM ingest_count WHERE slot = %s)

-- name: record_losses
INSERT INTO loss_estimate AS l (slot, source_id, hour, kind, count)
SELECT %s, u.* FROM unnest(%s::smallint[], %s::timestamptz[], %s::text[], %s::bigint[]) AS u
ON CONFLICT (source_id, hour, slot, kind) DO UPDATE SET count = l.count + excluded.count
