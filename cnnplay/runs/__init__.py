"""Training runs: from a configuration to a network with a card."""
