"""The ledger as a file for people."""

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from pipeline.dispatch.export import Names, write_csv, write_xlsx
from pipeline.dispatch.ledger import Ledger
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_queries import Filter, attachments_of, listed, steps_of
from pipeline.errors import StateError
from tests.dispatch.samples import EVIDENCE, SHANGHAI, alert, gone, incoming, office

NAMES = Names({"squad": "一中队"}, SHANGHAI)


@pytest.fixture
def ledger(sqlite: Database) -> Database:
    Ledger(sqlite).take(incoming(alert(evidence=EVIDENCE), gone(), alert("e2", text="=HYPERLINK(1)")), office())
    return sqlite


def test_a_spreadsheet_reads_the_csv(ledger: Database, tmp_path: Path) -> None:
    with ledger.reading() as connection:
        assert write_csv(tmp_path / "a.csv", listed(connection, Filter()), NAMES) == 2
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["编号 ID"]: row for row in csv.DictReader(file)}
    assert rows["event-1"]["责任人 Responsible"] == "一中队"
    assert rows["event-1"]["派发时间 Opened"] == "2026-01-05 12:00:00"
    assert rows["event-1"]["结束原因 Reason"] == "left"
    assert rows["e2"]["Kind"] == "'=HYPERLINK(1)"


def test_a_workbook_holds_events_history_and_files(ledger: Database, tmp_path: Path) -> None:
    with ledger.reading() as connection:
        records = list(listed(connection, Filter()))
        ids = [record.id for record in records]
        steps, files = steps_of(connection, ids), attachments_of(connection, ids)
        assert write_xlsx(tmp_path / "a.xlsx", records, steps, files, NAMES) == 2
    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["事件 Events", "经过 History", "附件 Files"]
    events, history, files_sheet = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    assert [row[0] for row in events] == ["编号 ID", "e2", "event-1"]
    assert [row[2] for row in history if row[0] == "event-1"] == [
        "raised",
        "opened",
        "dispatched",
        "cleared",
        "offered",
    ]
    assert [(row[1], row[3]) for row in files_sheet[1:]] == [("snapshot", "0a"), ("frame", "0b")]
    formulas = [cell.value for row in book.worksheets[0].iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas == []
    assert events[1][4] == "=HYPERLINK(1)"


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="cannot be written: No such file"):
        write_csv(tmp_path / "no" / "a.csv", [], NAMES)
    with pytest.raises(StateError, match="cannot be written: No such file"):
        write_xlsx(tmp_path / "no" / "a.xlsx", [], [], [], NAMES)
