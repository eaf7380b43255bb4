"""Questions asked of the model: the command line, the run folder, the studies, the figures."""
