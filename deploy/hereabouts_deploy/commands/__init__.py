"""The commands of `hereabouts`, one module a subject; each has `register(app)`."""
