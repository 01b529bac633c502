"""Our way to run rounds, as a policy that the judge of waste_simulation can judge: forecasts, run days, routes."""
