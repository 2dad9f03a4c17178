"""Figures: values in, Plotly figures out."""
