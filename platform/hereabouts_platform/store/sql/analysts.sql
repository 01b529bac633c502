-- Logins of analysts.

-- name: login
-- Whether there is a role of that name, and whether it is an analyst's and nothing else.
SELECT rolcanlogin AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
       AND ARRAY['hereabouts_analyst'] = ARRAY(SELECT g.rolname::text FROM pg_auth_members m
                                               JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid)
FROM pg_roles r WHERE rolname = %s

-- name: rotate
SELECT publishing.rotate()
