"""Learning from the record: the fit, its rivals, their scores, and what every row carries."""
