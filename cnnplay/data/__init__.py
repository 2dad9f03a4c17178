"""Data sets, and the way from a drawing or a photo to the input of a network."""
