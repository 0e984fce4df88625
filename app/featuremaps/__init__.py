"""Pictures of maps as every page shows them: panels, colours, mosaics of many maps, and what a network guesses."""
