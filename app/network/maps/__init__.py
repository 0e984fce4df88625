"""The maps of the network on the newest frame: at a glance, large, in figures, on the picture, and number by number."""
