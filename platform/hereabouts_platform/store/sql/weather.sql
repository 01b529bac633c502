-- Weather stations that a weather service is asked about, and the door for its answers.

-- name: stations
-- Of the places named those that are weather stations with a position, and up to which hour the service has told of
-- both temperature and humidity there.
SELECT p.id, p.lon, p.lat, min(l.time)
FROM place p
LEFT JOIN deployment d ON d.place_id = p.id AND d.device_id = 'open_meteo:' || p.id
LEFT JOIN datastream s ON s.deployment_id = d.id AND s.quantity IN ('air_temperature', 'relative_humidity')
LEFT JOIN latest l ON l.datastream_id = s.id
WHERE p.id = ANY (%s) AND p.kind = 'weather_station' AND p.lon IS NOT NULL
GROUP BY p.id
ORDER BY p.id

-- name: hand_in
SELECT hand_in_weather(%s, %s, %s)

-- name: coming_wanted
-- Whether anybody looks at the weather to come: the forecast of bins does.
SELECT EXISTS (SELECT FROM place WHERE kind = 'bin_slot')

-- name: save_coming
INSERT INTO weather_told (station_id, first_at, temperature, rain_mm, told_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (station_id) DO UPDATE SET first_at = excluded.first_at, temperature = excluded.temperature,
    rain_mm = excluded.rain_mm, told_at = excluded.told_at

-- name: coming
SELECT station_id, first_at, temperature, rain_mm FROM weather_told WHERE station_id = ANY (%s) ORDER BY station_id

-- name: measuring
-- Weather stations with a position at which the temperature of the air is measured, or told.
SELECT p.id, p.lon, p.lat FROM place p
WHERE p.kind = 'weather_station' AND p.lon IS NOT NULL
  AND EXISTS (SELECT FROM deployment d JOIN datastream s ON s.deployment_id = d.id
              WHERE d.place_id = p.id AND s.quantity = 'air_temperature')
ORDER BY p.id
