"""The words of `cnnplay.words`, for the pages."""

from cnnplay.words import accuracy, count, duration, file_size, listing, milliseconds, percent, plain

__all__ = ["accuracy", "count", "duration", "file_size", "listing", "milliseconds", "percent", "plain"]
