"""The design bench: tools that open under the kernel's grid, and what is seen of a kernel. Loaded when first used."""
