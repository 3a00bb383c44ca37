"""JupyterLite beside the site, in its folder lite/: all notebooks, and a kernel in the reader's browser.

The application comes from jupyterlite-core and jupyterlite-pyodide-kernel, without what nobody needs here.
Its kernel is the Pyodide that runs the pages' own cells, with a list of packages in which the book is one:
`import nnfs_lib` or `import bookkit` loads it. What Pyodide's own list has comes from the public network,
each package checked by its hash; the rest, and with a folder of Pyodide's files all of it, from the site.
"""

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bookkit.files import ROOTS
from bookkit.site import live

FOLDER = "lite"  # of the site
OPEN = "notebooks/index.html"  # with ?path=: one notebook
NAME = "inside_a_neural_network"
PYTHON = "3.13"  # Pyodide's
NOTEBOOKS = ("chapters/*.ipynb", "labs/*.ipynb", "*.ipynb")
# What notebooks read, and what they link to.
BESIDE = ("data/**/*", "glossary.md", "notation.md", "references.md")
# Old browsers' fonts, and what explains the application's own files.
UNNEEDED = ("build/fa-*.eot", "build/fa-*.svg", "build/fa-*.ttf", "doc")
# The kernel, and the front-end of ipywidgets for JupyterLab 4.5, as JupyterLite is: 3.0.16 isn't minified,
# 3.0.17 is for 4.6. Neither is installed: a JupyterLab beside them would load them as well, and complain.
FRONTS = ("jupyterlite-pyodide-kernel==0.7.2", "jupyterlab-widgets==3.0.15")
ALONE = "alone.js"  # a script of ours, before all others
KERNEL_FOLDER = "extensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
# What Pyodide's list lacks, and what that needs; in the versions that are installed here.
WHEELS = {
    "anywidget": ("ipywidgets", "psygnal", "typing-extensions"),
    "comm": ("traitlets",),
    "ipywidgets": ("comm", "ipython", "traitlets"),
    "psygnal": (),
}
KERNEL_WHEELS = {
    "ipykernel": (),
    "piplite": ("micropip",),
    "pyodide-kernel": ("comm", "ipykernel", "ipython", "jedi"),
}
BOOK = ("anywidget", "matplotlib", "numpy", "pillow", "platformdirs", "tqdm")
# What the kernel installs as it starts, if nobody has: loaded at once, out of the list.
AT_ONCE = (
    *("micropip", "piplite", "sqlite3", "ipykernel"),
    *("comm", "pyodide_kernel", "jedi", "ipython"),
)
SETTINGS = {
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 5},
    # Cells stay where they are, even out of sight: an explorer would begin anew each time.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--directory", type=Path, default=Path("_build/html"), help="the built site"
    )


def main(arguments: argparse.Namespace) -> int:
    """Write JupyterLite into the built site."""
    write_files(arguments.directory)
    return 0


def write_files(site: Path) -> None:
    """Write the application, the notebooks and the packages into the site."""
    target = site / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(application(), target)
    write_contents(target)
    write_wheel(target / "wheels", NAME, version(NAME), live.own_files())
    configure(site)
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    print(f"JupyterLite: {size / 1e6:.1f} MB")


def application() -> Path:
    """Return the folder of the application and its wheels, made anew where a version has changed."""
    place = Path(sysconfig.get_path("data")) / "share/inside-a-neural-network/lite"
    wanted = [f"{name}=={version(name)}" for name in WHEELS]
    alone = (live.FRONT / ALONE).read_text("utf-8")
    made = json.dumps([version("jupyterlite-core"), FRONTS, wanted, UNNEEDED, alone])
    stamp = place / "made"
    if not stamp.is_file() or stamp.read_text() != made:
        shutil.rmtree(place, ignore_errors=True)
        wheels, fronts = place / "wheels", place / "fronts"
        download(wheels, *wanted)
        download(fronts, *FRONTS)
        build(place / "app", [*fronts.iterdir(), *wheels.glob("anywidget-*")])
        wheels.rename(place / "app/wheels")
        stamp.write_text(made)
    return place / "app"


def build(app: Path, extensions: list[Path]) -> None:
    """Build the application with these wheels' front-ends, and without its notebooks."""
    config = {
        "apps": ["lab", "notebooks"],
        "federated_extensions": list(map(str, extensions)),
        "ignore_sys_prefix": ["federated_extensions"],  # what else is installed here
        "no_libarchive": True,
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "jupyter_lite_config.json"
        file.write_text(json.dumps({"LiteBuildConfig": config}))
        run("jupyterlite_core", "build", f"--output-dir={app}", folder=folder)
    for pattern in UNNEEDED:
        for path in app.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copyfile(live.FRONT / ALONE, app / ALONE)
    for page in app.glob("*/index.html"):
        text = page.read_text("utf-8")
        begin, head, rest = text.partition("<head>")
        page.write_text(
            f'{begin}{head}\n    <script src="../{ALONE}"></script>{rest}', "utf-8"
        )


def download(folder: Path, *wanted: str) -> None:
    """Download packages of plain Python, as wheels for Pyodide."""
    run(
        *("pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"),
        *("--platform=any", f"--python-version={PYTHON}"),
        *("--implementation=py", "--abi=none"),
        *(f"--dest={folder}", "--disable-pip-version-check", *wanted),
    )


def run(module: str, *arguments: str, folder: str | None = None) -> None:
    """Run a module of Python's there; a RuntimeError says what went wrong."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stdout}{done.stderr}")


def write_contents(target: Path) -> None:
    """Copy what a reader may open, and list each folder as JupyterLite asks for it."""
    root = ROOTS[0]
    for pattern in (*NOTEBOOKS, *BESIDE):
        for file in root.glob(pattern):
            if file.is_file():
                copy = target / "files" / file.relative_to(root)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, copy)
    files = target / "files"
    for folder in (files, *(path for path in files.rglob("*") if path.is_dir())):
        inside = sorted(folder.iterdir())
        listed = model(folder, files) | {
            "format": "json",
            "content": [model(path, files) for path in inside],
        }
        place = target / "api/contents" / folder.relative_to(files) / "all.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(listed), encoding="utf-8")


def model(path: Path, files: Path) -> dict[str, Any]:
    """Return what a Jupyter server says of a file or folder, without its content."""
    kind = "notebook" if path.suffix == ".ipynb" else "file"
    changed = datetime.fromtimestamp(int(path.stat().st_mtime), UTC).isoformat()
    name = path.relative_to(files).as_posix()
    return {
        "name": path.name if path != files else "",
        "path": name if path != files else "",
        "type": "directory" if path.is_dir() else kind,
        "created": changed,
        "last_modified": changed,
        "size": None if path.is_dir() else path.stat().st_size,
        "mimetype": None,
        "format": None,
        "content": None,
        "writable": True,
    }


def write_wheel(
    folder: Path, name: str, release: str, files: Iterable[tuple[str, Path]]
) -> None:
    """Write these files, by their names, as a wheel."""
    label = f"{name}-{release}"
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {release}\n"
    tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    contents = [(file, path.read_bytes()) for file, path in files]
    contents.append((f"{label}.dist-info/METADATA", about.encode()))
    contents.append((f"{label}.dist-info/WHEEL", tags.encode()))
    record = f"{label}.dist-info/RECORD"
    lines = [f"{file},{digest(content)},{len(content)}\n" for file, content in contents]
    contents.append((record, "".join([*lines, f"{record},,\n"]).encode()))
    with zipfile.ZipFile(folder / f"{label}-py3-none-any.whl", "w") as wheel:
        live.fill(wheel, contents)


def digest(content: bytes) -> str:
    """Return a file's hash as a wheel's RECORD has it."""
    hashed = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return f"sha256={hashed.decode().rstrip('=')}"


def configure(site: Path) -> None:
    """Name the place that Python comes from, the site's own if its files are there, and list the packages."""
    target = site / FOLDER
    own = site / "_static/live" / live.OWN
    release = f"./../_static/live/{live.OWN}/" if own.is_dir() else live.release()
    source = own if own.is_dir() else live.installed() / "pyodide"
    lock = packages(
        json.loads((source / live.LOCK).read_text("utf-8")), release, target
    )
    (target / live.LOCK).write_text(json.dumps(lock), encoding="utf-8")
    settings = target / "jupyter-lite.json"
    whole = json.loads(settings.read_text("utf-8"))
    data = whole["jupyter-config-data"]
    data["appName"] = "Inside a Neural Network"
    data["settingsOverrides"] = SETTINGS
    data["litePluginSettings"] = {
        "@jupyterlite/pyodide-kernel-extension:kernel": {
            "pyodideUrl": f"{release}pyodide.js",
            "disablePyPIFallback": True,
            "loadPyodideOptions": {"lockFileURL": live.LOCK, "packages": AT_ONCE},
        }
    }
    settings.write_text(json.dumps(whole), encoding="utf-8")


def packages(lock: dict[str, Any], release: str, target: Path) -> dict[str, Any]:
    """Return Python's list of packages, each with its address, and ours with it."""
    known = {
        name: each | {"file_name": release + each["file_name"]}
        for name, each in lock["packages"].items()
    }
    for name, file, needs in wheels(target):
        known[name] = {
            "name": name,
            "version": file.name.split("-")[1],
            "file_name": file.relative_to(target).as_posix(),
            "install_dir": "site",
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "package_type": "package",
            "imports": [name.replace("-", "_")],
            "depends": list(needs),
            "unvendored_tests": False,
        }
    ours = NAME.replace("_", "-")
    known[ours]["imports"] = ["bookkit", "nnfs_lib"]
    # A folder of files may lack what draws: then nothing is drawn.
    known[ours]["depends"] = [name for name in BOOK if name in known]
    return lock | {"packages": known}


def wheels(target: Path) -> Iterator[tuple[str, Path, tuple[str, ...]]]:
    """Yield each wheel of ours: its name, the file, and what it needs."""
    for folder, needs in (
        ("wheels", {**WHEELS, NAME.replace("_", "-"): BOOK}),
        (KERNEL_FOLDER, KERNEL_WHEELS),
    ):
        for name, needed in needs.items():
            (file,) = (target / folder).glob(f"{name.replace('-', '_')}-*.whl")
            yield name, file, needed
