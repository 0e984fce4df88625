"""What the window knows: the document and its undo, the link to the engine, settings, figures, notices."""
