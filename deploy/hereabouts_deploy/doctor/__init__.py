"""What is well and what is not: each check says so in a sentence."""
