"""Tables, queries by aggregate, encryption and migrations."""
