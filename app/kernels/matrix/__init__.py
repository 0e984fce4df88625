"""The layer as the matrix it is: which weight stands where, and what the matrix makes of a patch of the picture."""
