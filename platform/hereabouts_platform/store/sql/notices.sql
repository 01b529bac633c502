-- Notices: who asked for them, what waits to be sent, what became of it.

-- name: set_contact
-- What somebody asked for, in place of what they asked for before.
INSERT INTO contact (principal_id, address, digest, urgent, own)
VALUES (%(principal)s, %(address)s, %(digest)s, %(urgent)s, %(own)s)
ON CONFLICT (principal_id) DO UPDATE
SET address = excluded.address, digest = excluded.digest, urgent = excluded.urgent, own = excluded.own,
    changed_at = now(), changed_by = current_principal()

-- name: forget_contact
DELETE FROM contact WHERE principal_id = %s

-- name: give_up_of
-- What waits for somebody who wants no e-mails any more.
UPDATE notice SET failed_at = now(), trouble = %(trouble)s
WHERE principal_id = %(principal)s AND sent_at IS NULL AND failed_at IS NULL

-- name: contacts
-- Everybody who asked for e-mails and may still look, in order, with the homes that they may be told of.
SELECT c.principal_id AS id, c.digest, c.urgent, c.own, c.digested_on, h.everywhere, h.patches
FROM contact c, told_of_homes(c.principal_id) h
ORDER BY c.principal_id

-- name: told_of
-- Which of these things somebody was told of already.
SELECT about FROM notice_about WHERE principal_id = %(principal)s AND about = ANY (%(abouts)s)

-- name: add
INSERT INTO notice (principal_id, kind, subject, body, told, made_at, due_at)
VALUES (%(principal)s, %(kind)s, %(subject)s, %(body)s, %(told)s, %(now)s, %(now)s) RETURNING id

-- name: add_about
INSERT INTO notice_about (principal_id, about, notice_id)
SELECT %(principal)s, u.about, %(notice)s FROM unnest(%(abouts)s::text[]) AS u (about)

-- name: due
-- Due notices, the longest due first, with the attempts made.
SELECT id, attempts FROM notice WHERE due_at <= %(now)s AND sent_at IS NULL AND failed_at IS NULL
ORDER BY due_at, id LIMIT %(most)s

-- name: take
-- One more attempt, on record before it is made; no row where it has ended meanwhile. The address is the one that stands
-- now, none where they ask for nothing any more or may not come in.
UPDATE notice n SET attempts = n.attempts + 1, due_at = %(due_at)s
WHERE n.id = %(id)s AND n.sent_at IS NULL AND n.failed_at IS NULL
RETURNING n.subject, n.body, n.reference,
          (SELECT c.address FROM contact c JOIN principal p ON p.id = c.principal_id
           WHERE c.principal_id = n.principal_id AND p.disabled_at IS NULL)

-- name: sent
UPDATE notice SET sent_at = clock_timestamp(), trouble = NULL WHERE id = %s

-- name: delayed
UPDATE notice SET trouble = %(trouble)s WHERE id = %(id)s

-- name: failed
UPDATE notice SET failed_at = clock_timestamp(), trouble = %(trouble)s WHERE id = %(id)s

-- name: give_up_older
-- What has waited too long, with what the last attempt was told.
UPDATE notice SET failed_at = clock_timestamp(), trouble = coalesce(trouble, %(trouble)s)
WHERE made_at <= %(before)s AND sent_at IS NULL AND failed_at IS NULL

-- name: counts
SELECT * FROM notice_counts(%s)

-- name: replace_digests
UPDATE notice SET failed_at = clock_timestamp(), trouble = coalesce(trouble, %(trouble)s)
WHERE kind = 'digest' AND principal_id = ANY (%(principals)s) AND sent_at IS NULL AND failed_at IS NULL

-- name: last_told
-- What each of these people was told of by their last digest that was sent.
SELECT DISTINCT ON (n.principal_id) n.principal_id, n.told FROM notice n
WHERE n.kind = 'digest' AND n.sent_at IS NOT NULL AND n.principal_id = ANY (%s)
ORDER BY n.principal_id, n.made_at DESC, n.id DESC

-- name: set_digested
UPDATE contact SET digested_on = %(day)s WHERE principal_id = %(principal)s

-- name: open_on_places
-- Every open alert on a place, in words for a notice.
SELECT a.id, a.hazard, a.level, a.opened_at, p.id AS place, p.name AS place_name, h.place_id AS home, h.patch,
       CASE WHEN p.kind IN ('room', 'bin_slot') THEN up.name END AS parent_name
FROM alert a JOIN place p ON p.id = a.place_id LEFT JOIN place up ON up.id = p.parent_id
LEFT JOIN home_patch h ON h.place_id = CASE p.kind WHEN 'home' THEN p.id WHEN 'room' THEN up.id END
WHERE a.cleared_at IS NULL
ORDER BY a.opened_at, a.id

-- name: silent_homes
-- Homes of which something cannot be said, because a sensor in them is not heard.
SELECT h.id AS home, h.name AS home_name, min(a.opened_at) AS since,
       (SELECT m.patch FROM home_patch m WHERE m.place_id = h.id) AS patch
FROM alert a
JOIN deployment d ON d.device_id = a.subject_id AND d.from_at <= now() AND (d.to_at IS NULL OR d.to_at > now())
JOIN place p ON p.id = d.place_id
JOIN place h ON h.kind = 'home' AND h.id IN (p.id, p.parent_id)
WHERE a.cleared_at IS NULL AND a.subject_kind = 'device' AND a.hazard = %s
GROUP BY h.id
ORDER BY since, h.id

-- name: nearing
-- Clocks of open cases that run and whose time is up before an instant, the first due first; not those kept only because
-- the law can be read in two ways.
SELECT c.id AS "case", c.place_id AS home, p.name AS home_name, c.patch, c.assignee_id AS assignee, k.key,
       k.says ->> 'title' AS title, k.due_at AS due, (k.says ->> 'due_on')::date AS due_on
FROM case_record c
JOIN case_clock k ON k.case_id = c.id AND k.superseded_at IS NULL AND k.state = 'running'
JOIN place p ON p.id = c.place_id
WHERE c.state <> 'closed' AND c.next_due <= %(until)s AND k.due_at <= %(until)s
  AND NOT coalesce((k.says ->> 'second_reading')::boolean, false)
ORDER BY k.due_at, c.id, k.key

-- name: outdated
-- Open cases with a clock that stands and was worked out by other rules or another policy than these.
SELECT DISTINCT c.id FROM case_record c JOIN case_clock k ON k.case_id = c.id AND k.superseded_at IS NULL
WHERE c.state <> 'closed' AND (k.rules_sha256 <> ALL (%(hashes)s) OR k.says -> 'awareness' ->> 'policy' <> %(policy)s)
ORDER BY c.id LIMIT %(most)s
