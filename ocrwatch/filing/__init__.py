"""Moves scans to their final place.

naming.py    names that every file system takes (pure)
templates.py names made of what was read (pure)
reserving.py a name of one's own
moving.py    moving onto it, and what a crash left in between
filer.py     where an inbox's scans go
batches.py   a batch whose pages are rows, filed page by page
"""
