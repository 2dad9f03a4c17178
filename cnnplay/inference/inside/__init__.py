"""Inside a trained network: its operations, what each gives for a picture, and why the answer came out."""
