"""Stored raw messages read again with today's registry and decoders: first the difference, then the change."""
