"""How well the forecast of bins does on a recording of collections: predict each from earlier ones, score, table."""
