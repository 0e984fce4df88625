"""The Inspect page: what the network says of the picture, and where in the picture that came from."""
