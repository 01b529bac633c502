-- Messages that came by webhook: written by the API, taken and answered by ingest.

-- name: feed
-- A source that takes messages over HTTP; files are imported.
SELECT id, envelope FROM source WHERE name = %s AND enabled AND envelope <> 'file'

-- name: hear_posts
LISTEN hereabouts_post

-- name: hear_answers
LISTEN hereabouts_answer

-- name: next_post
SELECT nextval('post_number')

-- name: add
-- `speaks_for`: names of sources; NULL for all.
INSERT INTO post (post_id, source_id, received_at, speaks_for, index, topic, payload)
SELECT %s, %s, %s, s.ids, u.* FROM unnest(%s::int[], %s::text[], %s::bytea[]) AS u
CROSS JOIN (SELECT array_agg(id) AS ids FROM source WHERE name = ANY (%s)) AS s

-- name: take_signed
INSERT INTO signed_post (source_id, digest, post_id, received_at)
VALUES (%(source)s, %(digest)s, %(post)s, %(at)s)
ON CONFLICT DO NOTHING RETURNING post_id

-- name: signed
SELECT post_id FROM signed_post WHERE source_id = %(source)s AND digest = %(digest)s

-- name: waiting_of
SELECT records, bytes FROM waiting_of(%s::smallint, %s)

-- name: ring
-- Ingest hears it when this transaction commits.
SELECT pg_notify('hereabouts_post', '')

-- name: answers
-- Of requests of this principal, or of anybody.
SELECT p.index, p.outcome, p.reason, p.detail FROM post p JOIN source s ON s.id = p.source_id
WHERE p.post_id = %(post)s AND s.name = %(source)s AND (%(anybody)s OR p.principal_id = %(principal)s)
ORDER BY p.index

-- name: waiting
SELECT count(*) FROM post WHERE post_id = %s AND outcome IS NULL

-- name: claim
-- The oldest records that no other worker holds, with their lengths; held until the end of the transaction.
SELECT post_id, index, source_id, received_at, octet_length(payload) FROM post
WHERE outcome IS NULL AND source_id = ANY (%(sources)s)
ORDER BY post_id, index
LIMIT %(most)s
FOR UPDATE SKIP LOCKED

-- name: read
SELECT p.post_id, p.index, p.source_id, p.topic, p.payload, p.received_at, p.speaks_for::int[]
FROM unnest(%s::bigint[], %s::int[]) AS u (post_id, index) JOIN post p USING (post_id, index)
ORDER BY p.post_id, p.index

-- name: answer
-- The bytes lie in the raw batch of the same transaction.
UPDATE post p SET outcome = u.outcome, reason = u.reason, detail = u.detail, answered_at = clock_timestamp(), payload = ''
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[]) AS u (post_id, index, outcome, reason, detail)
WHERE p.post_id = u.post_id AND p.index = u.index

-- name: tell
-- Whoever waits for one of these hears it when this transaction commits.
SELECT pg_notify('hereabouts_answer', post_id::text) FROM unnest(%s::bigint[]) AS post_id

-- name: forget
DELETE FROM post p
WHERE p.answered_at < %(before)s
  AND NOT EXISTS (SELECT 1 FROM post o WHERE o.post_id = p.post_id AND o.outcome IS NULL)

-- name: forget_signed
DELETE FROM signed_post s
WHERE s.received_at < %(before)s AND NOT EXISTS (SELECT FROM post p WHERE p.post_id = s.post_id)

-- name: sources_fed_by
SELECT sources_fed_by(%s)
