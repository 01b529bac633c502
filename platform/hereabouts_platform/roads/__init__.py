"""Roads: how far and how long it is from place to place for a class of vehicle, and the way itself."""
