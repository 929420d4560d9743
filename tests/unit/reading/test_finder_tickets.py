"""Chinese train tickets, of which hardly anything has a label."""

from __future__ import annotations

import textwrap

import pytest

from ocrwatch.config.profiles import built_in
from tests.unit.reading.typed import found, typed

TICKET = built_in()["train-ticket"]

ELECTRONIC = """
             电子发票（铁路电子客票）
  发票号码：25349116031000012345      开票日期：2025年05月20日
  北京南站          G123          上海虹桥站
  Beijingnan                   Shanghaihongqiao
  2025年05月18日  09:36开      05车12A号      二等座
  票价：¥553.50元
  4107281990****5515    林小川
  电子客票号：6031057025051800123456789
  购买方名称：青石滩科技有限公司
  统一社会信用代码：9131000012345678A9
"""
PAPER = """
  E012345678                    检票:12A
  长沙南站      G1002次      深圳北站
  Changshanan              Shenzhenbei
  2019年10月01日08:15开      03车08F号
  ￥388.50元              二等座
  限乘当日当次车
  4301021985****1234  欧阳明月
  65432100010101A012345 长沙南售
"""


def test_an_electronic_ticket_gives_all_ten_fields() -> None:
    """Stations stand left and right of the train, seat and class are known by shape, the name by the card number."""
    assert found(ELECTRONIC, TICKET) == {
        "发票号码": "25349116031000012345",
        "车次": "G123",
        "起始站": "北京南站",
        "终点站": "上海虹桥站",
        "发车日期和时间点": "2025年05月18日 09:36开",
        "座位号": "05车12A号",
        "席别类型": "二等座",
        "票价": "¥553.50元",
        "身份证号码": "4107281990****5515",
        "购票人姓名": "林小川",
    }


def test_a_paper_ticket_gives_all_but_the_invoice_number_it_lacks() -> None:
    """A ticket of the blue kind has no invoice number: none is made up of its other numbers."""
    assert found(PAPER, TICKET) == {
        "车次": "G1002",
        "起始站": "长沙南站",
        "终点站": "深圳北站",
        "发车日期和时间点": "2019年10月01日08:15开",
        "座位号": "03车08F号",
        "席别类型": "二等座",
        "票价": "￥388.50元",
        "身份证号码": "4301021985****1234",
        "购票人姓名": "欧阳明月",
    }


def test_the_day_of_issue_is_not_the_departure() -> None:
    """A date without a time of day is not when the train leaves."""
    assert "发车日期和时间点" not in found(ELECTRONIC.replace("2025年05月18日  09:36开", ""), TICKET)


def test_the_fare_of_a_refunded_ticket_is_negative() -> None:
    """The minus of a ticket that was given back is part of its fare."""
    assert found(ELECTRONIC.replace("¥553.50元", "¥-553.50元"), TICKET)["票价"] == "¥-553.50元"


@pytest.mark.parametrize(
    ("seat", "class_"), [("无座", "无座"), ("08车无座", "二等座"), ("11车015号上铺", "硬卧"), ("01车01A号", "商务座")]
)
def test_other_seats_and_classes_are_known(seat: str, class_: str) -> None:
    """Berths, standing room and the better classes come out as printed."""
    paper = ELECTRONIC.replace("05车12A号", "" if seat == class_ else seat).replace("二等座", class_)
    values = found(paper, TICKET)
    assert values["席别类型"] == class_
    assert values.get("座位号") == (None if seat == class_ else seat)


def test_two_tickets_on_one_scan_are_not_mixed() -> None:
    """Where two tickets lie on one scan, what differs between them is left empty rather than taken from one."""
    values = found(typed("\n\n\n".join(map(textwrap.dedent, (ELECTRONIC, PAPER)))), TICKET)
    assert not values.keys() & {"车次", "发车日期和时间点", "座位号", "身份证号码"}
