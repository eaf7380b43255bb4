"""Extras that are not installed everywhere."""

from sim.errors import BadInput


class NotInstalled(BadInput):
    """What was asked for needs an extra that this environment does not have."""
