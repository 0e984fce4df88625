"""The Inspect page's work: what the network says of every frame, and where in the frame it came from."""
