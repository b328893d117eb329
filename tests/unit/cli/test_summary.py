"""The summary of an execution, and the exit codes of the commands that end in one."""

from __future__ import annotations

import pytest
from tests.unit.cli.golden import assert_golden

from lakectl.cli import summary
from lakectl.operations.result import DatasetResult, Execution, Fault
from lakehouse.outcomes import NoteOutcome, SheetOutcome, UploadOutcome

LOADED = SheetOutcome("2025-04-01", "converted", "orders", 500, 1)
HIDDEN = SheetOutcome("Notes", "ignored", rows=3, reason="the sheet is hidden")
REFUSED = SheetOutcome("2025-04-03", "refused", "order_items", reason="no column order_id")
UPLOADS = (
    UploadOutcome("orders_apr_2025.xlsx", "converted", sheets=(LOADED, HIDDEN)),
    UploadOutcome("copy of orders.xlsx", "skipped", "the same content as orders_apr_2025.xlsx"),
    UploadOutcome("broken.xlsx", "refused", "the workbook has a password"),
    UploadOutcome(
        "order_items_apr_2025.xlsx", "converted", "sheet 2025-04-03: no column order_id", sheets=(LOADED, REFUSED)
    ),
)
FAULTS = (
    Fault("product_id", "foreign_key", 40),
    Fault("", "sum_of_parts", 7),
    Fault("reordered", "type", 5),
    Fault("id", "required", 1),
)
DATASETS = (
    DatasetResult("products", "skipped"),
    DatasetResult(
        "orders", "loaded", 15, read=7500, inserted=7400, updated=40, duplicate=50, stale=10, table_version=3
    ),
    DatasetResult("order_items", "loaded", 14, read=40803, inserted=40750, rejected=53, table_version=3, faults=FAULTS),
)
TIMES = {"started_at": "2026-11-23T02:44:13Z", "finished_at": "2026-11-23T02:44:16Z"}


def execution(**changes: object) -> Execution:
    fields = {"execution": "20261123T024413Z-1a2b3c", "target": "local", "engine": "duckdb", "status": "SUCCEEDED"}
    return Execution(**{**fields, **TIMES, "uploads": UPLOADS, "datasets": DATASETS, "archived": 31, **changes})


def shown(capsys: pytest.CaptureFixture[str], told: Execution) -> str:
    summary.show(told)
    summary.tell_failure(told)
    summary.tell_goes_on(told)
    if told.status == "SUCCEEDED" and told.data_refused:
        summary.tell_refused(told)
    printed = capsys.readouterr()
    return f"--- stdout\n{printed.out}--- stderr\n{printed.err}"


def test_summary_of_a_run_with_refusals_and_rejects(capsys):
    assert_golden("cli/summary.txt", shown(capsys, execution()))


def test_summary_of_a_clean_run(capsys):
    clean = execution(uploads=UPLOADS[:1], datasets=DATASETS[:2])
    assert_golden("cli/summary_clean.txt", shown(capsys, clean))


def test_summary_of_a_failure(capsys):
    datasets = (DATASETS[1], DatasetResult("products", "failed", error="disk full"), DatasetResult("x", "blocked"))
    failed = execution(status="FAILED", error="products: disk full; x: blocked", datasets=datasets)
    assert_golden("cli/summary_failed.txt", shown(capsys, failed))


def test_summary_of_a_stopped_run(capsys):
    stopped = execution(status="ABORTED", error="stopped by Ctrl-C", datasets=DATASETS[:2])
    text = shown(capsys, stopped)
    assert "ABORTED" in text
    assert text.endswith("Error: stopped by Ctrl-C\nNext:  Go on with `lakectl resume`.\n")


def test_whoever_sees_a_run_that_goes_on_is_told_how_to_follow_and_how_to_stop_it(capsys):
    assert_golden("cli/summary_running.txt", shown(capsys, execution(status="RUNNING", finished_at=None)))


def test_only_three_faults_are_told_and_the_command_that_shows_them_all(capsys):
    text = shown(capsys, execution())
    assert "order_items.id" not in text
    assert "53 rows rejected" in text
    assert "lakectl rejects list" in text


def test_many_uploads_are_counted_not_listed(capsys):
    many = [UploadOutcome(f"{number}.csv", "skipped", "loaded before") for number in range(1000)]
    text = shown(capsys, execution(uploads=many))
    assert "1,000 uploads skipped" in text
    assert "and 980 lines more" in text


def test_rejected_rows_alone_are_no_refusal():
    assert not execution(uploads=UPLOADS[:2]).data_refused
    assert execution(uploads=UPLOADS[2:3]).data_refused
    assert execution(uploads=UPLOADS[3:]).data_refused


def test_faults_of_all_datasets_come_commonest_first():
    orders = DatasetResult("orders", "loaded", rejected=6, faults=(Fault("order_id", "type", 6),))
    told = execution(datasets=(orders, DATASETS[2]))
    assert [fault.count for _, fault in told.faults()] == [40, 7, 6, 5, 1]
    assert told.faults()[2] == ("orders", Fault("order_id", "type", 6))
    assert told.rejected == 59


def kept_out(sheet: str, columns: int) -> SheetOutcome:
    notes = tuple(NoteOutcome("kept_out", "not known", f"c{number}") for number in range(columns))
    return SheetOutcome(sheet, "converted", "orders", 1, 1, "", notes)


def test_two_hundred_unknown_columns_are_one_line_however_many_sheets_have_them(capsys):
    upload = UploadOutcome("wide.xlsx", "converted", sheets=tuple(kept_out(f"s{number}", 200) for number in range(9)))
    text = shown(capsys, execution(uploads=(upload,)))
    line = "wide.xlsx: sheets s0, s1, s2, s3, s4 and 4 more: 200 columns kept out: c0, c1, c2, c3, c4 and 195 more"
    assert [each.strip() for each in text.splitlines() if "wide.xlsx" in each] == [line]


def test_a_reason_is_told_once(capsys):
    why = "the sheet holds nothing but error values: #VALUE!"
    errors = SheetOutcome("Notes", "ignored", rows=3, reason=why, notes=(NoteOutcome("errors_only", why),))
    sheets = (REFUSED, errors)
    reason = "; ".join(f"sheet {sheet.name}: {sheet.reason}" for sheet in sheets)
    text = shown(capsys, execution(uploads=(UploadOutcome("w.xlsx", "refused", reason, sheets=sheets),)))
    assert all(text.count(sheet.reason) == 1 for sheet in sheets)


def test_a_name_is_told_on_one_line_and_moves_no_cursor(capsys):
    upload = UploadOutcome("a\nb\x1b[2J\ud800.csv", "refused", "it is empty")
    assert "  a\\nb\\x1b[2J\\ud800.csv: it is empty\n" in shown(capsys, execution(uploads=(upload,)))


def test_files_that_were_not_taken_are_one_line(capsys):
    text = shown(capsys, execution(ignored=[f"{number}.docx" for number in range(7)]))
    assert "7 files not taken: 0.docx, 1.docx, 2.docx, 3.docx, 4.docx and 2 more\n" in text


def test_where_everything_is_refused_nothing_is_said_to_be_loaded(capsys):
    told = shown(capsys, execution(uploads=UPLOADS[2:3], datasets=()))
    assert "Error: refused: 1 upload\n" in told
