"""What the documents say is what the tool does."""

import re
from pathlib import Path

import toolkit
from toolkit.errors import EXIT_CODES
from toolkit.readers.describe import describe_tables
from toolkit.registers.page import describe_registers

ROOT = Path(toolkit.__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_the_page_of_tables_is_the_generated_one():
    """CONTRIBUTING.md holds what `toolkit tables` prints."""
    page = (ROOT / "CONTRIBUTING.md").read_text().split("<!-- tables -->\n")[1].split("<!-- /tables -->")[0]

    assert page.strip() == describe_tables().strip()


def test_the_page_of_registers_is_the_generated_one():
    """docs/registers.md holds what `toolkit tables --registers` prints."""
    assert (ROOT / "docs" / "registers.md").read_text() == describe_registers()


def test_every_exit_code_is_documented():
    """The README's table of exit codes is the one in the code."""
    stated = dict(re.findall(r"^\| (\d+) \| (.+?) \|$", README, re.MULTILINE))

    assert stated == {str(code): meaning for code, meaning in EXIT_CODES.items()}


def test_every_command_is_in_the_readme():
    """A command that nobody mentions is not found."""
    from toolkit.cli import main  # noqa: PLC0415 - the command line is a layer of its own

    assert [name for name in main.commands if f"toolkit {name}" not in README] == []


def test_the_committed_report_is_what_a_fresh_run_writes(sample):
    """`reports/kings_boulevard` is the sample's report, byte for byte; only the log's head tells the time."""
    committed = ROOT / "reports" / "kings_boulevard"
    [fresh] = (sample[0] / "reports").iterdir()
    files = sorted(
        path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file() and path.name != "log_head.txt"
    )

    assert [str(name) for name in files if (committed / name).read_bytes() != (fresh / name).read_bytes()] == []


def test_no_index_address_is_committed():
    """Locks and settings carry names, versions and hashes."""
    texts = [(ROOT / name).read_text() for name in ("pyproject.toml", "requirements.lock", "Makefile", ".ci/run")]

    assert [re.findall(r"https?://\S+", text) for text in texts] == [[], [], [], []]
