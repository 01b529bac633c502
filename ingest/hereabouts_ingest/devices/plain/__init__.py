"""Any device that sends the vocabulary's own names in the vocabulary's own units."""
