"""Manners at the table: one idea per file, a rule and no Mesa import."""
