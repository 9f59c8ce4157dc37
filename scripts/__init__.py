"""The command line, one file a command; wiring.py composes everything."""
