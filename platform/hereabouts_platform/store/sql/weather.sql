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
