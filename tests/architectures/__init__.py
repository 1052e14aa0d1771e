"""Each architecture of the catalogue, end to end, on small random models of its own class."""
