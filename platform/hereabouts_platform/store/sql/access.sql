-- Principals, keys, sessions, audit.

-- name: principal_of_name
SELECT id, name, kind, roles FROM principal_of_name(%s)

-- name: principal_of_key
SELECT id, name, kind, roles FROM principal_of_key(%s)

-- name: principal_of_session
SELECT id, name, kind, roles FROM principal_of_session(%s)

-- name: limit_statements
-- Until the end of the transaction.
SELECT set_config('statement_timeout', %s, true)

-- name: add_principal
INSERT INTO principal (kind, name) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING id

-- name: grant_role
-- A role once held is left as it is; the row comes back only when it is new.
INSERT INTO principal_role (principal_id, role, scope, granted_by) VALUES (%s, %s, %s, current_principal())
ON CONFLICT DO NOTHING RETURNING role

-- name: set_patches
UPDATE principal_role SET scope = jsonb_set(scope, '{patches}', %(patches)s), granted_at = now(),
                          granted_by = current_principal()
WHERE principal_id = %(principal)s AND role = %(role)s AND scope -> 'patches' IS DISTINCT FROM %(patches)s

-- name: set_crews
UPDATE principal_role SET scope = jsonb_set(scope, '{crews}', %(crews)s), granted_at = now(),
                          granted_by = current_principal()
WHERE principal_id = %(principal)s AND role = %(role)s AND scope -> 'crews' IS DISTINCT FROM %(crews)s

-- name: add_key
-- The same key again changes nothing, so that a start with a kept key can say it every time.
INSERT INTO api_key (principal_id, name, key_hash, expires_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (key_hash) DO NOTHING RETURNING id

-- name: key_owner
SELECT principal_id FROM api_key WHERE key_hash = %s

-- name: each_key
-- Every key with whose it is, what they may, and whether it works.
SELECT k.id AS number, p.name AS principal, k.name, k.created_at, k.expires_at, k.revoked_at,
       coalesce(array_agg(r.role ORDER BY r.role) FILTER (WHERE r.role IS NOT NULL), '{}') AS roles,
       sources_fed_by(p.id) AS sources,
       p.disabled_at IS NULL AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()) AS works
FROM api_key k JOIN principal p ON p.id = k.principal_id LEFT JOIN principal_role r ON r.principal_id = p.id
GROUP BY k.id, p.id
ORDER BY p.name, k.id

-- name: revoke_keys
-- Those of a principal, or one of them, that were not revoked before.
UPDATE api_key SET revoked_at = now()
WHERE principal_id = %(principal)s AND (%(number)s::int IS NULL OR id = %(number)s) AND revoked_at IS NULL

-- name: revoke_every_key
UPDATE api_key SET revoked_at = now() WHERE revoked_at IS NULL

-- name: add_sign_in_link
INSERT INTO sign_in_link (token_hash, principal_id, expires_at) VALUES (%s, %s, now() + %s)

-- name: session_from_key
SELECT id, name, kind, roles FROM session_from_key(%s, %s, now() + %s)

-- name: session_from_link
SELECT id, name, kind, roles FROM session_from_link(%s, %s, now() + %s)

-- name: end_session
SELECT end_session(%s)

-- name: record
INSERT INTO audit (principal_id, action, resource, detail) VALUES (%s, %s, %s, %s)
