"""What a trained network says about one picture."""
