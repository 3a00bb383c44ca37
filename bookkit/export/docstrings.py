"""Write docstrings: the last line of a class or function says which chapters built it."""

from collections.abc import Iterable, Sequence
from textwrap import wrap

import libcst as cst

from bookkit.export.definitions import docstring_of, text_of
from bookkit.export.layout import WIDTH

INDENT = "    "
PLAIN = cst.MaybeSentinel.DEFAULT


def chapters(numbers: Iterable[int]) -> str:
    """Return "chapter 1" or "chapters 1, 4 and 7"; 0 is the appendix."""
    *first, last = sorted(set(numbers))
    if not first:
        return f"chapter {last}" if last else "the appendix"
    if first == [0]:
        return f"chapter {last} and the appendix"
    words = [str(number) for number in (*first, last) if number]
    end = "" if first[0] else " and the appendix"
    return f"chapters {', '.join(words[:-1])} and {words[-1]}{end}"


def built_in(numbers: Iterable[int]) -> str:
    return f"Built in {chapters(numbers)}."


def statement(
    docstring: cst.BaseString | None, last_line: str
) -> cst.SimpleStatementLine:
    """Return the docstring of a top-level class or function, ending with `last_line`."""
    if docstring is None:
        return cst.SimpleStatementLine(
            [cst.Expr(cst.SimpleString(f'"""{last_line}"""'))]
        )
    if isinstance(docstring, cst.SimpleString) and docstring.quote in ('"""', '"'):
        prefix, text = docstring.prefix, docstring.raw_value
    else:
        prefix, text = "", escape(text_of(docstring))
    whole = f'{prefix}"""{text.rstrip()}\n\n{INDENT}{last_line}\n{INDENT}"""'
    return cst.SimpleStatementLine([cst.Expr(cst.SimpleString(whole))])


def escape(text: str) -> str:
    """Write a text so that triple quotes around it give it back."""
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def close(function: cst.FunctionDef, last_line: str) -> cst.FunctionDef:
    """End a function's docstring with `last_line`."""
    body: Sequence[cst.BaseStatement | cst.BaseSmallStatement] = function.body.body
    docstring = docstring_of(body[0])
    rest = list(body[1:] if docstring else body)
    if (
        rest
        and isinstance(rest[0], cst.FunctionDef | cst.ClassDef)
        and not rest[0].leading_lines
    ):
        rest[0] = rest[0].with_changes(leading_lines=[cst.EmptyLine(indent=False)])
    first = statement(docstring, last_line)
    if isinstance(function.body, cst.IndentedBlock):
        return function.with_changes(
            body=function.body.with_changes(body=[first, *rest])
        )
    smalls = [small for small in rest if isinstance(small, cst.BaseSmallStatement)]
    lines = [
        cst.SimpleStatementLine([each.with_changes(semicolon=PLAIN)]) for each in smalls
    ]
    return function.with_changes(body=cst.IndentedBlock([first, *lines]))


def module(text: str) -> str:
    """Return the docstring of a file: its first paragraph on one line, or wrapped where it is long."""
    written = escape(text.strip())
    if written.endswith('"'):
        written = written[:-1] + '\\"'
    first, newline, rest = written.partition("\n")
    if len(first) + 6 > WIDTH:
        first = "\n".join(wrap(first, WIDTH - 3, break_long_words=False))
    whole = first + newline + rest
    return f'"""{whole}\n"""' if "\n" in whole else f'"""{whole}"""'
