"""The inbox: from files in a watched folder to scans that are complete.

arrivals.py      `Inbox`: one look at a watched folder; ties the others together
listing.py       what lies in the folder now
settling.py      which of it is quiet, and how long to wait for the rest (pure)
watching.py      hints from the file system, and when there are none to be had
native.py        the native events themselves, by watchdog
filesystems.py   what kind of file system the folder is on
lease.py         one computer watches a folder, no second
away.py          why a folder cannot be used, in words
pages.py         any file as page pictures, decoded in a child process

In that child
decoding.py      inspecting a file, and making the picture of a page
scanfile.py      the bytes of a file, and what is said of one that is no scan
kinds.py         what a file is, by its content (pure)
ends.py          whether its bytes go to its end (pure)
pictures.py      Pillow
pdf.py           PDFium
blank.py         is a page blank?
splitting.py     a page of a batch as a file of its own
invoices.py      files that are data and no picture: OFD, XML
einvoices/       the data inside e-invoices
"""
