"""What people hand in at the month's end: one zip with the month's rows, their scans, and one PDF of all of them.

    Tickets 2026-11.zip
      Tickets 2026-11.xlsx                     the rows as they stand in the ledger now, numbered; totals
      Tickets 2026-11.pdf                      every page of every scan, numbered as the rows
      scans/001 2026-11-03 中国铁路 ….jpg       the scans, byte for byte, in the rows' order
      Please read.txt                          what is missing, where something is

    selecting.py    which rows are of the month                              pure
    shown.py        what a cell shows, as a value again                      pure
    rows.py         rows as they are handed in; the papers they come from    pure
    totals.py       sums by currency and by a column                         pure
    looks.py        headings and currencies, as the sheet shows them
    scans.py        where the scans lie now
    book.py         the workbook
    drawing.py      the pages of all scans as one PDF
    placing.py      where a picture stands on a page                         pure
    pdf.py          a PDF, written page by page
    remarks.py      what is missing, in words                                pure
    bundle.py       the zip, which never takes another file's name
    packing.py      all of it, in order                                      start here

Rules
  1. Nothing is decoded here: page pictures come from the child process. No more than a page's are in memory.
  2. Nothing is left out in silence: what is missing is named, in the zip and to the person.
  3. Nothing that is there is changed: not the ledger, not a scan, no earlier zip.
"""
