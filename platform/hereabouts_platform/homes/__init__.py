"""What is to be said of a room and a home: damp, cold, heat; levels, causes, what would mend it. Pure."""
