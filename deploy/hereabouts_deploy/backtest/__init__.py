"""A changed rule tried on the past of the whole stock of homes, on all cores, out of a system's store."""
