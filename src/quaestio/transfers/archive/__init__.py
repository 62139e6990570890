"""A course as one file that is kept: pages to read, and ``course.json`` for programs.

``columns`` says which column of which table goes in, and why the others stay out; ``data`` makes
the rows of ``course.json`` (docs/course-archive.md), ``pages`` the HTML, ``names`` the names in
both, and ``writing`` puts it all into a file.
"""
