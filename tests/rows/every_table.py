"""Rows for every table there is, as SQL of the release that brought the table: none of today's code writes them."""

from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.engine import Engine

# As part 1 wrote them. Every table of it gets rows; the test sees to that.
PART_1 = """
INSERT INTO principal (kind, name, disabled_at) VALUES ('person', 'Ada Pym', NULL), ('service', 'old', now());
INSERT INTO principal_role (principal_id, role, scope, granted_by)
    SELECT id, 'reader', '{"areas": ["E05000001"]}', 1 FROM principal WHERE name = 'Ada Pym';
INSERT INTO api_key (principal_id, name, key_hash, expires_at)
    SELECT id, 'laptop', decode(repeat('0a', 32), 'hex'), '2030-01-01Z' FROM principal WHERE name = 'Ada Pym';
INSERT INTO sign_in_link VALUES (decode(repeat('0b', 32), 'hex'), 1, '2026-01-01Z', NULL);
INSERT INTO session (token_hash, principal_id, api_key_id, expires_at)
    SELECT decode(repeat('0c', 32), 'hex'), principal_id, id, '2026-01-02Z' FROM api_key;
INSERT INTO audit (at, principal_id, action, resource, detail) VALUES
    ('2019-01-01Z', 1, 'read', 'places', '{"places": ["h1"]}'), (now(), 2, 'write', 'readings', '{}');
INSERT INTO place (id, kind, name, lon, lat, polygon, uprn, usrn, parent_id, attributes) VALUES
    ('b1', 'building', 'Elm', -1.5, 53.8, '{"type": "Point", "coordinates": [-1.5, 53.8]}', NULL, '7', NULL, '{}'),
    ('h1', 'home', 'Flat 1, Elm Court \\N', NULL, NULL, NULL, '100012345678', NULL, 'b1', '{"lift": true}'),
    ('h1/hall', 'room', 'Hall', NULL, NULL, NULL, NULL, NULL, 'h1', '{}'),
    ('w1', 'weather_station', 'Roof', -1.4, 53.9, NULL, NULL, NULL, NULL, '{}');
INSERT INTO area VALUES ('E05000001', '2023', 'ward', 'Elm', '{"type": "Polygon", "coordinates": []}'),
    ('E05000001', '2018', 'ward', 'Elm, as it was', NULL);
INSERT INTO place_area VALUES ('h1', 'E05000001', '2023'), ('h1', 'E05000001', '2018');
INSERT INTO tenancy (place_id, from_at, to_at, kind, household_ref) VALUES
    ('h1', '2020-04-01Z', '2025-01-01Z', 'social_lease', 'H-1'), ('h1', '2025-01-01Z', NULL, 'licence', NULL);
INSERT INTO household.circumstance VALUES ('H-1', true, '2024-01-01Z', 1);
INSERT INTO profile VALUES ('p1', 'Elsys ERS', 'Elsys', '1', 600, '{air_temperature,relative_humidity}');
INSERT INTO device (id, profile_id, decoder_version) VALUES ('A81758FFFE000001', 'p1', NULL), ('spare', 'p1', '1');
INSERT INTO device_heard (device_id, at) VALUES ('A81758FFFE000001', '2026-03-01T10:00Z');
INSERT INTO deployment (device_id, place_id, from_at, to_at, mount) VALUES
    ('A81758FFFE000001', 'w1', '2023-01-01Z', '2024-01-01Z', '{}'),
    ('A81758FFFE000001', 'h1/hall', '2024-01-01Z', NULL, '{"f_rsi": 0.7}');
INSERT INTO datastream (deployment_id, quantity, channel, unit, kind, period_s)
    SELECT id, q, c, u, k, p FROM deployment, (VALUES ('air_temperature', '', 'Cel', 'measurement', NULL::int),
        ('people_in', 'left', '{count}', 'delta', 900), ('rainfall_total', '', 'mm', 'total_increasing', NULL))
        AS v (q, c, u, k, p);
UPDATE registry_version SET version = 41;
UPDATE source SET enabled = false WHERE name = 'homelink';
INSERT INTO source (name, topic_filter, envelope) VALUES ('north', 'north/+', 'plain');
SELECT make_partition(t::regclass, at::timestamptz) FROM (VALUES ('batch'), ('uplink')) AS t (t),
    (VALUES ('2025-12-15Z'), ('2026-03-01Z')) AS a (at);
INSERT INTO batch (received_at, slot, message_count, blob, detail, touched_datastreams, touched_hours) VALUES
    ('2025-12-31T23:59:59Z', 0, 2, '\\x28b52ffd0000', '{}', '{1,2}', '{2025-12-31T23:00Z,2025-12-31T22:00Z}'),
    ('2026-03-01T10:00Z', 1, 1, NULL, '{"import": "a.csv"}', '{}', '{}');
INSERT INTO uplink SELECT id, i, received_at, 1, o, 'A81758FFFE000001', received_at, 'network', false, 5, 7, 'elsys/1'
    FROM batch, (VALUES (0, 'stored'), (1, 'duplicate')) AS v (i, o);
INSERT INTO uplink_key VALUES (1, decode(repeat('0d', 16), 'hex'), 1, 0, '2025-12-31T23:59:59Z');
INSERT INTO latest VALUES (1, 1, '2026-03-01T10:00Z', 19.5);
INSERT INTO reading_revision (datastream_id, time, old_value, old_batch_id, new_value, cause, principal_id)
    VALUES (1, '2026-03-01T09:00Z', 99, 1, NULL, 'wrong profile', 1);
INSERT INTO device_event VALUES ('A81758FFFE000001', '2026-03-01T10:00Z', 'join', '', 1);
INSERT INTO quarantine (kind, source_id, topic, reason, detail, received_at, last_at, batch_id, index, content_hash,
                        payload, time, deliveries)
    VALUES ('message', 1, 'v3/a/devices/b/up', 'unknown_device', 'not registered', now(), now(), 1, 1,
            decode(repeat('0e', 16), 'hex'), '\\x7b7d', NULL, 3),
           ('value', 1, 't', 'out_of_range', '99', now(), now(), 1, 0, decode(repeat('0f', 16), 'hex'), '', now(), 1);
INSERT INTO ingest_count VALUES (1, '2026-03-01T10:00Z', 0, 6, 1, 2, 2, 1, 3, 1),
    (1, '2020-03-01T10:00Z', 1, 1, 1, 0, 0, 0, 2, 0);
INSERT INTO job_run (job, window_at, finished_at, state, detail, principal_id, by_hand) VALUES
    ('assess', '2026-03-01Z', now(), 'done', '{"rooms": 1}', 2, false),
    ('watch', '2020-03-01Z', NULL, 'running', '{}', 3, true);
INSERT INTO alert (subject_kind, subject_id, place_id, hazard, level, reason, evidence, rule, rule_version, opened_at,
                   updated_at, cleared_at, changed_by) VALUES
    ('place', 'h1/hall', 'h1/hall', 'damp', 'act', 'Wet.', '{"w": 1}', 'part_f', '1', '2026-02-01Z', now(), NULL, 3),
    ('job', 'assess', NULL, 'job_failed', 'act', 'Failed.', '{}', 'job_health', '1', '2020-01-01Z', now(), now(), 3);
INSERT INTO reading (datastream_id, batch_id, time, value) SELECT d, 1, t, d + extract(epoch FROM t)::int % 17
    FROM generate_series(1, 6) d, generate_series('2025-12-01Z'::timestamptz, '2026-03-02Z', '6 hours') t;
"""

# What came by 0012, on top of that.
BY_0012 = """
INSERT INTO loss_estimate VALUES (1, '2026-03-01T10:00Z', 0, 'f_cnt_gap', 4);
INSERT INTO ingest_reason VALUES (1, '2026-03-01T10:00Z', 0, 'ignored', 'join', 1);
INSERT INTO account VALUES (1, '2026-03-01T10:00Z', 6, 6, 0, 6, 6, true, now());
INSERT INTO account_fault VALUES (1, '2025-12-31T23:59:59Z', 1, '2025-12-31T23:00Z', 2, 1);
UPDATE account_progress SET below = '77', since = '2025-12-01Z';
INSERT INTO post VALUES (1, 0, 1, 't', '', now(), 1, 'stored', NULL, NULL, now()),
    (2, 0, 1, 't', '\\x7b', now(), 1, NULL, NULL, NULL, NULL);
INSERT INTO replay_touch VALUES (1, 1, '2026-03-01T10:00Z');
UPDATE profile SET battery = 'lithium';
INSERT INTO profile_version VALUES ('p1', '1', '[]');
INSERT INTO device_health (device_id, assessed_at, interval_s, gaps, live_s, late_s, battery_state, stuck, clock_bad,
                           messages) VALUES ('spare', now(), 600, 0, 1, 2, 'cannot_say', '[]', 0, 0);
INSERT INTO backfill_origin VALUES (1, 'app', 'https://eu1.example.org');
INSERT INTO backfill_request (source_id, application, from_at, to_at, cause, principal_id)
    VALUES (1, 'app', '2026-02-01Z', '2026-03-01Z', 'absence', 1);
INSERT INTO source (name, envelope, mapping) VALUES ('zigbee', 'mapped', 'x = 1');
"""

# What came since: a row for each new table. The test of backups fails where a table has none.
SINCE = """
SELECT make_partition('reading_hour', '2026-03-01Z');
INSERT INTO reading_hour VALUES (1, '2026-03-01T10:00Z', 2, 1, 1.5, 1, 2, 1, 2, NULL, 3, 3600);
INSERT INTO reading_day VALUES (1, '2026-03-01', 2, 1, NULL, 1, 2, 1, 2, 7, 3, NULL);
INSERT INTO rollup_pending (datastream_id, from_at, to_at) VALUES (1, '2026-03-01T10:00Z', '2026-03-01T12:00Z');
INSERT INTO retention (class, keep, before, deleted) VALUES ('quarantine', '13 months', '2025-01-01Z', 5);
INSERT INTO ingest_past VALUES (1, 0, 6, 1, 2, 2, 1, 3, 1);
INSERT INTO job_past VALUES ('assess', 3);
UPDATE rollup_progress SET below = '77';
INSERT INTO area_source (name, licence) VALUES ('Office for National Statistics', 'Open Government Licence v3.0');
UPDATE area SET source_id = 1, west = -1.6, south = 53.7, east = -1.4, north = 53.9 WHERE vintage = '2023';
INSERT INTO dataset VALUES ('surveys', 'Surveys', 'Of homes', 'Council', 'Internal', 'Council', 'home');
INSERT INTO dataset_vintage VALUES ('surveys', '2026-03', 'uprn', NULL, '5a', 1, 1, '2026-03-01Z', NULL, now());
INSERT INTO dataset_column VALUES ('surveys', '2026-03', 1, 'grade', 'Grade', 'category', NULL, '', '{"A": "fine"}');
INSERT INTO dataset_load (dataset, vintage, file, file_sha256, spec_sha256, spec, whole, stored, refused_by_cause)
    VALUES ('surveys', '2026-03', 's.csv', '0a', '0b', 'name = "surveys"', true, 1, '{"not_a_number": 2}');
INSERT INTO dataset_row VALUES ('surveys', '2026-03', 'S-1', 1, 2, '0100012345678', '100012345678', NULL, NULL, 'h1',
    true, '2026-03-01Z', NULL, '{"grade": "A"}', decode(repeat('0a', 16), 'hex'));
INSERT INTO ingest_session VALUES (0, '2026-03-01Z') ON CONFLICT DO NOTHING;
INSERT INTO loss_told VALUES (0, decode(repeat('0a', 8), 'hex'));
INSERT INTO post (post_id, index, source_id, topic, payload, received_at, principal_id, speaks_for)
    VALUES (3, 0, 1, 't', '\\x7b', now(), 1, '{1}');
INSERT INTO signed_post VALUES (1, decode(repeat('0a', 32), 'hex'), 3, now());
INSERT INTO device_source VALUES ('A81758FFFE000001', 1, '2026-03-01Z', 1);
INSERT INTO patch (code, name, team, area_code, area_vintage) VALUES ('north', 'North', 'Damp', 'E05000001', '2023');
INSERT INTO patch_home VALUES ('h1', 'north');
INSERT INTO patch_rule VALUES ('north', 'damp_mould', 1);
INSERT INTO case_record (place_id, hazard, state, opened_at, patch, last_event)
    VALUES ('h1', 'damp_mould', 'triaged', '2026-03-01Z', 'north', 1);
INSERT INTO case_event (case_id, kind, at, detail) VALUES (1, 'reported', '2026-03-01Z', '{"by": "resident"}');
INSERT INTO case_alert VALUES (1, 1, 'act', 'act', NULL);
INSERT INTO case_clock (case_id, key, name, says, state, start_event, rules_sha256, computed_after)
    VALUES (1, 'investigate/1', 'investigate', '{}', 'running', 1, '0a', 1);
UPDATE case_policy SET nation = 'scotland';
INSERT INTO case_evidence (case_id, event_id, kind, subject, from_at, to_at, body, sha256) VALUES
    (1, 1, 'statement', 'alert 1', '2026-02-01Z', '2026-03-01Z', '\\x28', decode(repeat('0a', 32), 'hex'));
INSERT INTO case_file (case_id, name, media_type, sha256, content)
    VALUES (1, 'wall.txt', 'text/plain', decode(repeat('0a', 32), 'hex'), '\\x77');
INSERT INTO request_key VALUES (1, 'k', decode(repeat('0a', 32), 'hex'), 1, 1, now());
INSERT INTO room_day (place_id, day, until, damp_mould, excess_cold, excess_heat, damp_stands, cold_stands, heat_stands,
    covered, cold_hours, quiet, faults, air_week, station_id, rule_version, rule_hash) VALUES
    ('h1/hall', '2026-03-01', 24, 'watch', 'ok', 'no_data', 'watch', 'ok', 'ok', 24, 0, false, '{stuck}', 76.5, 'w1',
     '2', '0a');
INSERT INTO room_state VALUES ('h1/hall', '2026-03-01', 1, decode(repeat('0a', 16), 'hex'), '\\x0102');
INSERT INTO assessment_touched (datastream_id, from_at) VALUES (1, '2026-03-01T10:00Z');
INSERT INTO assessment_due VALUES ('h1', '2026-03-01') ON CONFLICT DO NOTHING;
UPDATE assessment_progress SET hour = '2026-03-01T10:00Z';
INSERT INTO contact (principal_id, address, digest, urgent, digested_on)
    SELECT id, 'ada@example.gov.uk', true, false, '2026-03-02' FROM principal WHERE name = 'Ada Pym';
INSERT INTO notice (principal_id, kind, subject, body, told, made_at, due_at, sent_at)
    SELECT id, 'digest', 'Two new', E'Wet.\\nWet.', '{"alert 1": 2}', '2026-03-02Z', '2026-03-02Z', '2026-03-02Z'
    FROM principal WHERE name = 'Ada Pym';
INSERT INTO notice_about SELECT principal_id, 'digest 2026-03-02', id FROM notice;
INSERT INTO relapse_watch VALUES (1, 'h1', 'watching', '2026-06-01', 3, NULL, '87 days to go.', '2026-03-04Z');
INSERT INTO place (id, kind, name, lon, lat) VALUES ('yard', 'depot', 'Yard', -1.5, 53.8),
    ('bin', 'bin_slot', 'Bin', -1.5, 53.8);
INSERT INTO vehicle VALUES ('rcv1', 'RCV 1', 'rcv26', '[{"streams": ["general"], "litres": 14000, "kg": 1400}]', '{}',
    'gb_domestic', 'yard', 'yard', 100, 90, 2500, '2025-04-01', NULL, DEFAULT, DEFAULT, 'diesel', 42.5);
INSERT INTO crew VALUES ('red', '1,2', 'Red', 'rcv1', '{1,2}', NULL, '06:00', '14:00', '{}');
INSERT INTO baseline VALUES ('north', '2026-03-03', NULL, '2026-03-03', 80.5, 7.25, NULL, 120, 'odometer',
    'log book', DEFAULT, DEFAULT, 'yard', 'diesel');
INSERT INTO round_plan (day, depot, version, state, made_at, published_at, published_by, roads, attribution,
    matrix_sha256, of_homes, published, troubles, no_map) VALUES ('2026-03-03', 'yard', 1, 'published', '2026-03-03Z',
    '2026-03-03Z', 1, 'great_circle, osrm', 'OpenStreetMap', '{"rcv26": "0a"}', false, '{}',
    '[{"kind": "no_map", "about": "van", "says": "There is no map for van.", "count": 1, "home": null}]', '{van}');
INSERT INTO round (plan_id, day, depot, vehicle_id, vehicle_name, crew_id, starts_at, ends_at, drive_m, drive_s, visits,
    of_homes, stops, geometry) VALUES (1, '2026-03-03', 'yard', 'rcv1', 'RCV 1', 'red', '2026-03-03T06:00Z',
    '2026-03-03T14:00Z', 8000, 900, 1, false, '[]', NULL);
INSERT INTO visit (day, key, plan_id, round_id, position, place_id, of_home, name, lon, lat, must, prize_p, service_s,
    reason, says, stream, litres, kg, begins_at, crews) VALUES ('2026-03-03', 'bin', 1, 1, 1, 'bin', false, 'Bin', -1.5,
    53.8, true, 0, 60, 'fullness', 'Full.', 'general', 800, 90, '2026-03-03T07:00Z', '{red}');
INSERT INTO visit_outcome (visit_id, place_id, kind, at, client_id, note)
    VALUES (1, 'bin', 'other', '2026-03-03Z', 'p1', 'A bee.');
INSERT INTO visit_request (place_id, kind, says, at, client_id, day, vehicle_id, after_id)
    VALUES ('bin', 'manual', 'Full.', '2026-03-02Z', 'r1', '2026-03-03', 'rcv1', 'h1');
INSERT INTO visit_request_withdrawn VALUES (1, 'It was the wrong bin.', '2026-03-02Z', 1);
INSERT INTO visit_photo (visit_id, client_id, media_type, sha256, content, at)
    VALUES (1, 'p2', 'image/jpeg', decode(repeat('0a', 32), 'hex'), '\\xffd8', '2026-03-03Z');
INSERT INTO bin_state VALUES ('bin', '{"level": 40}', 40, 60, '2026-03-05Z', '2026-03-04Z', '2026-03-03Z',
    '[{"limit": 100, "p50_at": "2026-03-05T00:00:00Z", "p90_at": null}]', 0.25, '2026-03-04T06:00Z', 'yard', true,
    '2026-03-01Z', '2026-03-02Z', '["Somebody should look."]');
INSERT INTO bin_group_state VALUES ('park', '{"total": 1}', '2026-03-03Z');
INSERT INTO calendar_entry VALUES ('statutory', 'Market', '2026-03-01Z', NULL, '{park}', NULL, '{6}', '08:00');
UPDATE round SET changed = true;
INSERT INTO weather_told VALUES ('w1', '2026-03-03Z', '{7.5,NULL}', '{0,0.2}', '2026-03-03Z');
INSERT INTO plan_change VALUES (1, 1, '[{"kind": "must", "about": "bin", "says": "Full."}]');
INSERT INTO round_acceptance VALUES (1, '2026-03-03T09:00Z', 1);
INSERT INTO vehicle_outage (vehicle_id, from_at, to_at, says, recorded_at, principal_id, ended_by)
    VALUES ('rcv1', '2026-03-03T10:00Z', '2026-03-03T11:00Z', 'Gearbox.', '2026-03-03T10:01Z', 1, 1);
"""


def fill(url: str, engine: Engine, *scripts: str) -> None:
    """Run some of these scripts, with the partitions that their readings need."""
    with connect(url, DatabaseRole.OWNER) as owner:
        owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
        if engine is Engine.PLAIN:
            for month in ("2025-12-01Z", "2026-01-01Z", "2026-02-01Z", "2026-03-01Z"):
                owner.execute("SELECT make_partition('reading', %s)", (month,))
        for script in scripts:
            owner.execute(script.encode())
