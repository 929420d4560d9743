"""Drop a scan into a folder; a row appears in your spreadsheet."""

__version__ = "0.1.0"
