"""IMBuildings Comfort Sensor: temperature, humidity and carbon dioxide."""
