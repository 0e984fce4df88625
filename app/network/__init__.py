"""The Network page: a stack of layers, and its maps of the newest frame."""
