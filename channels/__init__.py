"""How messages leave and arrive, one provider a file."""
