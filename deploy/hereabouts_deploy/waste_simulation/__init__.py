"""Three made-up towns and a year of their litter bins: what a policy of collection is judged on."""
