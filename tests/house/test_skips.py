"""A skip for something that HUB_TEST_REQUIRE names is a failure (tests/conftest.py)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parent.parent / "conftest.py"

SAMPLES = {
    "a fixture's need": 'def test_it(require): require("moon", False, "not in sight")',
    "a mark": 'import pytest\n@pytest.mark.skipif(True, reason="needs moon: by a mark")\ndef test_it(): ...',
    "a module": 'import pytest\npytest.skip("needs moon: the whole module", allow_module_level=True)',
}


def run_pytest(folder: Path, *, required: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(folder), "-p", "no:cacheprovider", "."],
        cwd=folder,
        env={**os.environ, "HUB_TEST_REQUIRE": required},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def sample(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    shutil.copy(CONFTEST, tmp_path / "conftest.py")
    (tmp_path / "test_sample.py").write_text(SAMPLES[request.param], encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("sample", SAMPLES, indirect=True)
def test_a_skip_for_a_required_need_fails(sample: Path) -> None:
    run = run_pytest(sample, required="chromium, moon")
    assert run.returncode != 0
    assert "HUB_TEST_REQUIRE forbids this skip: needs moon:" in run.stdout
    assert "1 error" in run.stdout or "1 failed" in run.stdout


def test_a_skip_for_another_need_stays_a_skip(tmp_path: Path) -> None:
    shutil.copy(CONFTEST, tmp_path / "conftest.py")
    (tmp_path / "test_sample.py").write_text(SAMPLES["a fixture's need"], encoding="utf-8")
    run = run_pytest(tmp_path, required="chromium")
    assert run.returncode == 0
    assert "1 skipped" in run.stdout
