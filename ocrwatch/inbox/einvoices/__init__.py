"""The data inside e-invoices: no picture is looked at. Runs in the child process only, but for what is pure.

found.py         what was found, and how it travels (pure)
xml_tree.py      XML as a tree: bounded, and without a document type (pure)
roots.py         which XML is an invoice, by its first element (pure)
dialects.py      the trees that are known, over
cii.py           Factur-X, ZUGFeRD (pure)
chinese.py       Chinese invoices and railway e-tickets (pure)
package.py       an OFD's zip, bounded
ofd.py           the data of an OFD
page_text.py     print as rows (pure)
printed.py       what the print of a Chinese e-invoice says (pure)
pdf_data.py      attachments, properties and print of a PDF
"""
