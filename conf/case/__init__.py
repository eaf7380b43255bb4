"""Coded cases: one folder of tables and one YAML of priors each."""
