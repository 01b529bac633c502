"""MOKO LW007-PIR: the temperature and humidity of a presence sensor."""
