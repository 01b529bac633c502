-- Where forecasts stand, and what they last said.

-- name: states
SELECT place_id, state FROM bin_state ORDER BY place_id

-- name: group_states
SELECT name, state FROM bin_group_state ORDER BY name

-- name: save_states
INSERT INTO bin_state (place_id, state, level_p50, level_p90, full_p50_at, full_p90_at, made_at, reaches,
                       overflow_chance, overflow_by, depot, measured, emptied_at, read_at, look_at)
SELECT u.place, u.state::jsonb, u.p50, u.p90, u.full50, u.full90, u.made_at, u.reaches::jsonb, u.chance, u.by_at,
       u.depot, u.measured, u.emptied_at, u.read_at, u.look_at::jsonb
FROM unnest(%s::text[], %s::text[], %s::float4[], %s::float4[], %s::timestamptz[], %s::timestamptz[],
            %s::timestamptz[], %s::text[], %s::float4[], %s::timestamptz[], %s::text[], %s::boolean[],
            %s::timestamptz[], %s::timestamptz[], %s::text[])
     AS u (place, state, p50, p90, full50, full90, made_at, reaches, chance, by_at, depot, measured, emptied_at,
           read_at, look_at)
ORDER BY u.place
ON CONFLICT (place_id) DO UPDATE
SET state = excluded.state, level_p50 = excluded.level_p50, level_p90 = excluded.level_p90,
    full_p50_at = excluded.full_p50_at, full_p90_at = excluded.full_p90_at, made_at = excluded.made_at,
    reaches = excluded.reaches, overflow_chance = excluded.overflow_chance, overflow_by = excluded.overflow_by,
    depot = excluded.depot, measured = excluded.measured, emptied_at = excluded.emptied_at,
    read_at = excluded.read_at, look_at = excluded.look_at

-- name: save_group_states
INSERT INTO bin_group_state (name, state, made_at)
SELECT u.name, u.state::jsonb, u.made_at
FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS u (name, state, made_at)
ORDER BY u.name
ON CONFLICT (name) DO UPDATE SET state = excluded.state, made_at = excluded.made_at

-- name: forecasts
SELECT place_id AS place, level_p50, level_p90, full_p50_at, full_p90_at, made_at FROM bin_state
WHERE place_id = ANY (%s) ORDER BY place_id
