-- The life of alerts: one open per subject and hazard. Multi-row writes come sorted by their key.

-- name: open_alerts
SELECT id, subject_id, level, reason, evidence, rule, rule_version, cause FROM alert
WHERE cleared_at IS NULL AND subject_kind = %(subject_kind)s AND hazard = %(hazard)s

-- name: open
INSERT INTO alert (subject_kind, subject_id, place_id, hazard, level, reason, evidence, rule, rule_version,
                   cause, opened_at, updated_at)
SELECT u.subject_kind, u.subject_id, CASE WHEN u.subject_kind = 'place' THEN u.subject_id END, u.hazard, u.level,
       u.reason, u.evidence, u.rule, u.rule_version, u.cause, %(now)s, %(now)s
FROM unnest(%(subject_kinds)s::text[], %(subject_ids)s::text[], %(hazards)s::text[], %(levels)s::text[],
            %(reasons)s::text[], %(evidences)s::jsonb[], %(rules)s::text[], %(rule_versions)s::text[],
            %(causes)s::jsonb[])
    AS u (subject_kind, subject_id, hazard, level, reason, evidence, rule, rule_version, cause)

-- name: change
-- Open alerts that say something new; some of them are cleared by it.
UPDATE alert a
SET level = u.level, reason = u.reason, evidence = u.evidence, rule = u.rule, rule_version = u.rule_version,
    cause = u.cause, updated_at = greatest(%(now)s, a.opened_at),
    cleared_at = CASE WHEN u.clear THEN greatest(%(now)s, a.opened_at) END,
    changed_by = current_principal()
FROM unnest(%(ids)s::bigint[], %(levels)s::text[], %(reasons)s::text[], %(evidences)s::jsonb[], %(rules)s::text[],
            %(rule_versions)s::text[], %(causes)s::jsonb[], %(clears)s::boolean[])
    AS u (id, level, reason, evidence, rule, rule_version, cause, clear)
WHERE a.id = u.id AND a.cleared_at IS NULL
