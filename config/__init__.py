"""Settings and the program file; knows nothing of the rest."""
