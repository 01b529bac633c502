"""Rounds: a day's field work and travel matrices go in, a plan of who goes where when comes out."""
