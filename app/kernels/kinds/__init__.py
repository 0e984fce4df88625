"""The kinds of convolution: one layer of any kind, its numbers and sizes, and what goes where, cell by cell."""
