"""The work behind the look at the kinds of convolution: a layer on the newest frame, a signal or a volume."""
