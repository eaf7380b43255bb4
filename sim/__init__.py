"""The theory: from a coded case to worlds, to what a text is worth, to the talks and their record.

Nothing in this package has heard of a country, of a configuration framework or of a plot.
"""
