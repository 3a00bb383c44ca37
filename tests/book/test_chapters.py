"""Every chapter and lab, and pages beside them: parts in order, outputs, bugs caught, exercises solved."""

import ast
import re
from itertools import pairwise

import nbformat
import pytest
from notebook_cells import (
    APPENDIX,
    CHAPTERS,
    FIVE_SYSTEMS,
    LABS,
    ROOT,
    cells,
    exports,
    namespace,
    part,
    tagged,
    tags,
)

from bookkit.checks import exercises, judge
from bookkit.needs import MAGIC

SPEAKING = re.compile(
    r"^(?:\s*)(?:print|check|catches|library_map|library_changes|(?:plots|explore)\.\w+)\(",
    re.MULTILINE,
)
CITATION = re.compile(r"\[reference\]\((?:\.\./)?references\.md#([\w,]+)\)")
PROMISES = (
    "What you'll build",
    "What you need",
    "What you'll learn",
    "../glossary.md",
    "../notation.md",
)
SECTIONS = (
    "The library so far",
    "Experiment",
    "Explore",
    "What goes wrong",
    "Exercises",
    "Recap",
)

every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
every_lab = pytest.mark.parametrize("path", LABS, ids=lambda path: path.stem)
every_lesson = pytest.mark.parametrize(
    "path", [*CHAPTERS, *LABS], ids=lambda path: path.stem
)
every_notebook = pytest.mark.parametrize(
    "path",
    [*CHAPTERS, *LABS, APPENDIX, FIVE_SYSTEMS, ROOT / "playground.ipynb"],
    ids=lambda path: path.stem,
)


def test_there_are_chapters():
    assert [path.name[:2] for path in CHAPTERS] == [
        f"{n:02d}" for n in range(1, len(CHAPTERS) + 1)
    ]
    assert len(CHAPTERS) >= 3


@every_chapter
def test_parts_stand_in_order(path):
    text = "\n\n".join(cell.source for cell in cells(path, "markdown"))
    assert re.match(rf"# {int(path.name[:2])}\. ", text), (
        "the first line is the title, with the chapter's number"
    )
    assert [each for each in PROMISES if each not in text.partition("\n## ")[0]] == []
    headings = re.findall(r"^## (.*)$", text, flags=re.MULTILINE)
    places = []
    for section in SECTIONS:
        found = [
            index
            for index, heading in enumerate(headings)
            if heading.startswith(section)
        ]
        assert len(found) == 1, f"one section {section!r} is needed, found {len(found)}"
        places += found
    assert all(first < second for first, second in pairwise(places)), headings
    assert headings[0] == SECTIONS[0]
    assert headings[-1] == SECTIONS[-1]
    assert "### Where to read on" in text
    assert CITATION.search(text.partition("### Where to read on")[2])


@every_notebook
def test_every_checked_cell_was_run_and_has_its_output(path):
    code = [cell for cell in cells(path) if cell.source.strip()]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        exported = exports(cell)
        if SPEAKING.search(cell.source) and not exported:
            assert cell.outputs, f"no output is stored for:\n{cell.source}"
        for output in cell.outputs:
            assert output.output_type != "error"
            assert "/home/" not in str(output)
            assert "/tmp/" not in str(output)


def shows_a_widget(cell):
    """Whether the cell shows an explorer; test_explorers.py looks at what is in it."""
    return any("widget-view" in str(output.get("data")) for output in cell.outputs)


@every_notebook
def test_only_what_differs_between_machines_goes_unchecked(path):
    unchecked = [
        index
        for index, cell in enumerate(cells(path))
        if "nbval-ignore-output" in tags(cell) and not shows_a_widget(cell)
    ]
    code = cells(path)
    for index in unchecked:
        # A cell that may be skipped checks itself, where it prints.
        own = code[index].source.startswith(MAGIC)
        if own and "print(" not in code[index].source:
            continue
        assert "assert " in code[index + (not own)].source, (
            f"nothing checks what this cell prints:\n{code[index].source}"
        )


LAB_PARTS = ("What goes wrong", "Exercises", "Recap")


@every_lab
def test_parts_of_a_lab_stand_in_order(path):
    text = "\n\n".join(cell.source for cell in cells(path, "markdown"))
    assert text.startswith("# Lab: ")
    assert [each for each in PROMISES if each not in text.partition("\n## ")[0]] == []
    headings = re.findall(r"^## (.*)$", text, flags=re.MULTILINE)
    assert tuple(headings[-3:]) == LAB_PARTS
    assert CITATION.search(text.partition("### Where to read on")[2])


@every_lesson
def test_every_figure_says_what_it_shows(path):
    figures = 0
    for cell in cells(path):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                figures += 1
                alt = cell.metadata["mystnb"]["image"]["alt"]
                assert len(alt) > 40
                assert output.metadata["image/png"]["alt"] == alt
    assert figures >= (1 if path in LABS else 3)


@every_notebook
def test_code_fits_the_page_and_exported_cells_are_short(path):
    for cell in cells(path):
        assert max(map(len, cell.source.splitlines())) <= 88, cell.source
        if exports(cell):
            documented = ast.FunctionDef | ast.ClassDef
            texts = [
                node.body[0].end_lineno - node.body[0].lineno + 1
                for node in ast.walk(ast.parse(cell.source))
                if isinstance(node, documented) and ast.get_docstring(node)
            ]
            assert len(cell.source.splitlines()) - sum(texts) <= 45  # docstrings apart


def test_citations_read_as_text_and_are_known():
    known = set(
        re.findall(r"^@\w+\{(\w+),", (ROOT / "references.bib").read_text(), re.M)
    )
    cited = set()
    for path in [*CHAPTERS, *LABS, FIVE_SYSTEMS]:
        for cell in cells(path, "markdown"):
            assert "{cite}" not in cell.source, (
                "write [reference](../references.md#key)"
            )
            for keys in CITATION.findall(cell.source):
                cited |= set(keys.split(","))
    assert cited <= known
    assert len(cited) > 30


@every_lesson
def test_no_equation_in_a_sentence_is_broken_over_lines(path):
    # A line that begins with its minus would become an item of a list.
    for cell in cells(path, "markdown"):
        text = re.sub(r"\$\$.*?\$\$|`[^`]*`", "", cell.source, flags=re.DOTALL)
        assert text.count("$") % 2 == 0, text
        broken = [each for each in re.findall(r"\$[^$]+\$", text) if "\n" in each]
        assert broken == []


@pytest.mark.parametrize(
    "path", [*CHAPTERS, *LABS, APPENDIX], ids=lambda path: path.stem
)
def test_every_bug_is_caught(path):
    bugs = tagged(path, "bug:")
    assert len(bugs) >= (1 if path == APPENDIX else 2)
    caught = []

    def record(check, *, wrong, right):
        check(right)
        with pytest.raises(AssertionError):
            check(wrong)
        caught.append(check.__name__)

    names = namespace(path) | {"catches": record}
    for source in bugs.values():
        exec(source, names)
    assert len(caught) == len(bugs)


@every_lesson
def test_every_solution_passes_and_every_stub_fails(path):
    number = part(path)
    known = exercises(number)
    stubs, solutions = tagged(path, "exercise:"), tagged(path, "solution:")
    assert (2 if path in LABS else 3) <= len(known) <= 5
    assert (
        list(stubs)
        == list(solutions)
        == list(known)
        == [f"{number}.{n + 1}" for n in range(len(known))]
    )
    for kind, sources, expected in (
        ("stub", stubs, False),
        ("solution", solutions, True),
    ):
        verdicts = {}
        names = namespace(path) | {
            "check": lambda exercise, answer, verdicts=verdicts: verdicts.update(
                {exercise: judge(exercise, answer)}
            )
        }
        for exercise, source in sources.items():
            exec(source, names)
            assert verdicts[exercise].passed is expected, (
                f"{kind} {exercise}: {verdicts[exercise].message}"
            )
            if kind == "stub":
                assert "not started" in verdicts[exercise].message


@every_lesson
def test_solutions_and_checks_are_folded_away_on_the_page_and_in_jupyterlab(path):
    for cell in cells(path):
        is_solution = any(tag.startswith("solution:") for tag in tags(cell))
        exported = exports(cell)
        is_check = exported and "hide-input" in tags(cell)
        assert ("hide-cell" in tags(cell)) == is_solution
        hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        assert hidden == (is_solution or is_check)


@every_lesson
def test_code_that_only_draws_is_folded_away_on_the_page(path):
    for cell in cells(path):
        source = cell.source
        if source.startswith(MAGIC):
            source = source.partition("\n")[2]
        if not exports(cell):
            assert ("hide-input" in tags(cell)) == source.startswith("plots.")


@every_lesson
def test_titles_of_exercises_agree(path):
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    for exercise in exercises(part(path)).values():
        assert f"### Exercise {exercise.number}: {exercise.title} (" in text


@every_notebook
def test_links_to_other_files_lead_somewhere(path):
    for cell in cells(path, "markdown"):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", cell.source):
            assert (path.parent / target).exists(), target


@every_notebook
def test_notebooks_are_valid(path):
    nbformat.validate(nbformat.read(path, as_version=4))


SYSTEMS = {"NNFS", "HJLNet", "LDDL", "mtorch", "tinynn"}


def test_each_of_the_ten_things_says_how_it_is_done_and_runs():
    sections, systems = {}, set()
    for cell in nbformat.read(FIVE_SYSTEMS, as_version=4).cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            sections[cell.source.partition("\n")[0]] = own = []
            rows = re.findall(r"^\| ([\w, ]+) \|", cell.source, re.MULTILINE)
            named = {name for row in rows[1:] for name in row.split(", ")}
            assert named <= SYSTEMS
            systems |= named
        elif sections and cell.cell_type == "code":
            own.append(cell.source)
    assert systems == SYSTEMS
    *things, _ = sections  # the last says what the book has not
    assert [name.split()[1] for name in things] == [f"{n}." for n in range(1, 11)]
    for name in things:
        assert any("assert " in source for source in sections[name]), name
        ours = re.compile(r"\bnn\.|DataLoader\(six, 2\)")
        assert any(ours.search(source) for source in sections[name]), name


def test_the_ten_things_are_those_of_the_opening_table():
    first = cells(FIVE_SYSTEMS, "markdown")[0].source
    assert len(re.findall(r"^\| .*\(chapters/", first, re.MULTILINE)) == 10
