"""Pressac Indoor Air Quality and Room Climate sensors."""
