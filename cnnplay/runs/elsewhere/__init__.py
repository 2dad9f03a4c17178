"""Runs for people who live elsewhere: to MLflow, to TensorBoard and to CSV, and from CSV into the store."""
