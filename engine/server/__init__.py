"""What runs in the engine process: the newest spec meets the newest frame, and one picture comes back."""
