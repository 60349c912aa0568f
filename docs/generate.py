"""Write docs/cli.md from the definitions of the commands and docs/api.md from docstrings, or check both.

python docs/generate.py             # write both files
python docs/generate.py --check     # exit code 1 if one of them is not what would be written
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
import typing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

import kg
from kg import cli
from kg.ask.named import named_queries
from kg.ask.origins import takes_origin
from kg.errors import KGError
from kg.records import Record
from kg.text.files import writing

FOLDER = Path(__file__).parent
WIDTH = 100
PLUGIN_CLASSES = (
    "kg.sources.reader.Reader",
    "kg.sources.reader.Source",
    "kg.export.formats.Format",
    "kg.profiles.Profile",
    "kg.extraction.document.Candidate",
)
EXIT_CODES = {
    "0": "it is done",
    "1": "it failed; one line on standard error says why",
    "2": "wrong usage: an unknown option, command or shipped query, a missing or wrong value of an option or parameter",
    "130": "interrupted with Ctrl-C",
}
GENERATED = "<!-- Made by docs/generate.py; change the code, not this file. -->"


# The command line


def cli_page() -> str:
    """Every command with its help, arguments, options and defaults, then the shipped queries."""
    group = typer.main.get_command(cli.app)
    blocks = [
        "# The command line",
        GENERATED,
        _wrapped(
            "Data goes to standard output, or to the file given with `-o`; progress, warnings and summaries go to"
            " standard error. `kg COMMAND --help` prints what is below."
        ),
        _table(("exit code", "meaning"), EXIT_CODES.items()),
        _table(("`kg` alone", "meaning"), ((_option(each), _cell(each.help)) for each in group.params)),
    ]
    commands = list(_commands(group, "kg"))
    blocks.append("\n".join(f"- [`{name}`](#{_anchor(name)}): {_first_line(found.help)}" for name, found in commands))
    blocks += [block for name, found in commands for block in _command(name, found)]
    return _page([*blocks, *_queries()])


def _commands(group: Any, name: str) -> Iterator[tuple[str, Any]]:
    for word, found in sorted(group.commands.items()):
        if hasattr(found, "commands"):
            yield from _commands(found, f"{name} {word}")
        elif not found.hidden:
            yield f"{name} {word}", found


def _command(name: str, command: Any) -> Iterator[str]:
    yield f"## {name}"
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option" and not each.hidden]
    words = " ".join(_metavar(each) for each in arguments)
    yield f"```\n{name} [OPTIONS] {words}".rstrip() + "\n```"
    yield from _paragraphs(command.help)
    rows = [(f"`{_cell(_metavar(each))}`", _cell(each.help), "") for each in arguments]
    rows += [(_option(each), _cell(each.help), _default(each)) for each in options]
    yield _table(("", "meaning", "default; range"), rows)


def _metavar(parameter: Any) -> str:
    word = str(parameter.metavar or parameter.name.upper())
    several = "..." if parameter.nargs == -1 and not parameter.metavar else ""
    return (word if parameter.required or word.startswith("[") else f"[{word}]") + several


def _option(option: Any) -> str:
    value = "" if option.is_flag else f" {option.metavar or _VALUES.get(type(option.type).__name__, 'TEXT')}"
    words = ", ".join(f"`{word}{value}`" for word in sorted(option.opts, key=len, reverse=True))
    return " / ".join((words, *(f"`{word}`" for word in option.secondary_opts)))


_VALUES = {"TyperPath": "PATH", "Path": "PATH", "IntRange": "N", "IntParamType": "N", "FloatRange": "N"}


def _default(option: Any) -> str:
    """The default, from the help text where it has one in brackets, and which numbers an option takes."""
    written = re.search(r"\[default: (.*)\]", option.help or "")
    given = option.default.as_posix() if isinstance(option.default, Path) else option.default
    if option.is_flag:
        words = option.opts if given else option.secondary_opts
        given = None if given is None or not words else words[0]
    value = "required" if option.required else written[1] if written else None if given is None else f"`{given}`"
    from_environment = f"`${option.envvar}`, else " if option.envvar else ""
    return "; ".join(filter(None, (from_environment + (value or ""), _range(option.type))))


def _range(type: Any) -> str:
    """The numbers that a type takes, if it is one of numbers."""
    least, most = getattr(type, "min", None), getattr(type, "max", None)
    return "" if least is None else f"{least} or more" if most is None else f"{least} to {most}"


def _cell(text: str | None) -> str:
    return re.sub(r"\s*\[default: .*\]", "", text or "").replace("|", "\\|").replace("*", "\\*")


def _queries() -> Iterator[str]:
    yield "## The shipped queries"
    yield _wrapped(
        "What `kg ask NAME` answers, with the options of each. A parameter without a default must be given. All but "
        + ", ".join(f"`{name}`" for name in _of_texts())
        + " take `--origin extracted`, `curated` or `both`, too: whether texts are asked (the default), imported "
        "catalogues, or both."
    )
    rows = [
        (
            f"`{query.name}`",
            _cell(query.description),
            "<br>".join(_parameter(each.name, each.type, each.default) for each in query.parameters),
        )
        for query in named_queries()
    ]
    yield _table(("query", "answers", "parameters"), rows)


def _of_texts() -> list[str]:
    """The shipped queries that ask for nothing which a catalogue says."""
    return [query.name for query in named_queries() if query.profile or not takes_origin(query.text)]


def _parameter(name: str, type: str, default: str | None) -> str:
    kind = type.replace("|", "\\|")
    return f"`--{name.replace('_', '-')}` {kind}" + ("" if default is None else f" = {default}")


# The library


def api_page() -> str:
    """Everything in ``kg.__all__``, the classes that it returns, and those that plug-ins make."""
    public = [getattr(kg, name) for name in kg.__all__]
    functions = sorted((each for each in public if inspect.isfunction(each)), key=lambda each: each.__name__)
    errors = _by_line(each for each in public if isinstance(each, type) and issubclass(each, KGError))
    classes = [each for each in public if isinstance(each, type) and not issubclass(each, KGError)]
    returned = [each for each in _reached([*functions, *classes]) if each not in public and each is not Record]
    blocks = [
        "# The library",
        GENERATED,
        _wrapped(
            "`import kg` gives these names; they load when they are first used. Errors that the user can fix are"
            " [`KGError`](#kgerror)s. The records are frozen dataclasses, and `as_dict()` gives each as JSON objects,"
            " lists, text and numbers."
        ),
        "## Functions",
        *(block for each in functions for block in _function(each, f"kg.{each.__name__}", 3)),
        "## Classes",
        *(block for each in _by_name(classes) for block in _class(each, f"kg.{each.__name__}")),
        "## What they return",
        *(block for each in _by_name(returned) for block in _class(each, f"{each.__module__}.{each.__name__}")),
        "## Errors",
        *(block for each in errors for block in _class(each, f"kg.{each.__name__}")),
        "## For plug-ins",
        "See [plugins.md](plugins.md).",
        *(block for path in PLUGIN_CLASSES for block in _class(_found(path), path)),
    ]
    return _page(blocks)


def _by_name(classes: Iterable[type]) -> list[type]:
    return sorted(classes, key=lambda each: each.__name__)


def _by_line(classes: Iterable[type]) -> list[type]:
    return sorted(classes, key=lambda each: (len(each.__mro__), each.__name__))


def _found(path: str) -> type:
    module, _, name = path.rpartition(".")
    found: type = getattr(import_module(module), name)
    return found


def _reached(roots: Iterable[Any]) -> list[type]:
    """The classes of this package that functions, methods, properties and fields give, near and far."""
    found: list[type] = []
    waiting = list(roots)
    while waiting:
        given = waiting.pop()
        for reached in _given(given):
            if reached not in found:
                found.append(reached)
                waiting.append(reached)
    return found


def _given(thing: Any) -> Iterator[type]:
    if not isinstance(thing, type):
        yield from _named(thing.__annotations__.get("return", ""), thing.__module__)
        return
    for _, annotation, _ in _fields(thing):
        yield from _named(annotation, thing.__module__)
    for _, member in _members(thing):
        yield from _given(member.fget if isinstance(member, property) else member)


def _named(annotation: object, module: str) -> Iterator[type]:
    """The classes of this package that an annotation names."""
    for word in re.findall(r"[A-Za-z_]\w*", _text(annotation)):
        found = getattr(sys.modules[module], word, None) or _imported(module, word)
        for each in typing.get_args(found) or (found,):
            if isinstance(each, type) and each.__module__.startswith("kg."):
                yield each


def _imported(module: str, name: str) -> object:
    """What a module imports under a name for type checkers alone."""
    home = _type_imports(module).get(name)
    return getattr(import_module(home), name) if home else None


@cache
def _type_imports(module: str) -> dict[str, str]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {
        alias.name: node.module
        for node in imports
        if node.module and node.module.startswith("kg.")
        for alias in node.names
    }


def _members(cls: type) -> Iterator[tuple[str, Any]]:
    """Public methods and properties that a class itself defines, in the order of its source."""
    for name, member in vars(cls).items():
        plain = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        own = isinstance(plain, property) or (inspect.isfunction(plain) and plain.__module__ == cls.__module__)
        if own and (not name.startswith("_") or name == "__call__") and inspect.getdoc(plain):
            yield name, plain


def _fields(cls: type) -> list[tuple[str, str, str]]:
    """Name, type and default of a record's fields; the default is empty where there is none."""
    if is_dataclass(cls):
        shown = [field for field in fields(cls) if not field.name.startswith("_")]
        return [
            (each.name, _text(each.type), "" if each.default is MISSING else _value(each.default)) for each in shown
        ]
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        defaults: dict[str, object] = getattr(cls, "_field_defaults", {})
        return [
            (name, _text(cls.__annotations__[name]), _value(defaults[name]) if name in defaults else "")
            for name in cls._fields
        ]
    return []


def _text(annotation: object) -> str:
    """An annotation as it is written."""
    written = getattr(annotation, "__forward_arg__", annotation)
    return written if isinstance(written, str) else getattr(written, "__name__", str(written))


def _value(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return "..." if callable(value) else repr(value)


def _class(cls: type, name: str) -> Iterator[str]:
    yield f"### {cls.__name__}"
    known = _fields(cls)
    if known:
        lines = [f"    {each}: {kind}" + (f" = {default}" if default else "") for each, kind, default in known]
        yield "```python\n" + "\n".join([f"class {cls.__name__}:  # in {name.rpartition('.')[0]}", *lines]) + "\n```"
    elif "__init__" in vars(cls) and cls.__name__ in kg.__all__:  # another class is made by the library alone
        yield f"```python\n{_signature(cls.__init__, name)}\n```"  # type: ignore[misc]
    else:
        bases = "" if cls.__base__ in (object, None) else f"({cls.__base__.__name__})"
        yield f"```python\nclass {cls.__name__}{bases}:  # in {name.rpartition('.')[0]}\n```"
    yield from _docstring(cls)
    for word, member in _members(cls):
        if isinstance(member, property):
            yield f"#### {cls.__name__}.{word}"
            assert member.fget
            yield f"```python\n{word}: {_text(member.fget.__annotations__['return'])}\n```"
            yield from _docstring(member.fget)
        else:
            yield from _function(member, f"{cls.__name__}.{word}", 4)


def _function(function: Callable[..., Any], name: str, level: int) -> Iterator[str]:
    yield f"{'#' * level} {name.removeprefix('kg.').replace('.__call__', ', called')}"
    yield f"```python\n{_signature(function, name)}\n```"
    yield from _docstring(function)


def _signature(function: Callable[..., Any], name: str) -> str:
    """The call as one would write it, on several lines where it is long."""
    parts: list[str] = []
    keywords = False
    for each in inspect.signature(function).parameters.values():
        if each.name == "self":
            continue
        if each.kind is each.KEYWORD_ONLY and not keywords:
            parts.append("*")
            keywords = True
        star = "*" if each.kind is each.VAR_POSITIONAL else "**" if each.kind is each.VAR_KEYWORD else ""
        default = "" if each.default is each.empty else f" = {_value(each.default)}"
        parts.append(f"{star}{each.name}: {_text(each.annotation)}{default}")
    answer = _text(function.__annotations__.get("return", "None"))
    end = ")" if answer == "None" else f") -> {answer}"
    name = name.removesuffix(".__call__")
    line = f"{name}({', '.join(parts)}{end}"
    if len(line) <= WIDTH:
        return line
    return f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + end


# Docstrings as Markdown


def _docstring(thing: object) -> Iterator[str]:
    yield from _paragraphs(inspect.getdoc(thing))


def _paragraphs(text: str | None) -> Iterator[str]:
    """The paragraphs of a docstring: examples as code, its sections as lists, its roles and literals as code."""
    for block in re.split(r"\n\s*\n", inspect.cleandoc(text or "")):
        if block.startswith(">>>"):
            yield "```pycon\n" + re.sub(r"  # doctest: .*", "", block) + "\n```"
        elif section := re.fullmatch(r"(Args|Returns|Raises):\n(.*)", block, re.DOTALL):
            yield from _section(section[1], textwrap.dedent(section[2]))
        else:
            before, _, example = block.partition("\n>>>")
            yield _wrapped(_inline(before))
            if example:
                yield from _paragraphs(">>>" + example)


def _section(title: str, body: str) -> Iterator[str]:
    titles = {"Args": "Arguments", "Returns": "Returns", "Raises": "Raises"}
    if title == "Returns":
        yield _wrapped(f"{titles[title]}: {_inline(body)}")
        return
    yield f"{titles[title]}:"
    items = re.split(r"\n(?=\S)", body)
    parts = (re.sub(r"\s+", " ", item).partition(": ") for item in items)
    yield "\n".join(_wrapped(f"- `{name}`: {_inline(meaning)}", "  ") for name, _, meaning in parts)


def _inline(text: str) -> str:
    text = re.sub(r":\w+:`(?:~[\w.]*\.)?([\w.]+)`", r"`\1`", text)
    return text.replace("``", "`")


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        re.sub(r"\s+", " ", text), 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _first_line(text: str | None) -> str:
    return _cell((text or "").partition("\n\n")[0].replace("\n", " "))


def _anchor(name: str) -> str:
    return name.replace(" ", "-")


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(re.sub(r"\|  (?=\|)", "| ", f"| {' | '.join(line)} |") for line in lines)


def _page(blocks: Iterable[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"


PAGES: dict[str, Callable[[], str]] = {"cli.md": cli_page, "api.md": api_page}


def stale() -> list[str]:
    """The pages that are not what would be written now."""
    return [name for name, page in PAGES.items() if _written(FOLDER / name) != page()]


def _written(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(words: list[str]) -> int:
    """Write the pages, or with ``--check`` say which are stale; returns the exit code."""
    if words == ["--check"]:
        found = stale()
        for name in found:
            print(f"docs/{name} is stale; run: python docs/generate.py", file=sys.stderr)
        return 1 if found else 0
    if words:
        print(__doc__, file=sys.stderr)
        return 2
    for name, page in PAGES.items():
        with writing(FOLDER / name) as stream:
            stream.write(page().encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
