"""Errors that a user can cause and mend, each with one sentence that says how.

CnnplayError
├── InputError            a file, a drawing or an argument that cannot be used
│   └── EmptyDrawingError nothing to read was drawn or found
├── ConfigError           a training configuration out of its bounds
├── DataError             something is wrong with a data set
│   ├── DataMissingError  it is not on this machine
│   └── DownloadError     it could not be fetched, or what came is damaged
├── CheckpointError       weights or a card that are missing, damaged or of another network
├── ExportError           a network or a report that cannot be taken along in the form that was asked for
└── StoreError            the run store cannot be reached, read or written

The message says what was got, what is allowed and what to do. Everything else that is raised is a fault of ours.
"""


class CnnplayError(Exception):
    """Base of every error whose message is meant for the user."""


class InputError(CnnplayError):
    """A file, a drawing or an argument cannot be used."""


class EmptyDrawingError(InputError):
    """There is nothing to read: no ink was drawn or found."""


class ConfigError(CnnplayError):
    """A training configuration is out of its bounds."""


class DataError(CnnplayError):
    """Something is wrong with a data set."""


class DataMissingError(DataError):
    """A data set is not on this machine."""


class DownloadError(DataError):
    """A data set could not be fetched, or what came is damaged."""


class CheckpointError(CnnplayError):
    """Weights or a card are missing, damaged or belong to another network."""


class ExportError(CnnplayError):
    """A network or a report cannot be taken along in the form that was asked for."""


class StoreError(CnnplayError):
    """The run store cannot be reached, read or written."""
