"""Files of any data logger: which columns they have, in which units, in which zone; nothing is guessed in silence."""
