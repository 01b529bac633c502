"""One folder per family of devices; folders are alike: profile.toml, and decoder.py where bytes are read."""
