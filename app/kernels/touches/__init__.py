"""Who depends on whom: what a cell of the input, a weight or a cell of the map has to do with the other two."""
