"""Forms as an office hands them out: a Chinese one for travel, an English one for expenses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ocrwatch.ports import Field

TRAVEL_SHEET = "差旅费报销单"
TRAVEL = (
    Field(name="出发日期", type="date"),
    Field(name="出发地点"),
    Field(name="到达地点"),
    Field(name="车次"),
    Field(name="票价", type="amount"),
)
TRAVEL_HEADINGS = {"票价": "交通费"}
EXPENSE_SHEET = "Expenses"
EXPENSES = (Field(name="Date", type="date"), Field(name="Supplier"), Field(name="Amount", type="amount"))


def make_travel(path: Path, *, rows: int = 5, numbered: bool = True) -> None:
    """Title, three lines above a header of two rows with merged cells, `rows` prepared rows from row 7 on (running
    number, formulas of their own), the total, the amount in words, signatures."""
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(TRAVEL_SHEET)
        head = book.add_format(
            {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "bg_color": "#DDEBF7"}
        )
        line = book.add_format({"border": 1})
        money = book.add_format({"border": 1, "num_format": "#,##0.00"})
        day = book.add_format({"border": 1, "num_format": "yyyy-mm-dd"})
        sheet.merge_range("A1:J1", "差旅费报销单", book.add_format({"bold": True, "font_size": 18, "align": "center"}))
        sheet.write("A2", "部门：研发部")
        sheet.write("E2", "姓名：张三")
        sheet.write("A3", "出差事由：客户现场")
        for place, text in {
            "A": "序号",
            "F": "车次",
            "G": "交通费",
            "H": "补助天数",
            "I": "补助标准",
            "J": "小计",
        }.items():
            sheet.merge_range(f"{place}5:{place}6", text, head)
        sheet.merge_range("B5:C5", "出发", head)
        sheet.merge_range("D5:E5", "到达", head)
        sheet.write_row("B6", ["日期", "地点", "日期", "地点"], head)
        for number in range(7, 7 + rows):
            sheet.write_row(f"A{number}", [number - 6 if numbered else None, *[None] * 8], line)
            for place, kind in {"B": day, "D": day, "G": money, "I": money}.items():
                sheet.write_blank(f"{place}{number}", None, kind)
            sheet.write_formula(f"J{number}", f"=G{number}+H{number}*I{number}", money, 0)
        last, total = 6 + rows, 7 + rows
        sheet.merge_range(f"A{total}:F{total}", "合计", head)
        for place in "GHIJ":
            sheet.write_formula(f"{place}{total}", f"=SUM({place}7:{place}{last})", money, 0)
        sheet.merge_range(f"A{total + 1}:J{total + 1}", "金额大写：", line)
        sheet.write_row(f"A{total + 3}", ["报销人：", None, None, "部门负责人：", None, None, "财务："])
        sheet.set_column("A:A", 6)
        sheet.set_column("B:J", 12)
        _add_sums(book, f"='{TRAVEL_SHEET}'!J{total}")


def make_expenses(path: Path, *, rows: int = 4) -> None:
    """A form without lines around its cells: header in row 4, `rows` empty rows, the total, a place to sign."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet: Any = book.active
    sheet.title = EXPENSE_SHEET
    sheet["A1"], sheet["A1"].font = "Expense claim", Font(size=16, bold=True)
    sheet["A2"] = "Name:"
    for place, text in enumerate(["Item", "Date", "Supplier", "Amount", "Rate", "In EUR"], 1):
        sheet.cell(4, place, text).font = Font(bold=True)
    for number in range(5, 5 + rows):
        sheet.cell(number, 6).value = f"=D{number}*E{number}"
    total = 5 + rows
    sheet.cell(total, 3).value = "Total:"
    sheet.cell(total, 4).value = f"=SUM(D5:D{total - 1})"
    sheet.cell(total + 2, 1).value = "Signature: ____________"
    sheet.column_dimensions["C"].width = 30
    book.save(path)


def _add_sums(book: Any, formula: str) -> None:
    sums = book.add_worksheet("汇总")
    sums.write("A1", "应付")
    sums.write_formula("B1", formula, None, 0)
