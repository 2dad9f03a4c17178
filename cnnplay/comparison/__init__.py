"""Trained networks beside each other: which there are, what was measured of each, and how they differ."""
