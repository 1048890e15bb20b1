"""`evalkit new`: the files of a workspace with their questions as "?", and a README in two languages."""

from __future__ import annotations

from pathlib import Path

from evalkit.errors import SettingsError
from evalkit.facts.forms.mapping import HOLE
from evalkit.input_file import plain_name
from evalkit.messages import worded
from evalkit.places.registry import load_registry, reference_folder
from evalkit.programme.load import load_programme

_SETTINGS = """\
# Bộ số liệu của evalkit: điền vào chỗ mỗi dấu "{hole}" · A workspace of evalkit: fill in each "{hole}".
title.vi = "{hole}"  # tên bộ số liệu, như sẽ đứng trên trang · its title, as pages show it
# title.en = "..."  # tên tiếng Anh; không ghi thì dùng tên tiếng Việt · the title in English; the Vietnamese one without it
programme = "{programme}"
scheme = "{scheme}"  # bộ địa giới của các trang · the boundary set of the pages
places = "reference"
invented = false  # true nếu là số liệu giả định, để thử · true for invented figures
# số liệu lấy từ các biểu đã nhập; hoặc ghi tên tệp số liệu · figures come from imported forms; or list facts files:
# facts = ["facts.csv"], or ["facts.xlsx"]

[disclosure]
k = 5
k_sensitive = 10
# tổng số người của tỉnh bị ẩn khi nhỏ hoặc khi làm lộ một phần nhỏ; người chịu trách nhiệm, có nêu tên, có thể cho phép nêu ·
# totals of persons of a province are hidden where they are small, or where they would give a small part away; a named custodian may let them stand:
# custodian = "..."  # họ tên, chức vụ của người đó · name and office
# person_totals_stand = true
"""
_SOURCES = """\
# Nguồn số liệu, mỗi nguồn một mục; `evalkit import` thêm mục cho mỗi biểu, bạn điền vào chỗ dấu "{hole}" ·
# Where the figures come from: one table a source. `evalkit import` adds an entry for each form; fill in its "{hole}".
"""
_IGNORE = """\
# Số liệu chưa công bố không đưa lên git · Figures that are not published never go into git.
*
!.gitignore
!README.md
"""
_README = """\
# {name}

Bộ số liệu của evalkit · A workspace of evalkit

## Tiếng Việt

1. Mở `evalkit.toml`, thay mỗi dấu `"?"` bằng câu trả lời.
2. Tạo biểu cho một tỉnh: `evalkit template {name} --province 22 --requests --out bieu-22.xlsx` (các mục cần hỏi trước; `--all` thay cho `--requests` để có mọi mục). Điền các ô màu vàng trong Excel hoặc LibreOffice, trước hết là cơ quan, ngày và việc đã xem bản gốc hay chưa ở phần đầu biểu.
3. Nhập biểu: `evalkit import bieu-22.xlsx {name}`. Ô nào chưa rõ được giữ lại, kèm lý do; tệp `imported/….returned.xlsx` là biểu của
   bạn với ghi chú ở từng ô cần sửa. Sửa ở đó rồi nhập lại.
4. Ô nào ở phần đầu biểu để trống thì trong `sources.toml` còn dấu `"?"`: mở tệp và điền vào (cơ quan, ngày, mức tin cậy của nguồn).
5. Lập báo cáo: `evalkit run {name} --province 22` (một tỉnh), `evalkit run {name}` (tất cả); lệnh này kiểm tra trước. Chỉ kiểm tra: `evalkit check {name}`.

Không đưa vào đây họ tên, ngày sinh, số giấy tờ hay hồ sơ của bất kỳ ai. Thư mục này không được đưa lên git.

## English

1. Open `evalkit.toml` and replace each `"?"` with its answer.
2. Make a form for a province: `evalkit template {name} --province 22 --requests --out form-22.xlsx` (the figures asked for first; `--all` instead of `--requests` for all of them). Fill in its yellow cells in Excel or LibreOffice, first those of the head: agency, date, whether the original was seen.
3. Import it: `evalkit import form-22.xlsx {name}`. A cell that is not clear is held, with the reason; `imported/….returned.xlsx` is
   your form with a comment in each cell to correct. Correct it there and import it again.
4. What was left blank in the head of the form is a `"?"` in `sources.toml`: open it and fill it in (agency, date and confidence of the source).
5. Make the reports: `evalkit run {name} --province 22` (one province), `evalkit run {name}` (all); it checks first. To check alone: `evalkit check {name}`.

No names, dates of birth, document numbers or files of persons belong here. Git ignores this folder.
"""


def new_workspace(folder: Path, *, programme: str, scheme: str = "") -> tuple[Path, ...]:
    """Write the files of a new workspace.

    Parameters
    ----------
    folder : Path
        A new or empty folder; its name is that of the reports.
    programme : str
        A shipped programme.
    scheme : str, optional
        The boundary set; the newest of the registry where left out.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    EvalkitError
        If the folder holds something, its name cannot be that of reports, or there is no such programme or boundary set.
    """
    load_programme(programme)
    registry = load_registry(reference_folder())
    chosen = scheme or registry.schemes[-1]
    registry.units(chosen)
    _refuse_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "evalkit.toml": _SETTINGS.format(hole=HOLE, programme=programme, scheme=chosen),
        "sources.toml": _SOURCES.format(hole=HOLE),
        ".gitignore": _IGNORE,
        "README.md": _README.format(name=folder.name),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return tuple(folder / name for name in texts)


def _refuse_folder(folder: Path) -> None:
    if not plain_name(folder.name, ascii_only=False):
        raise SettingsError(
            where=str(folder),
            rule=worded(
                "a workspace's folder is named in letters, digits, hyphens and underscores: the reports bear its name"
            ),
            do=worded("give another name"),
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingsError(
            where=str(folder),
            rule=worded("a new workspace is made in a new or empty folder"),
            do=worded("give another folder"),
        )
