"""GlobalSat LS-111, LS-113: carbon dioxide or fine particles, temperature and humidity."""
