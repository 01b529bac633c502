"""Files that people send: their kinds, and pictures without what a phone writes beside them."""
