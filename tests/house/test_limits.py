"""The house limits that no linter knows in this form; each failure names the offender."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.across import across

SOURCE = Path(__file__).parents[2] / "src" / "consilience"
FILES = sorted(SOURCE.rglob("*.py"))
REGISTRIES = (
    "bias",
    "classical",
    "classical/contrasts/adjustments",
    "classical/glmm",
    "classical/inference",
    "classical/intervals",
    "classical/multilevel/components",
    "classical/multilevel/criteria",
    "classical/multilevel/freedom",
    "classical/prediction",
    "dependence",
    "classical/robust/adjustments",
    "engines",
    "heterogeneity",
    "likelihoods",
    "likelihoods/baselines",
    "likelihoods/links",
    "likelihoods/missing",
    "likelihoods/missing/risks",
    "measures",
    "priors",
    "review/variants",
    "report/cells",
    "report/matrix",
    "report/sections",
    "risk_of_bias/palettes",
    "risk_of_bias/tools",
    "terms",
    "trials/conversions",
)
# Three by place, as in the plan: fit(model, effects, engine) and tau2(yi, vi, design).
MAX_FILE_LINES, MAX_BODY_LINES, MAX_ARGUMENTS, MAX_POSITIONAL = 300, 40, 5, 3

type Function = ast.FunctionDef | ast.AsyncFunctionDef
type Documented = ast.Module | ast.ClassDef | Function

DICTATED = {"called.py"}
"""C functions, whose arguments are those that nutpie gives."""

each_file = across("file", FILES, ids=lambda file: file.relative_to(SOURCE))


@each_file
def test_a_file_holds_one_idea(file: Path) -> None:
    lines = len(file.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_FILE_LINES, f"{file} has {lines} lines, {MAX_FILE_LINES} are allowed"


@each_file
def test_a_function_does_one_thing(file: Path) -> None:
    long = [
        f"{function.name} (line {function.lineno}) has a body of {body_lines(function)} lines"
        for function in functions(parse(file))
        if body_lines(function) > MAX_BODY_LINES
    ]
    assert not long, f"{file}: {long}; {MAX_BODY_LINES} are allowed"


@each_file
def test_a_function_takes_few_arguments_and_the_later_ones_by_name(file: Path) -> None:
    greedy = [
        f"{function.name} (line {function.lineno})"
        for function in functions(parse(file))
        if too_many_arguments(function) and file.name not in DICTATED
    ]
    rule = f"at most {MAX_ARGUMENTS} arguments, keyword-only after number {MAX_POSITIONAL}"
    assert not greedy, f"{file}: {greedy}; {rule}"


@each_file
def test_all_that_is_public_says_what_it_is(file: Path) -> None:
    silent = [name for name, node in public(parse(file)) if ast.get_docstring(node) is None]
    assert not silent, f"{file}: no docstring in {silent}"


@pytest.mark.parametrize("folder", REGISTRIES)
def test_a_registry_folder_has_its_literal_table_and_its_lookup(folder: str) -> None:
    tree = parse(SOURCE / folder / "__init__.py")
    assert names_of_registry(tree), f"{folder}/__init__.py has no literal dict REGISTRY"
    lookups = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert "get" in lookups, f"{folder}/__init__.py has no function get"


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("def f(): pass", 1),
        ('def f():\n    """Say\n\n    a lot.\n    """\n    return 1', 1),
        ('def f():\n    """Say."""', 0),
        ("def f():\n    # why\n    x = 1\n\n    return x", 3),
    ],
)
def test_a_docstring_is_no_part_of_the_body(code: str, lines: int) -> None:
    assert body_lines(next(functions(ast.parse(code)))) == lines


@pytest.mark.parametrize(
    ("signature", "refused"),
    [
        ("self, a, b, *, c, d, e", False),
        ("a, b, c", False),
        ("self, a, b, c", False),
        ("a, b, c, d", True),
        ("self, a, b, c, d", True),
        ("a, *, b, c, d, e, f", True),
        ("a, b, *rest, **settings", False),
    ],
)
def test_arguments_are_counted_without_self(signature: str, *, refused: bool) -> None:
    function = next(functions(ast.parse(f"def f({signature}): pass")))
    assert too_many_arguments(function) is refused


@cache
def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def functions(tree: ast.Module) -> Iterator[Function]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return (node for node in ast.walk(tree) if isinstance(node, kinds))


def body_lines(function: Function) -> int:
    documented = ast.get_docstring(function, clean=False) is not None
    body = function.body[documented:]
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def too_many_arguments(function: Function) -> bool:
    given = function.args
    positional = [a.arg for a in (*given.posonlyargs, *given.args) if a.arg not in {"self", "cls"}]
    total = len(positional) + len(given.kwonlyargs)
    return len(positional) > MAX_POSITIONAL or total > MAX_ARGUMENTS


def public(node: Documented, place: str = "module") -> Iterator[tuple[str, Documented]]:
    """Walk a module and its public classes; what is inside a function is nobody's business."""
    yield place, node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    for child in node.body:
        kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(child, kinds) and not (child.name.startswith("_") or inherits(child)):
            yield from public(child, child.name if place == "module" else f"{place}.{child.name}")


def inherits(node: ast.ClassDef | Function) -> bool:
    """Tell whether a method takes its docstring over from the class that it implements."""
    marks = {getattr(mark, "id", getattr(mark, "attr", "")) for mark in node.decorator_list}
    return bool(marks & {"override", "overload"})


def names_of_registry(tree: ast.Module) -> list[str]:
    for node in tree.body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        named = any(isinstance(target, ast.Name) and target.id == "REGISTRY" for target in targets)
        if named and isinstance(node.value, ast.Dict):
            return [key.value for key in node.value.keys if isinstance(key, ast.Constant)]
    return []
