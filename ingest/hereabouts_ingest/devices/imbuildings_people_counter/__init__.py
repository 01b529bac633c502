"""IMBuildings People Counter: passages of a counting line, by infrared beams."""
