"""Thermokon LRW sensors: MCS, LS02, NOVOS 3, thanos EVO and others with the same frames."""
