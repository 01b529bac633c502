-- Patches and tenancies as imports write them, inside the import's own transaction.

-- name: known_patches
SELECT code, name, team, CASE WHEN area_code IS NOT NULL THEN area_code || '@' || area_vintage END FROM patch

-- name: save_patches
INSERT INTO patch AS p (code, name, team, area_code, area_vintage)
SELECT u.code, u.name, u.team, u.area_code, u.area_vintage
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) AS u (code, name, team, area_code, area_vintage)
ORDER BY u.code
ON CONFLICT (code) DO UPDATE
SET name = excluded.name, team = excluded.team, area_code = excluded.area_code, area_vintage = excluded.area_vintage,
    updated_at = now(), updated_by = current_principal()

-- name: homes_listed
SELECT place_id, patch FROM patch_home WHERE place_id = ANY (%s)

-- name: save_homes
INSERT INTO patch_home (place_id, patch) SELECT u.home, u.patch FROM unnest(%s::text[], %s::text[]) AS u (home, patch)
ORDER BY u.home
ON CONFLICT (place_id) DO UPDATE SET patch = excluded.patch

-- name: known_rules
SELECT r.patch, r.hazard, p.name FROM patch_rule r JOIN principal p ON p.id = r.principal_id ORDER BY 1, 2, 3

-- name: forget_rules
DELETE FROM patch_rule WHERE patch = ANY (%s)

-- name: save_rules
INSERT INTO patch_rule (patch, hazard, principal_id)
SELECT u.patch, u.hazard, p.id FROM unnest(%s::text[], %s::text[], %s::text[]) AS u (patch, hazard, officer)
JOIN principal p ON p.name = u.officer

-- name: officers
-- Everybody who may be given cases, with the patches their scope names; null: all of them.
SELECT p.name, CASE WHEN r.scope ? 'patches' THEN ARRAY(SELECT jsonb_array_elements_text(r.scope -> 'patches')) END
FROM principal p JOIN principal_role r ON r.principal_id = p.id
WHERE p.disabled_at IS NULL AND r.role IN ('housing-officer', 'housing-manager')

-- name: move_cases
-- Open cases go with their homes.
UPDATE case_record c SET patch = h.patch FROM home_patch h
WHERE h.place_id = c.place_id AND c.state <> 'closed' AND c.patch IS DISTINCT FROM h.patch

-- name: tenancies_of
SELECT id, place_id, from_at, to_at, kind, household_ref FROM tenancy WHERE place_id = ANY (%s) ORDER BY place_id, from_at

-- name: change_tenancies
UPDATE tenancy t
SET to_at = u.to_at, kind = u.kind, household_ref = u.household, updated_at = now(), updated_by = current_principal()
FROM unnest(%s::int[], %s::timestamptz[], %s::text[], %s::text[]) AS u (id, to_at, kind, household)
WHERE t.id = u.id

-- name: add_tenancies
INSERT INTO tenancy (place_id, from_at, to_at, kind, household_ref)
SELECT u.home, u.from_at, u.to_at, u.kind, u.household
FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[])
    AS u (home, from_at, to_at, kind, household)
ORDER BY u.home, u.from_at

-- name: circumstances_of
SELECT household_ref, vulnerable FROM household.circumstance WHERE household_ref = ANY (%s)

-- name: save_circumstances
INSERT INTO household.circumstance (household_ref, vulnerable)
SELECT u.household, u.vulnerable FROM unnest(%s::text[], %s::boolean[]) AS u (household, vulnerable) ORDER BY u.household
ON CONFLICT (household_ref) DO UPDATE
SET vulnerable = excluded.vulnerable, recorded_at = now(), recorded_by = current_principal()
