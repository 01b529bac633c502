"""How well the rule on homes judges a town whose truth is known: run it, score it, print the table."""
