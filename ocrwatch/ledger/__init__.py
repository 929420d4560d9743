"""The ledger: one sheet of a workbook that belongs to the user. We are the guest.

A workbook is a zip of XML parts, and it is edited in place of being written anew: what need not change is copied as
its compressed bytes, what must change is spliced. So nothing of the user's is lost, and a row more costs a copy of the
file.

    workbook.py         the port `Ledger`: open, change, save; what makes it wait           start here
    edition.py          one change of a workbook, from its opening to its saving
    memory.py           what is remembered between two changes: how the sheets stand (standing.py)

  what the rows are
    layout.py           which columns there are and what a row puts into them               pure
    formats.py          a value's number format, text fit for a cell, widths                pure
    links.py            the formula that links a row to its scan                            pure
    header.py           where the header of a sheet stands                                  pure
    forms.py            sheets that somebody prepared: rows to be filled, above a footer    pure
    ids.py              the ids of a sheet, in twelve bytes each                            pure

  the package
    archive.py          a zip's members, raw; archive_writing.py writes them, crc.py (pure) joins their checksums
    package.py          the parts, and how they refer to each other
    markup.py           small parts: elements with their places, changes as splices         pure
    references.py       cells and ranges in formulas                                        pure

  the sheet, as a stream
    sheet_stream.py     head, rows in batches, close; grammar.py (pure) finds rows and cells in bytes
    survey.py           what a sheet holds, in one pass: surveying.py, survey_rows.py; shared_strings.py its texts
    body_packing.py     the rows packed meanwhile
    opening.py          how the sheet stands, and what of the rest depends on it

  the change
    creating.py         a new workbook (by openpyxl), a new sheet; dressing.py what stands around the rows
    draft.py            columns and rows added, cells changed; obstacles.py what is in the way, new_rows.py their XML
    fill_down.py        formulas and formats that go on; totals.py the totals row; tables.py; styles.py
    growing.py          ranges that end with the last row go on                             pure
    stale.py            no stale totals
    writing.py          the changed package is written
    relay.py            several sheets in one save

  items
    items.py            the sheets of tables: names, columns                                pure
    item_rows.py        their rows, as parts of a save

  beside it
    csv_file.py         the port over a CSV file, csv_items.py its tables, by csv_records.py and csv_text.py (pure)
    in_volumes.py       the port over several workbooks, by volumes.py (pure)
    lines.py            the rows of a sheet as they stand, by row_values.py and cell_values.py (pure)
    comparing.py        what a person changed                                               pure

    first_look.py       what the headings of a workbook ask for, before it is a ledger

  the file
    backups.py          the workbook as it was before the day's first change
    presence.py         a known workbook that is missing for a moment
    saving.py           the file on the disk: whole, or untouched
    locks.py            is the workbook open elsewhere? own_saves.py which changes were ours alone
    refusals.py         workbooks that are left as they are, and what is said of them

openpyxl is loaded when a workbook is made, and never otherwise.
"""
