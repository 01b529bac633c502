"""Stored raw messages read again with today's registry, profiles and decoders: first the difference, then the change."""
