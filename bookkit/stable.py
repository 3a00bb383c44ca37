"""The stable form of a notebook: run it twice, and only results that changed change the file.

Works on the plain JSON of notebook format 4: importing nbformat takes seconds, and checks should not.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

Notebook = dict[str, Any]
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}
CELL_METADATA = {
    "deletable", "editable", "format", "jupyter", "mystnb", "name", "raw_mimetype", "slideshow", "tags",
}  # fmt: skip
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# What a notebook keeps of an anywidget's program: the site has its own, and a kernel sends it.
PROGRAM = {
    "_css": "",
    "_esm": "const render = ({ model, el }) => {\n"
    "  el.textContent = `${model.get('title')}: run this cell to play with it.`;\n"
    "};\n"
    "export default { render };\n",
}
MODEL_ID = re.compile(r"[0-9a-f]{32}")
CELL_FILE = re.compile(r"/[\w/.-]*/ipykernel_\d+/\d+\.py")
ADDRESS = re.compile(r"\b0x[0-9a-f]{9,16}\b")
SPLIT_TYPES = {"application/javascript", "image/svg+xml"}  # besides text/*


def loads(text: str) -> Notebook:
    """Read a notebook, with each text in one piece."""
    notebook: Notebook = json.loads(text)
    if (
        not isinstance(notebook, dict)
        or notebook.get("nbformat") != 4
        or "cells" not in notebook
    ):
        raise ValueError(
            "not a notebook of format 4; open it in JupyterLab and save it"
        )
    _each_text(
        notebook, lambda value: "".join(value) if isinstance(value, list) else value
    )
    return notebook


def dumps(notebook: Notebook) -> str:
    """Write a notebook as nbformat does."""
    copy: Notebook = json.loads(json.dumps(notebook))
    _each_text(
        copy,
        lambda value: (
            value.splitlines(keepends=True) if isinstance(value, str) else value
        ),
    )
    return (
        json.dumps(
            copy, indent=1, sort_keys=True, ensure_ascii=False, separators=(",", ": ")
        )
        + "\n"
    )


def _each_text(notebook: Notebook, change: Callable[[Any], Any]) -> None:
    """Change every text that a notebook file holds as a list of lines."""
    for cell in notebook["cells"]:
        cell["source"] = change(cell["source"])
        bundles = list(cell.get("attachments", {}).values())
        for output in cell.get("outputs", []):
            if "text" in output:
                output["text"] = change(output["text"])
            bundles.append(output.get("data", {}))
        for bundle in bundles:
            for kind in bundle:
                if kind.startswith("text/") or kind in SPLIT_TYPES:
                    bundle[kind] = change(bundle[kind])


def stabilize(notebook: Notebook, name: str) -> Notebook:
    """Bring a notebook that was just run, or just read, into stable form; `name` is its file's name."""
    notebook["nbformat_minor"] = 5
    _cell_ids(notebook["cells"], name)
    for cell in notebook["cells"]:
        cell["metadata"] = {
            key: cell["metadata"][key]
            for key in sorted(CELL_METADATA & set(cell["metadata"]))
        }
        if cell["cell_type"] == "code":
            cell["outputs"] = [_clean(output) for output in _merged(cell["outputs"])]
            _alt_text(cell)
        if not cell["metadata"].get("tags", True):
            del cell["metadata"]["tags"]
    widgets = notebook["metadata"].get("widgets", {})
    for model in _state(widgets).values():
        model["state"].update(
            {name: PROGRAM[name] for name in PROGRAM if name in model["state"]}
        )
    notebook["metadata"] = {
        **METADATA,
        **({"widgets": widgets} if _state(widgets) else {}),
    }
    _model_ids(notebook, name)
    return notebook


def _cell_ids(cells: list[dict[str, Any]], name: str) -> None:
    """Keep the ids that are there once; give the others one that depends on the place only."""
    taken = {cell["id"] for cell in cells if cell.get("id")}
    seen: set[str] = set()
    for index, cell in enumerate(cells):
        if not cell.get("id") or cell["id"] in seen:
            attempts = (
                _digest(f"{name} {index} {attempt}")[:8]
                for attempt in range(len(cells) + 1)
            )
            cell["id"] = next(each for each in attempts if each not in taken)
            taken.add(cell["id"])
        seen.add(cell["id"])


def _merged(outputs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Join pieces of one stream that follow each other: how it was cut is chance."""
    last: dict[str, Any] | None = None
    for output in outputs:
        if (
            last
            and output["output_type"] == "stream"
            and output["name"] == last.get("name")
        ):
            last["text"] += output["text"]
            continue
        if last:
            yield last
        last = output
    if last:
        yield last


def _clean(output: dict[str, Any]) -> dict[str, Any]:
    """Take the kernel's file names and addresses out of an output's texts."""
    for key in {"text", "traceback", "evalue"} & set(output):
        output[key] = _in_strings(output[key], _without_chance)
    for kind in output.get("data", {}):
        if kind.startswith("text/"):
            output["data"][kind] = _in_strings(output["data"][kind], _without_chance)
    return output


def _without_chance(text: str) -> str:
    return ADDRESS.sub("0x...", CELL_FILE.sub("<cell>", text))


def _alt_text(cell: dict[str, Any]) -> None:
    """Put a figure's alt text, which its output carries, where the website looks for it."""
    alts = [
        details["alt"]
        for output in cell["outputs"]
        for kind, details in output.get("metadata", {}).items()
        if kind.startswith("image/")
        and isinstance(details, dict)
        and details.get("alt")
    ]
    mystnb = dict(cell["metadata"].pop("mystnb", {}))
    image = {
        key: value for key, value in mystnb.pop("image", {}).items() if key != "alt"
    }
    if alts:
        image["alt"] = alts[0]
    if image:
        mystnb["image"] = image
    if mystnb:
        cell["metadata"]["mystnb"] = mystnb


def _state(widgets: dict[str, Any]) -> dict[str, Any]:
    state: dict[str, Any] = widgets.get(WIDGET_STATE, {}).get("state", {})
    return state


def _model_ids(notebook: Notebook, name: str) -> None:
    """Number the widgets' models in order; sorted ids keep the order, so that doing it twice is safe."""
    ids = dict.fromkeys(_state(notebook["metadata"].get("widgets", {})))
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            view = output.get("data", {}).get(WIDGET_VIEW, {})
            ids.update(dict.fromkeys([view["model_id"]] if "model_id" in view else []))
    start = _digest(name)[:24]
    new = {old: f"{start}{index:08x}" for index, old in enumerate(ids)}

    def rename(text: str) -> str:
        return MODEL_ID.sub(lambda match: new.get(match[0], match[0]), text)

    for cell in notebook["cells"]:
        if ids and "outputs" in cell:
            cell["outputs"] = _in_strings(cell["outputs"], rename)
    if "widgets" in notebook["metadata"]:
        notebook["metadata"]["widgets"] = _in_strings(
            notebook["metadata"]["widgets"], rename
        )


def _in_strings(value: Any, change: Callable[[str], str]) -> Any:
    """Change every string inside lists and dictionaries, keys too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_in_strings(each, change) for each in value]
    if isinstance(value, dict):
        return {change(key): _in_strings(each, change) for key, each in value.items()}
    return value


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def problems(text: str, name: str) -> list[str]:
    """Say what keeps a notebook file from being one that was run and is in stable form."""
    try:
        notebook = loads(text)
    except ValueError as error:
        return [f"{name}: {error}"]
    found = []
    count = 0
    for number, cell in enumerate(notebook["cells"], start=1):
        tags = cell["metadata"].get("tags", [])
        if (
            cell["cell_type"] != "code"
            or not cell["source"].strip()
            or "skip-execution" in tags
        ):
            continue
        count += 1
        if cell["execution_count"] is None:
            found.append(f"{name}, cell {number}: not executed")
        elif cell["execution_count"] != count:
            found.append(
                f"{name}, cell {number}: execution count {cell['execution_count']}, not {count}"
            )
        if "raises-exception" not in tags:
            errors = [
                output for output in cell["outputs"] if output["output_type"] == "error"
            ]
            found.extend(
                f"{name}, cell {number}: {error['ename']}: {error['evalue']}"
                for error in errors
            )
    if dumps(stabilize(notebook, name)) != text:
        found.append(f"{name}: not in stable form")
    return found
