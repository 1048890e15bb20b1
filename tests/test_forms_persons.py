"""Persons in the notes of a form: named with what tells them they stop the import, and officers, places and counts do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from evalkit.facts.forms.form_places import FormPlaces, Placed
from evalkit.facts.forms.grid import text_cell
from evalkit.facts.forms.persons_in_text import names_a_person
from evalkit.places.registry import load_registry, reference_folder
from tests.test_forms_bad_input import COUNTS, NAMES, csv_form, demo, imported, room

__all__ = ["demo", "room"]

NAMED = [
    "Nạn nhân Nguyễn Thị A, sinh 2003, bản Phiêng Pằn",
    "Ghi chú: nạn nhân Nguyễn Thị B, sinh ngày 01/02/2001, trú tại Mộc Châu",
    "Ghi chú: có 1 nạn nhân là Nguyễn Thị Bình, SN 2001",
    "Nạn nhân: Nguyễn Thị Bình",
    "Nguyễn Thị Bình, 16 tuổi",
    "Vàng A Páo, 17 tuổi",
    "Nông Thị Mẫu (1999) đã về địa phương",
    "NẠN NHÂN TRẦN THỊ MẪU",
    "đối tượng Lê Hùng đã bị bắt",
    "01 bị can: Trần Văn Giả, đang tạm giam",
    "vụ Lê Văn Giả cùng đồng bọn",
    "cháu Lò Thị Thử chưa xác minh",
    "Nan nhan Nguyen Thi Thu, sinh nam 2001",
    "One victim, Tran Thi Mau, born 2001",
    "Nạn nhân N.T.H, sinh năm 2003",
    "bà Trần Thị Mẫu, thường trú tại bản Thử",
    "N.T.H, SN 2005",
    "Nguyễn T. H., SN 2005",
    "N.T.H (2005) đã về địa phương",
    "cháu H. 14 tuổi",
    "chị Đào, 22 tuổi",
    "Nạn nhân tên Đ.",
    "nạn nhân nguyễn thị mẫu",
    "nguyen thi mau sn 2005",
    "QĐ khởi tố bị can số 12 đối với Nguyễn Văn Thử",
    "Đã thu hộ chiếu B1234567",
    "CMND số 050123456",
    "Bà Hoàng Thị Mẩy ở Mường La",
    "Vừ A Dính; Sùng Thị Mỷ",
    "1. Vừ A Dính, 2. Sùng Thị Mỷ",
    "Nạn nhân Y Blơm Niê",
    "H'Hen Niê, sinh 2004",
    "Y Blơm Niê, 17 tuổi",
    "Nạn nhân STK 0123456789 Vietcombank",
    "đối tượng, số tài khoản 19031234567890",
    "đối tượng dùng xe biển số 29A-123.45",
    "chị Hoa, facebook.com/hoa.mau",
    "Nạn nhân: fb.com/hoa.mau",
    "đối tượng Zalo 0912 345",
    "Bà Hoàng Thị Mẩy, bản Thử",
]
NOT_NAMED = [
    "Người lập biểu: Nguyễn Văn A",
    "THỦ TRƯỞNG ĐƠN VỊ Nguyễn Văn A",
    "Đại tá Trần Văn Thử",
    "Hà Nội, ngày 20 tháng 01 năm 2024",
    "Nạn nhân Cao Bằng, Hà Giang chuyển đến",
    "Nạn nhân: Cao Bằng 3, Hà Giang 2",
    "Nạn nhân: Mai Sơn 2, Hoàng Su Phì 3, Lê Chân 1",
    "Số nạn nhân dưới 16 tuổi",
    "NẠN NHÂN HỒ SƠ ĐÃ LẬP",
    "Đối tượng Đoàn Thanh niên hỗ trợ",
    "Vụ Hợp tác quốc tế cung cấp",
    "Nạn nhân sinh năm 2003: 2 người",
    "Chủ tịch: Hồ Văn Thử, điện thoại 0243 1234567",
    "Victims To Be Identified",
    "Đường dây nóng 111, Hà Nội (2019)",
    "Trường Nguyễn Thị Minh Khai phối hợp",
    "Nạn nhân Hồ Chí Minh",
    "Nạn nhân là người Trung Quốc, 16 tuổi: 2",
    "tỉnh Cao Bằng (2019)",
    "Nạn nhân Lào, 16 tuổi",
    "Nạn nhân Trung Quốc, dưới 16 tuổi: 2",
    "Đã cấp 12 hộ chiếu, 5 CCCD",
    "Đối tượng A chưa xác minh",
    "Em Hà Nội, 12 tuổi trở lên",
    "TP.HCM (2019)",
    "Cô Tô, Vân Đồn (2019)",
    "Tài khoản kho bạc nhận tiền ủng hộ nạn nhân: 351012345678",
    "Y Tế Lào Cai",
    "Người lập biểu: Y Blơm Niê",
    "Đồng bào H'Mông, 16 tuổi trở lên: 2",
    "Bà Nguyễn Thị Thử ở Sở Lao động",
    "Fanpage phòng chống mua bán người: facebook.com/pcmbn",
    "Số nạn nhân bị lừa qua Facebook, Zalo: 12",
    "Số vụ dùng mạng xã hội (Facebook 3, Zalo 2)",
    "Nạn nhân bị lừa qua Facebook 3, Zalo 2",
    "Hoàng Su Phì, Trần Văn Thời",
    "Chỉ Thị Số; Công Văn Số",
    "Nạn nhân 12 A 1234",
    "nạn nhân theo Điều 151 và 10 b 2023",
    "Công văn 29/CV-2023 về nạn nhân",
    "đối tượng dùng facebook.com để dụ dỗ",
    "đối tượng phạm tội qua Zalo, Facebook.com",
]


def is_named(text: str) -> bool:
    places = FormPlaces(load_registry(reference_folder()), "63")
    return names_a_person(text, lambda words: isinstance(places.read(text_cell(words)), Placed))


@pytest.mark.parametrize(
    ("form", "where"),
    [
        (f"Tỉnh|2023\n{NAMES[0]}|5\n{NAMED[0]}|\n", "cell A3"),
        (f"Tỉnh|2023|Ghi chú\n{NAMES[0]}|5|{NAMED[4]}\n", "cell C2"),
        (f"Tỉnh|2023|x|y\n{NAMES[0]}|5|Trần Thị Mẫu|sinh năm 2003\n", "column C; column D"),
    ],
)
def test_a_note_that_names_a_person_stops_the_import_and_is_not_quoted(form: str, where: str, room: Path):
    run = imported(room, csv_form(room, form), COUNTS + 'delimiter = "|"\n')
    assert (run.code, run.told["refused"].partition(" hold")[0]) == (3, where)
    assert not [word for word in ("Thị", "2003", "16 tuổi", "bản") if word in run.words]
    assert not (room / "imported").exists()


@pytest.mark.parametrize("text", NAMED)
def test_a_person_in_a_note_is_found(text: str):
    assert is_named(text)


@pytest.mark.parametrize("text", NOT_NAMED)
def test_officers_places_and_counts_are_no_persons_of_a_note(text: str):
    assert not is_named(text)


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("Số xã có địa chỉ tin cậy", ("1", "2")),
        ("Số CCCD đã cấp", ("1.250", "12")),
        ("Số nạn nhân được cấp hộ chiếu", ("5", "-")),
        ("Số hồ sơ tiếp nhận", ("7", "3")),
    ],
)
def test_a_heading_over_counts_is_no_particular(heading: str, values: tuple[str, str], room: Path):
    lines = [f"Tỉnh|{heading}|2023", *(f"{NAMES[k]}|{values[k]}|{k}" for k in range(2))]
    for place in ("B2", "C2"):  # mapped as a figure, and beside the figures
        mapping = COUNTS.replace('"B2"', f'"{place}"').replace("{ row = 1 }", '"2023"')
        run = imported(
            room, csv_form(room, "\n".join(lines)), mapping + 'delimiter = "|"\ngroup = "."\n', "--json"
        )
        assert not run.told["refused"]


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("Số CCCD", ("001299000001", "001299000002")),
        ("Số CMND", ("123456789", "5")),
        ("Năm sinh", ("1990", "2003")),
        ("Địa chỉ", ("12 phố Thử", "5")),
        ("Số hồ sơ", ("1", "2")),
        ("Mã nạn nhân", ("17", "3")),
        ("Họ tên", ("", "")),
    ],
)
def test_a_heading_of_particulars_over_what_is_no_count_stops_the_import(
    heading: str, values: tuple[str, str], room: Path
):
    lines = [f"Tỉnh|2023|{heading}", *(f"{NAMES[k]}|{k}|{values[k]}" for k in range(2))]
    run = imported(room, csv_form(room, "\n".join(lines)), COUNTS + 'delimiter = "|"\n')
    assert "particulars" in run.told["refused"]


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("Nạn nhân", ("Lê Thị Giả", "")),
        ("Nạn nhân", ("N.T.H.", "L.V.P.")),
        ("Bị can", ("Trần Văn Thử", "")),
        ("Tên NN", ("Hoa", "Mai")),
        ("ĐT", ("912345678", "912345679")),
        ("Di động", ("912345678", "")),
        ("NS", ("12/3/2005", "4/5/2001")),
        ("Sinh", ("2005", "2001")),
    ],
)
def test_a_short_heading_over_names_births_or_telephone_numbers_stops_the_import(
    heading: str, values: tuple[str, str], room: Path
):
    lines = [f"Tỉnh|2023|{heading}", *(f"{NAMES[k]}|5|{values[k]}" for k in range(2))]
    run = imported(room, csv_form(room, "\n".join(lines)), COUNTS + 'delimiter = "|"\n')
    assert (run.code, run.told["refused"].partition(" hold")[0][:8]) == (3, "column C")
    assert not any(value in run.words for value in values if value)


@pytest.mark.parametrize(
    ("heading", "values"),
    [("Nạn nhân", ("7", "8")), ("NS", ("1250", "1300")), ("ĐT", ("7", "8")), ("Đối tượng", (NAMES[2], "-"))],
)
def test_a_short_heading_over_counts_or_places_stops_nothing(
    heading: str, values: tuple[str, str], room: Path
):
    lines = [f"Tỉnh|2023|{heading}", *(f"{NAMES[k]}|5|{values[k]}" for k in range(2))]
    run = imported(room, csv_form(room, "\n".join(lines)), COUNTS + 'delimiter = "|"\n')
    assert not run.told["refused"]


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("Người lập biểu", ("Nguyễn Văn Giả", "Trần Thị Mẫu")),
        ("Cán bộ", ("Phạm Văn Thử", "Hoàng Thị Mẫu")),
        ("Danh sách", ("Lê Văn Giả", "Vừ Dính")),
        ("Ghi chú", ("Vừ A Dính", "")),
        ("Ghi chú", ("", "Y Blơm Niê")),
        ("Ghi chú", ("Vừ A Giả; Sùng Thị Mẫu", "")),
        ("Ghi chú", ("H'Hen Niê, sinh 2004", "")),
        ("Ghi chú", ("Bà Hoàng Thị Mẩy ở Mường La", "")),
        ("Ghi chú", ("nạn nhân, STK 0123456789 ngân hàng", "")),
        ("Facebook", ("fb.com/giả.mẫu", "")),
        ("Biển số xe", ("29A-123.45", "")),
        ("Số tài khoản", ("19031234567890", "")),
        ("Tuổi nạn nhân", ("17", "15")),
        ("Tuổi nạn nhân", ("15", "17 tuổi")),
    ],
)
def test_names_and_ages_beside_figures_stop_the_import(heading: str, values: tuple[str, str], room: Path):
    lines = [f"Tỉnh|2023|{heading}", *(f"{NAMES[k]}|5|{values[k]}" for k in range(2))]
    run = imported(room, csv_form(room, "\n".join(lines)), COUNTS + 'delimiter = "|"\n')
    assert run.code == 3
    assert "particulars" in run.told["refused"]
    assert not any(value in run.words for value in values if len(value) > 2)
    assert not (room / "imported").exists()


def test_codes_of_persons_beside_ages_stop_the_import(room: Path):
    form = f"Tỉnh|2023|Mã|Tuổi\n{NAMES[0]}|1|NN01|17\n{NAMES[1]}|1|NN02|15\n"
    run = imported(room, csv_form(room, form), COUNTS + 'delimiter = "|"\n')
    assert run.told["refused"].partition(" hold")[0] == "column C; column D"


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("Đơn vị", ("Đoàn Thanh Niên", "Hồ Sơ Mới")),
        ("Huyện", ("Hoàng Su Phì", "Trần Văn Thời")),
        ("Huyện", ("Mai Sơn", "Lê Chân")),
        ("Công văn", ("Công Văn Đến", "Chỉ Thị Số")),
        ("Cơ quan", ("Sở Y Tế", "Y Tế Dự Phòng")),
        ("Số tài khoản", ("12", "5")),
        ("Facebook", ("12", "5")),
        ("Tuổi", ("17", "15")),
        ("Tuổi nạn nhân", ("Dưới 16", "16 đến 18")),
        ("Số nạn nhân dưới 16 tuổi", ("17", "15")),
    ],
)
def test_offices_districts_and_counts_beside_figures_stop_nothing(
    heading: str, values: tuple[str, str], room: Path
):
    lines = [f"Tỉnh|2023|{heading}", *(f"{NAMES[k]}|5|{values[k]}" for k in range(2))]
    run = imported(room, csv_form(room, "\n".join(lines)), COUNTS + 'until = "B3"\ndelimiter = "|"\n')
    assert not run.told["refused"]
    assert run.facts == {"B2": "5", "B3": "5"}


def test_signatures_below_a_form_stop_nothing(room: Path):
    form = f"Tỉnh|2023|\n{NAMES[0]}|5|\n||\nNgười lập biểu||Thủ trưởng đơn vị\nNguyễn Văn Giả||Trần Thị Mẫu\n"
    run = imported(room, csv_form(room, form), COUNTS + 'until = "B2"\ndelimiter = "|"\n')
    assert (run.told["refused"], run.facts) == (None, {"B2": "5"})


def test_a_sheet_that_bears_a_persons_name_is_told_by_its_number(room: Path):
    book = Workbook()
    for row in ([None, 2023], [NAMES[0], 5]):
        book.active.append(row)
    book.create_sheet("Nguyễn Thị Mẫu").append(["x"])
    book.create_sheet("Vừ A Giả").append(["x"])
    book.create_sheet("Số liệu").append(["x"])
    path = room.parent / "form.xlsx"
    book.save(path)
    run = imported(room, path)
    words = " ".join(one["rule"] for one in run.told["findings"])
    assert not [word for word in ("Mẫu", "Giả") if word in run.words]
    assert [word for word in ("no. 2", "no. 3", "'Số liệu'") if word in words] == [
        "no. 2",
        "no. 3",
        "'Số liệu'",
    ]
    run = imported(room, path, COUNTS + 'sheet = "Hà Nam"\n')
    assert not [word for word in ("Mẫu", "Giả") if word in run.words]
