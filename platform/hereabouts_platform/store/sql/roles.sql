-- Statements about database roles.

-- name: role_exists
SELECT 1 FROM pg_roles WHERE rolname = %s

-- name: log_nothing
-- What follows names passwords, which do not belong in a log however slow the server is.
SET log_min_duration_statement = -1

-- name: database_exists
SELECT 1 FROM pg_database WHERE datname = 'hereabouts'

-- name: create_database
CREATE DATABASE hereabouts OWNER hereabouts_owner
