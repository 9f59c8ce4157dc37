"""How good and how fast pairing is, beside its peers in the same run."""
