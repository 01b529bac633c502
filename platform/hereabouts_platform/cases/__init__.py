"""What people do about a hazard: the life of a case and the clocks of the law. Pure."""
