"""Configuration groups and the coded cases: everything here was asserted by a human."""
