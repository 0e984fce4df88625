"""What ships with the program, found by `engine.resources`; `ATTRIBUTION.md` says whose it is."""
