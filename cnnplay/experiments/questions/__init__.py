"""One experiment a file; whatever is in here is found by `cnnplay.experiments.registry`."""
