"""Yosensi YO Distance: distance for bins and tanks."""
