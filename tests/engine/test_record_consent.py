"""Consent is written in one place; every way in goes through it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEEPER = ROOT / "engine" / "record_consent.py"


def writes_consent(path: Path) -> bool:
    """Whether a module makes a row of consent, inserts some, or says of a contact point that it is agreed to."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            named = [each.id for each in node.args if isinstance(each, ast.Name)]
            if node.func.id == "Consent" or (node.func.id == "insert" and "Consent" in named):
                return True
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(each, ast.Attribute) and each.attr == "consented" for each in targets):
            return True
    return False


def test_only_one_module_records_a_consent() -> None:
    folders = ("engine", "store", "web", "scripts")
    modules = [path for folder in folders for path in (ROOT / folder).glob("**/*.py")]
    assert [path for path in modules if writes_consent(path)] == [KEEPER]
