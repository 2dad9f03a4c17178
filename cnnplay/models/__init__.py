"""The networks: one file a family, a registry of typed specs, checkpoints with cards."""
