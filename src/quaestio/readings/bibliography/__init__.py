"""Bibliographic records: read from BibTeX, RIS and CSL-JSON, written in these, set in a style.

A record is CSL-JSON: a dict with ``type``, ``title``, ``author`` (dicts with ``family`` and
``given``, or ``literal``), ``issued`` (``{"date-parts": [[year, month, day]]}``) and so on. No
module here knows of Django's models. ``formats`` and ``styles`` are the doors; they bring parsers
along, and are imported where they are needed.
"""
