"""The Train page: data, settings, the run, its curves, and the live network while it learns."""
