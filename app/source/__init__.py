"""Where the picture comes from: the source bar, its strip of controls, the drawing pad, drops and pastes."""
