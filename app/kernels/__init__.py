"""The Kernel page: one picture, one kernel, its feature map."""
