"""The kinds of convolution: described, counted, explained, run. Only `run` and what it calls load torch, and only
`meters` and what it calls load cv2; the window may import all the rest.
"""
