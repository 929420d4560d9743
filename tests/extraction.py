"""Finds every `message("…")` of the package, by its syntax tree.

A template is a literal: in the call itself, or in a name or a table that is given literals in the same function or one
around it, or at the top of the module. A call whose template cannot be found so, whose places do not fit its template,
or a `message` that is handed on as a value is an error that names the line: nothing is missed silently.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "ocrwatch"

_DEFINED_IN = "ocrwatch.messages"
_FUNCTION = "message"

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | Comprehension


class NotFound(Exception):
    """A template that cannot be found, or places that do not fit it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One `message(…)`: the templates it may have, and the places it fills (None: told only at run time)."""

    file: str
    line: int
    templates: tuple[str, ...]
    places: frozenset[str] | None


def places_of(template: str) -> frozenset[str]:
    """The names of the `{places}` of `template`. Raises ValueError where its braces do not match."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


def calls_in_package(package: Path = PACKAGE) -> list[Call]:
    """Every call of `message` in the package, in the order of files and lines. Raises NotFound."""
    found: list[Call] = []
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package.parent).as_posix()
        if name != "ocrwatch/messages.py":
            found += calls_in(path.read_text(encoding="utf-8"), name)
    return found


def calls_in(source: str, file: str) -> list[Call]:
    """Every call of `message` in `source`. Raises NotFound, with all that is wrong in it."""
    module = ast.parse(source, file)
    called = {id(node.func) for node in ast.walk(module) if isinstance(node, ast.Call)}
    found: list[Call] = []
    wrong: list[str] = []
    for node, scopes in _with_scopes(module, (module,)):
        if _is_renamed(node):
            wrong.append(f"{file}:{node.lineno}: import `{_FUNCTION}` under its own name")
        elif isinstance(node, ast.Name) and id(node) not in called and _is_handed_on(node, scopes):
            wrong.append(f"{file}:{node.lineno}: call `{_FUNCTION}`, do not hand it on")
        elif isinstance(node, ast.Call) and _is_message(node):
            try:
                found.append(_call(node, scopes, file))
            except (NotFound, ValueError) as error:
                wrong.append(f"{file}:{node.lineno}: {error}")
    if wrong:
        raise NotFound("\n".join(wrong))
    return found


def _with_scopes(node: ast.AST, scopes: tuple[Scope, ...]) -> Iterator[tuple[ast.AST, tuple[Scope, ...]]]:
    """`node` and all below it, each with the functions around it, innermost last."""
    yield node, scopes
    inner = (*scopes, node) if isinstance(node, Scope) and not isinstance(node, ast.Module) else scopes
    for child in ast.iter_child_nodes(node):
        yield from _with_scopes(child, inner)


def _is_renamed(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and any(
        alias.name in (_FUNCTION, "Message") and alias.asname not in (None, alias.name)
        for alias in node.names
        if node.module == _DEFINED_IN
    )


def _is_handed_on(node: ast.Name, scopes: tuple[Scope, ...]) -> bool:
    """Whether `node` is the function itself used as a value, and no variable of its name."""
    if node.id != _FUNCTION or not isinstance(node.ctx, ast.Load):
        return False
    return not any(True for scope in scopes[1:] for _ in _bindings(scope, _FUNCTION))


def _is_message(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in (_FUNCTION, "Message")


def _call(node: ast.Call, scopes: tuple[Scope, ...], file: str) -> Call:
    given = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "template"), None)
    if given is None or isinstance(given, ast.Starred):
        raise NotFound("a message without a template")
    templates = tuple(dict.fromkeys(_literals(given, scopes)))
    names = [keyword.arg for keyword in node.keywords if keyword.arg != "template"]
    is_open = None in names or len(node.args) > 1
    places = None if is_open else frozenset(name for name in names if name is not None)
    needed = [places_of(template) for template in templates]
    if places is not None and not any(need == places for need in needed):
        fits = len(templates) > 1 and any(need <= places for need in needed)
        if not fits:
            raise NotFound(f"the places {sorted(places)} are not those of the template: {sorted(needed[0])}")
    return Call(file, node.lineno, templates, places)


def _literals(node: ast.expr, scopes: tuple[Scope, ...]) -> list[str]:
    """The texts that the expression may be. Raises NotFound where that is not wholly told by literals."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return [*_literals(one, scopes), *_literals(other, scopes)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [one + other for one in _literals(left, scopes) for other in _literals(right, scopes)]
        case ast.NamedExpr(value=value):
            return _literals(value, scopes)
        case ast.Name(id=name):
            return _literals_named(name, scopes)
        case ast.Subscript(value=ast.Name(id=name)):
            return _literals_in_table(name, scopes)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[_, default]):
            return [*_literals_in_table(name, scopes), *_literals(default, scopes)]
        case _:
            raise NotFound(f"the template must be a literal, not `{ast.unparse(node)}`")


def _literals_named(name: str, scopes: tuple[Scope, ...]) -> list[str]:
    for depth in range(len(scopes), 0, -1):
        bindings = list(_bindings(scopes[depth - 1], name))
        if bindings:
            around = scopes[:depth]
            return [text for value in bindings for text in _literals(_known(value, name), around)]
    raise NotFound(f"no literal is given to `{name}`")


def _literals_in_table(name: str, scopes: tuple[Scope, ...]) -> list[str]:
    for depth in range(len(scopes), 0, -1):
        bindings = list(_bindings(scopes[depth - 1], name))
        if bindings:
            tables = [_known(value, name) for value in bindings]
            values = [value for table in tables for value in _values(table, name)]
            return [text for value in values for text in _literals(value, scopes[:depth])]
    raise NotFound(f"no table of literals is named `{name}`")


def _values(table: ast.expr, name: str) -> list[ast.expr]:
    if isinstance(table, ast.Dict):
        return list(table.values)
    if isinstance(table, ast.Tuple | ast.List):
        return list(table.elts)
    raise NotFound(f"`{name}` is not a literal table")


def _known(value: ast.expr | None, name: str) -> ast.expr:
    if value is None:
        raise NotFound(f"`{name}` is not given a literal everywhere")
    return value


def _bindings(scope: Scope, name: str) -> Iterator[ast.expr | None]:
    """What `name` is bound to in `scope` itself, not in functions in it; None where that is no plain assignment."""
    if isinstance(scope, Comprehension):
        names = [node for loop in scope.generators for node in ast.walk(loop.target) if isinstance(node, ast.Name)]
        yield from (None for node in names if node.id == name)
        return
    arguments = [] if isinstance(scope, ast.Module) else ast.walk(scope.args)
    if any(isinstance(argument, ast.arg) and argument.arg == name for argument in arguments):
        yield None
    counted: set[ast.AST] = set()
    for node in _own_nodes(scope):
        match node:
            case ast.Assign(targets=targets, value=value):
                names = [target for target in targets if isinstance(target, ast.Name) and target.id == name]
                counted.update(names)
                yield from (value for _ in names)
            case ast.AnnAssign(target=ast.Name(id=found) as target, value=value) if found == name:
                counted.add(target)
                if value is not None:  # a bare annotation binds nothing
                    yield value
            case ast.NamedExpr(target=target, value=value) if target.id == name:
                counted.add(target)
                yield value
    for node in ast.walk(scope):  # a function within may say `nonlocal` or `global`
        if isinstance(node, ast.Nonlocal | ast.Global) and name in node.names:
            yield None
    for node in _own_nodes(scope):
        if node not in counted and _binds_otherwise(node, name):
            yield None


def _binds_otherwise(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=bound, ctx=ast.Store() | ast.Del()):
            return bound == name
        case ast.MatchAs(name=bound) | ast.MatchStar(name=bound) | ast.MatchMapping(rest=bound):
            return bound == name
        case ast.ExceptHandler(name=bound) | ast.FunctionDef(name=bound) | ast.ClassDef(name=bound):
            return bound == name
        case ast.alias(name=module, asname=renamed):
            return (renamed or module.partition(".")[0]) == name
        case _:
            return False


def _own_nodes(scope: Scope) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = [scope.body] if isinstance(scope, ast.Lambda) else list(scope.body)
    while waiting:
        node = waiting.pop(0)
        yield node
        if isinstance(node, ast.comprehension):  # its loop variable is its own
            waiting = [node.iter, *node.ifs, *waiting]
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting = [*ast.iter_child_nodes(node), *waiting]
