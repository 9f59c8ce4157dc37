"""Who meets whom: a pure model of members, rules, groups and rounds."""
