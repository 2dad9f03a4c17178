"""The training loop: a frozen configuration in, a stream of events out."""
