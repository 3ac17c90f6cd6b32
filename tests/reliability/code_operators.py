"""Small changes of Python code: of an operator, number, text, condition, argument or statement."""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

SWAPPED = {
    **{ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In},
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And},
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult},
    **{ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr},
}
FOR_PEOPLE = {"why", "message", "hint"}  # names of variables with the words of an error
Change = tuple[ast.AST, str, str, Callable[[], None]]  # node, what, function, how


class Mutant(NamedTuple):
    """A change of a file.

    Attributes:
        path: of the file.
        number: of the change, in the order in which they are made.
        line: where the change is.
        change: what is changed, such as "Eq to NotEq".
        function: the qualified name of the function around it; "" for a value of the module.
        text: the line, without its indentation.
        nth: of how many such changes of such lines of the function it is, from 1.
    """

    path: Path
    number: int
    line: int
    change: str
    function: str
    text: str
    nth: int

    @property
    def name(self) -> tuple[str, ...]:
        """What stays when lines above are added: module, function, line, change, and its number."""
        return self.path.stem, self.function, self.text, self.change, str(self.nth)

    def __str__(self) -> str:
        return f"{self.path.stem}:{self.line} {self.change} [{self.number}]"

    def tree(self) -> ast.Module:
        """The syntax of the file with the change."""
        tree = ast.parse(self.path.read_text("utf-8"))
        apply = list(_changes(tree))[self.number][3]
        apply()
        return ast.fix_missing_locations(tree)


def mutants(path: Path) -> list[Mutant]:
    """All mutants of a file."""
    source, found, seen = path.read_text("utf-8"), [], Counter()
    for number, (node, change, function, _) in enumerate(_changes(ast.parse(source))):
        text = source.split("\n")[node.lineno - 1].strip()
        seen[function, text, change] += 1
        nth = seen[function, text, change]
        found.append(Mutant(path, number, node.lineno, change, function, text, nth))
    return found


def _changes(tree: ast.Module) -> Iterator[Change]:
    """Each change that can be made of a tree, with how to make it."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value:
            yield from _within(statement, "value", statement.value, "")
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield from _of_definition(statement, "")


def _of_definition(node: ast.FunctionDef | ast.ClassDef, outer: str) -> Iterator[Change]:
    name = f"{outer}{node.name}"
    if isinstance(node, ast.ClassDef):
        for part in node.body:
            if isinstance(part, ast.FunctionDef):
                yield from _of_definition(part, f"{name}.")
        return
    for index, part in enumerate(node.body):
        yield from _within(node, "body", part, name, index)


def _within(parent: ast.AST, field: str, node: ast.AST, function: str, index=None):
    """The changes of a node and of what is in it."""
    if _is_left_as_it_is(node):
        return
    for what, new in _replacements(node):
        yield node, what, function, lambda new=new: _put(parent, field, index, new)
    for what, apply in _edits(node):
        yield node, what, function, apply
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        if isinstance(value, ast.AST) and hasattr(value, "lineno"):
            yield from _within(node, name, value, function)
        elif isinstance(value, list):
            for n, part in enumerate(value):
                if isinstance(part, ast.comprehension):
                    yield from _within(part, "iter", part.iter, function)
                    for i, condition in enumerate(part.ifs):
                        yield from _within(part, "ifs", condition, function, i)
                elif isinstance(part, ast.AST) and hasattr(part, "lineno"):
                    yield from _within(node, name, part, function, n)


def _is_left_as_it_is(node: ast.AST) -> bool:
    """Whether a node is a docstring, the words of an error, an import, or asserts lengths."""
    match node:
        case ast.Raise() | ast.Import() | ast.ImportFrom() | ast.JoinedStr():
            return True
        case ast.Expr(value=ast.Constant()) | ast.keyword(arg="strict"):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in FOR_PEOPLE
    return False


def _put(parent: ast.AST, field: str, index: int | None, new: ast.AST) -> None:
    if index is None:
        setattr(parent, field, ast.copy_location(new, getattr(parent, field)))
    else:
        some = getattr(parent, field)
        some[index] = ast.copy_location(new, some[index])


def _replacements(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What may stand in place of a node."""
    match node:
        case ast.Constant(value=bool(value)):
            yield f"{value} to {not value}", ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            step = 0.05 if 0 < value < 1 else 1
            yield f"{value} to {value + step}", ast.Constant(value + step)
        case ast.Constant(value=str(value)):
            yield f"{value[:30]!a} to another text", ast.Constant(f"XX{value}XX")
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "not left out", operand
        case ast.Break():
            yield "break to continue", ast.Continue()
        case ast.Continue():
            yield "continue to break", ast.Break()
        case ast.Expr() | ast.AugAssign():
            yield f"{ast.unparse(node)[:40]} left out", ast.Pass()


def _edits(node: ast.AST) -> Iterator[tuple[str, Callable[[], None]]]:
    """How a node may be changed in its place."""
    if isinstance(node, ast.Compare):
        for n, operator in enumerate(node.ops):
            yield _swap(operator, lambda new, n=n: node.ops.__setitem__(n, new))
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in SWAPPED:
        yield _swap(node.op, lambda new: setattr(node, "op", new))
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        negated = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        yield "condition negated", lambda: setattr(node, "test", negated)
    elif isinstance(node, ast.Return) and node.value and not _is_no(node.value):
        none = ast.copy_location(ast.Constant(None), node.value)
        yield "return None", lambda: setattr(node, "value", none)
    elif isinstance(node, ast.Call):
        for n, argument in enumerate(node.args):
            if not isinstance(argument, ast.Constant | ast.Starred | ast.JoinedStr):
                none = ast.copy_location(ast.Constant(None), argument)
                what = f"{ast.unparse(argument)[:30]} to None"
                yield what, lambda n=n, none=none: node.args.__setitem__(n, none)
        for keyword in node.keywords:
            if keyword.arg and not _is_left_as_it_is(keyword):
                what = f"argument {keyword.arg} left out"
                yield what, lambda keyword=keyword: node.keywords.remove(keyword)


def _swap(operator: ast.AST, put: Callable[[ast.AST], None]) -> tuple[str, Callable[[], None]]:
    new = SWAPPED[type(operator)]
    return f"{type(operator).__name__} to {new.__name__}", lambda: put(new())


def _is_no(node: ast.AST) -> bool:
    """Whether a node is None, or False, of which nobody tells None apart."""
    return isinstance(node, ast.Constant) and (node.value is None or node.value is False)
