"""The discussion site for reading seminars."""

__version__ = "0.1.0"
