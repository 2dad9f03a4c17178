"""The classic experiments: one question each, asked of real trainings over several seeds."""
