"""The theorems on convolution, measured live: both sides of each equation, and how far apart they are."""
