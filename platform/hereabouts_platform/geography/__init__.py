"""Where things lie: the two grids of coordinates, boundaries and outlines, and which point lies in which. All pure."""
