"""Which cases pass and which wait: python -m tests.strangers.standing [--write] [ID ...]

``--write`` takes what passes off ``waiting.py`` and adds nothing to it: a case that passed before and does not pass
now is a fault. With ids, those alone are run, and all that is wrong with them is told.
"""

from __future__ import annotations

import re
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from tests.strangers.case import CASES
from tests.strangers.shop import Shop, make_folder
from tests.strangers.waiting import WAITING

HERE = Path(__file__).parent


def load_cases() -> None:
    """Import every module of cases."""
    for module in sorted((HERE / "cases").glob("*.py")):
        import_module(f"tests.strangers.cases.{module.stem}")


def main() -> int:
    load_cases()
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")] or list(CASES)
    passing, broken = [], []
    with tempfile.TemporaryDirectory(prefix="strangers-") as name:
        made = make_folder(Path(name) / "made")
        for id in wanted:
            folder = Path(name) / id
            folder.mkdir()
            shop = Shop(made, folder)
            CASES[id].play(shop)
            if shop.wrong and (len(sys.argv) > 1 and "--write" not in sys.argv):
                print(id, CASES[id].sentence, *shop.wrong, sep="\n    ")  # noqa: T201
            if not shop.wrong:
                passing.append(id)
            elif id not in WAITING:
                broken.append(id)
    print(f"{len(passing)} of {len(wanted)} pass")  # noqa: T201
    print("pass and are still on the list:", *sorted(set(passing) & WAITING))  # noqa: T201
    print("do not pass and are not on the list:", *broken)  # noqa: T201
    if "--write" in sys.argv:
        file = HERE / "waiting.py"
        text = file.read_text(encoding="utf-8")
        for id in passing:
            text = re.sub(rf'^ *"{re.escape(id)}",\n', "", text, flags=re.MULTILINE)
        file.write_text(text, encoding="utf-8")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
