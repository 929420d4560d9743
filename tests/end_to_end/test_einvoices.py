"""E-invoices with the installed program: their data becomes the row, and nobody is asked."""

from __future__ import annotations

import json
import random
import subprocess
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from tests import einvoices
from tests.endpoint_server import EndpointServer, answering
from tests.program import Program

BUYER = f'buyer = {{name = "{einvoices.BUYER}", tax_id = "{einvoices.BUYER_TAX_ID}"}}'


def _program(folder: Path, server: EndpointServer, profile: str, more: str = BUYER) -> Program:
    program = Program(folder, base_url=server.base_url, more=f"profile = '{profile}'\n{more}")
    text = program.config.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("fields")]
    program.config.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return program


def test_three_files_of_one_invoice_make_one_row_and_nothing_is_sent(tmp_path: Path) -> None:
    """PDF, OFD and XML: one row from the data, the others kept byte for byte; no picture leaves the computer."""
    files = {"a.pdf": einvoices.digital_pdf(), "b.ofd": einvoices.digital_ofd(), "c.xml": einvoices.digital_xml()}
    with EndpointServer(answering({})) as server:
        program = _program(tmp_path, server, "china-invoice")
        for name, data in files.items():
            (program.inbox / name).write_bytes(data)
        program.once()
        assert server.asked == []
    (row,) = program.rows()
    assert {name: row[name] for name in ("发票号码", "购买方名称", "销售方名称", "项目名称", "Engine", "Check")} == {
        "发票号码": einvoices.DIGITAL["number"],
        "购买方名称": einvoices.BUYER,
        "销售方名称": einvoices.SELLER,
        "项目名称": einvoices.DIGITAL["item"],
        "Engine": "embedded data",
        "Check": None,
    }
    assert (row["开票日期"], row["金额"], row["税额"], row["价税合计"]) == (
        datetime(2026, 11, 5), 1132.08, 67.92, 1200,
    )  # fmt: skip
    assert {path.name: path.read_bytes() for path in program.done.rglob("*") if path.is_file()} == files
    assert len(program.filed(program.done / "duplicates")) == 2
    assert program.left() == []
    told = program.run("why", "b.ofd" if (program.done / "duplicates" / "b.ofd").exists() else "a.pdf")
    assert "Same invoice as row 2, as another file." in told.stdout


def test_kills_among_the_files_of_many_invoices_make_no_second_row(tmp_path: Path) -> None:
    """Killed at moments of its work, it ends with one row an invoice, and every file as it was."""
    numbers = [f"263120000001234{number:05}" for number in range(25)]
    files = {f"{number}.{suffix}": data for number in numbers for suffix, data in einvoices.forms_of(number).items()}
    chance = random.Random(7)
    with EndpointServer(answering({})) as server:
        program = _program(tmp_path, server, "china-invoice")
        for name, data in files.items():
            (program.inbox / name).write_bytes(data)
        for _ in range(5):
            daemon = program.start()
            with suppress(subprocess.TimeoutExpired):
                daemon.wait(chance.uniform(0.6, 1.2))
            daemon.kill()
            daemon.wait()
        program.once()
        assert server.asked == []
    assert sorted(str(row["发票号码"]) for row in program.rows()) == numbers
    assert {row["Check"] for row in program.rows()} == {None}
    assert program.left() == []
    assert {path.name: path.read_bytes() for path in program.done.rglob("*") if path.is_file()} == files
    assert len(program.filed(program.done / "duplicates")) == 2 * len(numbers)


def test_railway_tickets_and_foreign_buyers(tmp_path: Path) -> None:
    """A ticket's data fills its columns, and Check names a buyer who is not ours though no column does."""
    with EndpointServer(answering({})) as server:
        program = _program(tmp_path, server, "train-ticket", "buyer = {name = '别人有限公司'}")
        (program.inbox / "ticket.ofd").write_bytes(einvoices.railway_ofd())
        program.once()
        assert server.asked == []
    (row,) = program.rows()
    assert (row["车次"], row["发车日期和时间点"], row["票价"]) == ("G7629", datetime(2026, 11, 3, 19, 54), 130)
    assert row["Check"] == f"the buyer is {einvoices.BUYER}, not 别人有限公司"


def test_harmful_and_other_files_stop_nothing(tmp_path: Path) -> None:
    """External entities and a zip bomb fail with their reason, foreign XML is left alone, the invoice gets its row."""
    evil = einvoices.digital_xml(before='<!DOCTYPE EInvoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
    with EndpointServer(answering({})) as server:
        program = _program(tmp_path, server, "china-invoice", "give_up_seconds = 1")
        (program.inbox / "evil.xml").write_bytes(evil)
        bomb = einvoices.zipped({"OFD.xml": b"<OFD/>", "Doc_0/Document.xml": b" " * 50_000_000})
        (program.inbox / "bomb.ofd").write_bytes(bomb)
        (program.inbox / "empty.ofd").write_bytes(einvoices.ofd([]))
        (program.inbox / "notes.xml").write_text("<?xml version='1.0'?><notes/>")
        (program.inbox / "good.xml").write_bytes(einvoices.digital_xml())
        program.once(expect=1)
    assert [row["发票号码"] for row in program.rows()] == [einvoices.DIGITAL["number"]]
    assert program.left() == ["notes.xml"]
    reasons = {path.name: path.read_text(encoding="utf-8-sig") for path in program.failed.glob("*.reason.txt")}
    assert "begins with a DOCTYPE" in reasons["evil.xml.reason.txt"]
    assert "would unfold to more" in reasons["bomb.ofd.reason.txt"]
    assert "cannot draw its pages" in reasons["empty.ofd.reason.txt"]
    assert "root:" not in "".join(reasons.values()) + program.log()


def test_read_prints_what_the_data_says(tmp_path: Path) -> None:
    """For a person, and as JSON; a field that the data has no word for is asked of the page."""
    pdf = tmp_path / "invoice.pdf"
    pdf.write_bytes(einvoices.factur_x_pdf())
    with EndpointServer(answering({})) as server:
        program = Program(tmp_path / "program", base_url=server.base_url)
        told = program.run("read", str(pdf), "--profile", "invoice", "--json")
        assert server.asked == []
        (result,) = json.loads(told.stdout)
        assert result["rows"][0]["engine"] == "embedded data"
        assert result["rows"][0]["fields"]["total"] is not None
        shown = program.run("read", str(pdf), "--profile", "invoice").stdout
    assert einvoices.FACTUR_X["seller"] in shown
    assert "embedded data" in shown
