"""Finds every sentence that the program can say as an error, by reading its source.

A sentence is written as it is said, with `…` for what differs. What is no sentence for a person
is named in NOT_SAID or NEVER_TOLD, with the reason; nothing is left out in silence.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from dcaguard.core import errors
from dcaguard.core.errors import ExitCode

PACKAGE = Path(errors.__file__).parents[1]
HOLE = "…"
_DEPTH_MAX = 6  # names within names; a sentence is never deeper

# Exceptions whose words no person reads as an error.
NOT_SAID: Mapping[str, str] = {
    "UnclearError": "evidence about an order, within the sentence of OrderUnknownError",
    "ContradictionError": "evidence about an order, within the sentence of ImpossibleReplyError",
    "NoAnswerError": "evidence about an order or a quote, within the sentence around it",
    "BadFunds": "the evidence of a CANNOT_TELL, which `guard` shows; nothing fails",
    "Stopped": "a signal; what is said stands where it is caught",
    "AssertionError": "a bug, told as INTERNAL by its class alone",
    "TypeError": "a bug, told as INTERNAL by its class alone",
    "KeyError": "a bug, told as INTERNAL by its class alone",
    "NotImplementedError": "a bug, told as INTERNAL by its class alone",
}
# Modules whose ValueErrors are caught next door and become another sentence, or are bugs.
NEVER_TOLD: Mapping[str, str] = {
    "core/canonical.py": "a row that is not canonical: told as a row that cannot be read",
    "core/gate_state.py": "a stored state that is broken: told as a row that cannot be read",
    "core/slots.py": "a stored slot that is broken: told as a row that cannot be read",
    "adapters/journal/projection.py": "a broken row: told as a row that cannot be read",
    "adapters/clock.py": "a bug, told as INTERNAL by its class alone",
    "adapters/sources/content.py": "NaN in JSON: told as JSON that is cut or broken",
    "adapters/venues/line.py": "a key twice in a reply: evidence about an order",
    "adapters/venues/session.py": "a body that does not unpack: told as no answer",
    "adapters/venues/loader.py": "a market without a possible step is left out",
}
# What makes a sentence of its arguments: (room, name, the sentence with its arguments' numbers).
MAKERS: tuple[tuple[str, str, str], ...] = (
    ("", "storage_error", "…: cannot {1}: …; …."),
    ("adapters/files.py", "_unsafe", "…: is {1}, not a plain file: move it away and run again."),
    ("adapters/sources/content.py", "_refuse", "…: {1}: {2}"),
    ("adapters/sources/http.py", "_invalid", "…: {1}: {2}"),
    ("adapters/sources/", "_bad", "…: {1}: {2}"),
    ("adapters/csv_import.py", "_refuse", "…:…: {2}: {3}"),
    ("adapters/venues/egress.py", "_refused", "{0} {1} was refused before it left …: {2}. …"),
    ("app/", "_still_unknown", "… is still not known: {2}: buying there waits; …"),
    ("core/reading", "invalid", "…: {1}: {2}"),
    ("core/reading", "Problem", "…: {2}: {3}"),
    ("adapters/sources/", "Problem", "…: {2}: {3}"),
    ("core/config_values.py", "_matches", "…: is not {1}"),
    ("core/config_values.py", "_within", "…: is …: must be {1}"),
    ("adapters/config.py", "add", "…: {2}"),
)  # fmt: skip
_DEFAULTS = {"_bad": {2: "the page has changed; not used"}}
# Modules that tell mistakes as pairs of a key and a sentence.
_PAIRS = ("core/config", "core/strategy.py", "adapters/config.py")
_CONFIG = ("core/config", "core/strategy.py", "core/source_", "core/signals/params")


@dataclass(frozen=True, order=True)
class Sentence:
    """What can be said, the room it is written in, and the exit code it goes with."""

    exit: int
    room: str
    text: str


def pattern(text: str) -> re.Pattern[str]:
    """Return what matches a line in which this sentence is said, at its end or within another."""
    parts = [re.escape(part) for part in text.removesuffix(".").split(HOLE)]
    return re.compile(".*".join(parts))


@cache
def every_sentence() -> tuple[Sentence, ...]:
    """Return each sentence once, in order."""
    found: dict[str, Sentence] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).as_posix()
        for text, code in sentences_of(room, path.read_text(encoding="utf-8")):
            found.setdefault(text, Sentence(code, room, text))
    return tuple(sorted(found.values()))


def sentences_of(room: str, source: str) -> Iterator[tuple[str, int]]:
    """Yield (text, exit code) of what one module can say."""
    for text, code in _Module(room, ast.parse(source)).said():
        clean = re.sub(f"{HOLE}[{HOLE} ]*{HOLE}", HOLE, text).strip()
        if len(re.sub(r"[^a-z]", "", clean)) >= 5:  # more than holes and signs
            yield clean, code


@cache
def _classes() -> Mapping[str, ExitCode]:
    """Return the exit code of each error class, by name."""
    from tests.errors.test_messages import every_error

    return {kind.__name__: kind.exit_code for kind in every_error()}


@cache
def _constants() -> Mapping[str, str]:
    """Return the texts that modules name at their top."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                for target in node.targets:
                    if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                        found[target.id] = node.value.value
    return found


class _Module:
    """One module, and what can be said in it."""

    def __init__(self, room: str, tree: ast.Module) -> None:
        self.room = room
        self.tree = tree
        self.above: dict[ast.AST, ast.AST] = {}
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                self.above[child] = node
        self.functions = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}

    def said(self) -> Iterator[tuple[str, int]]:
        """Yield (text, exit code) of everything that is said here."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield from self._call(node)
            elif isinstance(node, ast.Tuple) and self.room.startswith(_PAIRS):
                yield from self._pair(node)
            elif isinstance(node, ast.Return | ast.Assign) and self.room in _WORDS:
                for text in self._texts(node.value, node):
                    if text.startswith(("is ", "holds ", "has ")) or ": is " in text:
                        yield f"…: {text}", ExitCode.CONFIG
            elif isinstance(node, ast.Dict) and self.room == "core/config_mistakes.py":
                for value in node.values:
                    yield from ((f"…: {t}", ExitCode.CONFIG) for t in self._texts(value, node))

    def _pair(self, node: ast.Tuple) -> Iterator[tuple[str, int]]:
        if len(node.elts) == 2 and isinstance(node.ctx, ast.Load):
            for text in self._texts(node.elts[1], node):
                if " " in text.strip(HOLE) and not text.startswith("("):
                    yield f"…: {text}", ExitCode.CONFIG

    def _call(self, node: ast.Call) -> Iterator[tuple[str, int]]:
        name = _name_of(node.func)
        for room, maker, shape in MAKERS:
            if name == maker and self.room.startswith(room) and not self._inside(node, name):
                made = _MADE.get(name, ExitCode.CONFIG if "config" in room else _BAD_DATA)
                yield from ((text, int(made)) for text in self._made(node, shape, name))
        if name == "__init__":  # super().__init__(sentence) in an error class of its own
            name = self._class_around(node)
        if self._in_maker(node) or name in NOT_SAID:
            return
        if name == "complain" and self.room == "cli/main.py":
            yield from ((t, _code(node.args[1])) for t in self._texts(node.args[3], node))
        elif name == "write" and self.room == "cli/main.py":
            yield from ((t, ExitCode.IO) for t in self._texts(node.args[0], node))
        elif (code := self._code_of(name)) is not None:
            mark = "…: " if name == "ValueError" else ""
            for arg in node.args[:1]:
                yield from ((f"{mark}{text}", code) for text in self._texts(arg, node))

    def _code_of(self, name: str) -> int | None:
        if name == "ShapeError":
            return ExitCode.DATA_INVALID
        if name == "ValueError" and self.room not in NEVER_TOLD:
            return ExitCode.CONFIG
        return _classes().get(name)

    def _made(self, node: ast.Call, shape: str, name: str) -> Iterator[str]:
        given = {**{k: [v] for k, v in _DEFAULTS.get(name, {}).items()}}
        given |= {at: self._texts(arg, node) for at, arg in enumerate(node.args)}
        used = [int(number) for number in re.findall(r"\{(\d)\}", shape)]
        for chosen in product(*(given.get(at, [HOLE]) for at in used)):
            text = shape
            for at, part in zip(used, chosen, strict=True):
                text = text.replace(f"{{{at}}}", part)
            if any(part.strip(HOLE) for part in chosen):
                yield text

    def _texts(self, node: ast.AST | None, at: ast.AST, depth: int = 0) -> list[str]:
        """Return what an expression may say."""
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=values):
                return _joined(self._texts(value, at, depth) for value in values)
            case ast.FormattedValue(value=ast.Name() | ast.IfExp() as inner):
                return self._texts(inner, at, depth + 1)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return _joined(self._texts(part, at, depth) for part in (left, right))
            case ast.IfExp(body=one, orelse=other):
                return [*self._texts(one, at, depth), *self._texts(other, at, depth)]
            case ast.Name(id=name):
                return self._named(name, at, depth)
            case (
                ast.Call(func=ast.Name(id=name))
                | ast.Attribute(value=ast.Name(id="self"), attr=name)
            ) if name in self.functions and depth < _DEPTH_MAX:
                return self._returned(name, depth)
        return [HOLE]

    def _named(self, name: str, at: ast.AST, depth: int) -> list[str]:
        """Return what a name holds: its last text before `at`, or a constant of the package."""
        scope = self._scope(at)
        before = [
            node
            for node in ast.walk(scope)
            if isinstance(node, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
            and node.lineno <= at.lineno  # type: ignore[attr-defined]
        ]
        if before and depth < _DEPTH_MAX:
            last = max(before, key=lambda node: node.lineno)
            return self._texts(last.value, last, depth + 1)
        return [_constants()[name]] if name in _constants() and not before else [HOLE]

    def _returned(self, name: str, depth: int) -> list[str]:
        found = [n for n in ast.walk(self.functions[name]) if isinstance(n, ast.Return)]
        texts = [text for node in found for text in self._texts(node.value, node, depth + 1)]
        return [text for text in texts if text] or [HOLE]

    def _scope(self, node: ast.AST) -> ast.AST:
        while not isinstance(node, ast.FunctionDef | ast.Module):
            node = self.above[node]
        return node

    def _inside(self, node: ast.AST, name: str) -> bool:
        scope = self._scope(node)
        return isinstance(scope, ast.FunctionDef) and scope.name == name

    def _in_maker(self, node: ast.AST) -> bool:
        while not isinstance(node, ast.Module):
            if isinstance(node, ast.FunctionDef) and any(
                node.name == name and self.room.startswith(room) for room, name, _ in MAKERS
            ):
                return True
            node = self.above[node]
        return False

    def _class_around(self, node: ast.AST) -> str:
        while not isinstance(node, ast.ClassDef | ast.Module):
            node = self.above[node]
        return node.name if isinstance(node, ast.ClassDef) else ""


# Modules whose functions return what is wrong as words.
_WORDS = ("core/config_mistakes.py", "adapters/config.py")
_SIGNAL = 143
_BAD_DATA = ExitCode.DATA_INVALID
_MADE = {
    "storage_error": ExitCode.IO,
    "_unsafe": ExitCode.CANT_CREATE,
    "_refused": ExitCode.NOPERM,
    "_still_unknown": ExitCode.ORDER_UNKNOWN,
}


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _code(node: ast.expr) -> int:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, int) else _SIGNAL


def _joined(parts: Iterable[list[str]]) -> list[str]:
    return ["".join(chosen) for chosen in product(*parts)]
