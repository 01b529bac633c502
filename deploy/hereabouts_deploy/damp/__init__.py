"""`hereabouts damp`: the rule on homes from files, without a server."""
