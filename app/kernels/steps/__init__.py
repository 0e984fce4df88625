"""Step by step: the window walks over the input, and each cell of the map is written out as it is computed."""
