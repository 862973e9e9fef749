"""What stops a run: broken settings and unreadable files, each named with its place and the legal values."""


class DuizhaoError(Exception):
    """A sentence for the person at the terminal; the command prints it and ends with exit code 2."""


class InputError(DuizhaoError):
    """A file or folder that cannot be read as what it should be."""


class GlossaryError(DuizhaoError):
    """A glossary file that breaks its own rules; the message begins with `file:line:`."""


class EngineError(DuizhaoError):
    """A model that is unknown, incomplete or of another kind."""


class ConflictError(DuizhaoError):
    """A file that changed on disk since it was read; nothing was written."""
