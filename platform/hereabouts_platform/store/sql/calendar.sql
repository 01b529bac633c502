-- What days are beside their weekday, and which words name a bin.

-- name: entries
SELECT kind, name, from_at, to_at, areas, factor, weekdays, by_time FROM calendar_entry ORDER BY kind, name, from_at

-- name: save
INSERT INTO calendar_entry (kind, name, from_at, to_at, areas, factor, weekdays, by_time)
VALUES (%(kind)s, %(name)s, %(from_at)s, %(to_at)s, %(areas)s, %(factor)s, %(weekdays)s, %(by_time)s)
ON CONFLICT (kind, name, from_at) DO UPDATE
SET to_at = excluded.to_at, areas = excluded.areas, factor = excluded.factor, weekdays = excluded.weekdays,
    by_time = excluded.by_time, updated_at = now(), updated_by = current_principal()

-- name: forget
DELETE FROM calendar_entry WHERE kind = %(kind)s AND name = %(name)s AND from_at = %(from_at)s

-- name: areas
-- Codes of the areas that bin slots lie in, by themselves or with the place they are part of.
SELECT DISTINCT p.id, a.code FROM place p JOIN place_area a ON a.place_id IN (p.id, p.parent_id)
WHERE p.kind = 'bin_slot' ORDER BY p.id, a.code

-- name: nation
SELECT nation FROM case_policy
