"""Cameras, streams and clips, read in a small process of their own: a read can hang for ever, and only a process can
be ended."""
