"""The ledger: one sheet of a workbook that belongs to the user. We are the guest.

    workbook.py    the port `Ledger`: load, change, save; what makes it wait         start here
    layout.py      which columns there are and what a row puts into them             pure
    formats.py     a value's number format, text fit for a cell, widths              pure
    links.py       the formula that links a row to its scan                          pure
    sheet.py       one worksheet: finding columns, adding rows, its first look       openpyxl
    package.py     bytes to workbook and back                                        openpyxl
    losses.py      what of the user's a save would lose
    saving.py      the file on the disk: whole, or untouched
    locks.py       is the workbook open elsewhere?

Only `sheet` and `package` load openpyxl; `workbook` imports them when the first row is to be written.
"""
