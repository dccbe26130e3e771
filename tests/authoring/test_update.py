"""``payment-hub plugins update``: what the template learnt comes, and what the author wrote stays."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.authoring.beginning import TEMPLATE, CannotWrite, update_distribution, versions, write_distribution
from hub.authoring.country_facts import facts_of
from hub.authoring.wanted import Wanted
from hub.cli.plugins import command

from .conftest import failing_in

LLAVE = Wanted(
    code="llave", name="Llave", country="UY", starts="redirect", news=frozenset({"notification", "query"}),
    proof="hmac-sha256", refunds="partial", cancel=True,
)  # fmt: skip
NEWEST = versions()[-1]
NEXT = f"{int(NEWEST.split('.')[0]) + 1}.0.0"


def git(folder: Path, *words: str) -> str:
    names = ("-c", "user.name=A", "-c", "user.email=a@example.test")
    done = subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def committed(folder: Path) -> None:
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "as it is")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A distribution that has begun, in a checkout of its own."""
    path = tmp_path / "payment-hub-llave"
    write_distribution(LLAVE, facts_of("UY", None), path)
    committed(path)
    return path


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The template as it may be one day: another state in the table, another file, and one that is gone."""
    template = tmp_path / "template"
    shutil.copytree(TEMPLATE, template)
    newest = template / NEXT
    shutil.copytree(template / NEWEST, newest)
    files = newest / "files"
    states = files / "src/{{ package }}/states.py.jinja"
    states.write_text(
        states.read_text("utf-8").replace('    "expired":', '    "lapsed": Kind.EXPIRED,\n    "expired":')
    )
    answers = files / ".copier-answers.yml.jinja"
    answers.write_text(answers.read_text("utf-8").replace(NEWEST, NEXT))
    (files / "SECURITY.md.jinja").write_text("# Whom to tell of a fault in payment-hub-{{ code }}\n")
    (files / ".gitignore.jinja").unlink()
    return template


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_the_template_and_the_author_both_have_their_say(folder: Path, later: Path) -> None:
    states = folder / "src/hub_llave/states.py"
    edit(states, '    "51": ReasonKind', '    "14": ReasonKind.CARD_INVALID,\n    "51": ReasonKind')
    edit(folder / "README.md", "Nothing here was", "The requests were, on 2026-11-30; the rest was not")
    (folder / "src/hub_llave/mine.py").write_text('"""Mine."""\n')
    committed(folder)

    done = update_distribution(folder, later)

    assert (done.before, done.after, done.conflicts) == (NEWEST, NEXT, ())
    assert set(done.changed) == {".copier-answers.yml", ".gitignore", "SECURITY.md", "src/hub_llave/states.py"}
    text = states.read_text("utf-8")
    assert '"lapsed": Kind.EXPIRED' in text
    assert '"14": ReasonKind.CARD_INVALID' in text
    assert "on 2026-11-30" in (folder / "README.md").read_text("utf-8")
    assert (folder / "SECURITY.md").read_text("utf-8") == "# Whom to tell of a fault in payment-hub-llave\n"
    assert not (folder / ".gitignore").exists()
    assert (folder / "src/hub_llave/mine.py").exists()
    assert failing_in(folder) == ""


def test_another_update_finds_nothing_to_do_and_names_no_place_of_this_machine(folder: Path, later: Path) -> None:
    update_distribution(folder, later)
    assert str(later.parent) not in (folder / ".copier-answers.yml").read_text("utf-8")
    committed(folder)
    assert update_distribution(folder, later).changed == ()


def test_where_both_changed_the_same_lines_both_stand_there_marked(folder: Path, later: Path) -> None:
    states = folder / "src/hub_llave/states.py"
    edit(states, '    "expired": Kind.EXPIRED,', '    "vencido": Kind.EXPIRED,')
    committed(folder)
    done = update_distribution(folder, later)
    assert done.conflicts == ("src/hub_llave/states.py",)
    text = states.read_text("utf-8")
    assert "<<<<<<< before updating" in text
    assert '"vencido"' in text
    assert '"lapsed"' in text


def test_a_distribution_in_a_folder_of_a_larger_checkout_is_updated_alone(tmp_path: Path, later: Path) -> None:
    inside = tmp_path / "all/plugins/payment-hub-llave"
    write_distribution(LLAVE, facts_of("UY", None), inside)
    (tmp_path / "all/other.txt").write_text("x")
    committed(tmp_path / "all")
    assert "SECURITY.md" in update_distribution(inside, later).changed
    assert (inside / "SECURITY.md").exists()


def test_what_is_not_committed_is_not_touched(folder: Path, later: Path) -> None:
    edit(folder / "README.md", "Nothing here was", "Something here was")
    with pytest.raises(CannotWrite, match="commit or stash them first"):
        update_distribution(folder, later)
    assert not (folder / "SECURITY.md").exists()


def test_the_command_says_what_is_so(folder: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["update", str(folder)])
    assert (done.exit_code, done.stdout) == (0, f"it is of template {NEWEST}, which is the newest\n")
    done = CliRunner().invoke(command, ["update", str(tmp_path)])
    assert done.exit_code == 1
    assert "did not begin with `payment-hub plugins new`" in done.output


def test_a_template_that_is_newer_than_the_hub_is_refused(folder: Path) -> None:
    edit(folder / ".copier-answers.yml", NEWEST, "99.0.0")
    committed(folder)
    with pytest.raises(CannotWrite, match=r"99\.0\.0, which this payment-hub does not know"):
        update_distribution(folder)
