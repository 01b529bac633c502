"""Mappings that come with this release: `<name>.toml`, for `hereabouts source add --mapping <name>`."""
