"""Netvox R711 and relatives: temperature and humidity."""
