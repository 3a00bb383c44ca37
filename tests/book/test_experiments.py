"""What the longer experiments kept: the tables that chapters print, and the scripts that write them."""

import subprocess
import sys

import numpy as np
import pytest
from notebook_cells import ROOT

from bookkit.experiments import FOLDER, kept, seeds

SCRIPT = ROOT / "benchmarks/experiments.py"


def test_every_kept_table_has_its_script_and_versions():
    names = {path.stem for path in FOLDER.glob("*.json")}
    scripts = {path.stem[11:] for path in SCRIPT.parent.glob("experiment_*.py")}
    assert names - {"elsewhere", "lenet_step"} == scripts
    for name in names:
        assert kept(name)["versions"]


def test_a_table_that_is_missing_says_what_writes_it():
    with pytest.raises(FileNotFoundError, match=r"experiments\.py none writes it"):
        kept("none")


def test_a_browser_gets_fewer_seeds_and_says_so(monkeypatch, capsys):
    assert seeds(10, browser=2) == range(10)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert seeds(10, browser=2) == range(2)
    assert seeds(3) == range(1)
    assert capsys.readouterr().out == (
        "[Python in a browser is slow: 2 starts here, not 10.]\n"
        "[Python in a browser is slow: 1 start here, not 3.]\n"
    )


def test_without_a_name_the_script_lists_the_experiments():
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 2
    assert "race" in done.stdout


def test_the_race_tuned_everyone_on_the_same_rates_and_ran_everyone_from_ten_starts():
    race = kept("race")
    rates = {}
    for tried in race["grid"]:
        rates.setdefault((tried["name"], tried["decay"]), set()).add(tried["rate"])
    assert len({frozenset(each) for each in rates.values()}) == 1
    for row in race["rows"]:
        assert len(row["accuracy"]) == len(row["loss"]) >= 10
        assert row["rate"] in rates[row["name"], row["decay"]]


def test_twelve_starts_end_at_twelve_places():
    endings = kept("endings")
    assert len(set(endings["loss"])) == 12
    assert 0.1 < np.median(endings["loss"]) < 0.4


def test_what_others_do_is_known_with_its_version():
    elsewhere = kept("elsewhere")
    for table in elsewhere["tables"].values():
        for cells in table.values():
            for library in cells:
                name = library.partition(":")[0].partition(" on ")[0]
                assert name == "book" or name in elsewhere["versions"]
