"""Immutable descriptions of everything a person can set. Knows nothing of torch, cv2 or Qt."""
