"""The stack as a drawing: on the screen, and in files."""
