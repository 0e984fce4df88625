"""The window's side of the engine process. Knows nothing of torch, cv2 or Qt."""
