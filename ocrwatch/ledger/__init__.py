"""The ledger: one sheet of a workbook that belongs to the user. We are the guest.

    workbook.py      the port `Ledger`: load, change, save; what makes it wait         start here
    csv_file.py      the port over a CSV file, by csv_text.py (pure)
    monthly.py       the port over one workbook a month, by months.py (pure)
    backups.py       the workbook as it was before the day's first change
    comparing.py     does a cell still show what was written into it?         pure
    layout.py        which columns there are and what a row puts into them             pure
    formats.py       a value's number format, text fit for a cell, widths              pure
    links.py         the formula that links a row to its scan                          pure
    header.py        where the header of a sheet stands                                pure
    sheet.py         one worksheet: finding columns, adding rows                       openpyxl
    look.py          a new sheet's first look                                          openpyxl
    lines.py         the rows of a sheet as they stand                        openpyxl
    ids.py           the ids of a sheet, read row by row                               openpyxl
    package.py       bytes to workbook and back                                        openpyxl
    losses.py        what of the user's a save would lose, by losses_named.py
    charts.py        does a chart come through as it was?                              openpyxl
    saving.py        the file on the disk: whole, or untouched
    locks.py         is the workbook open elsewhere?

openpyxl is loaded late: `workbook` imports the modules that need it when the first row is to be written.
"""
