"""The bank: many kernels beside each other on the same picture."""
