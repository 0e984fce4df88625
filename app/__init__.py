"""The window. Qt lives here and only here; neither torch nor cv2 is ever loaded in its process."""
