"""Yosensi YO Pure, Pure Pro and Air: indoor climate and air."""
