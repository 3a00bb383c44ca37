# What one can do with the book. Everything is installed into .venv, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CHAPTER ?=
# JupyterLab refuses to run for root, who is the only user in many containers, unless told.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.PHONY: help serve book lab test test-live test-oldest test-newest check export explorers run clean
# As many tests side by side as there are cores, each on a core of its own, in the order that we give: what
# takes longest comes first.
SIDE_BY_SIDE := OPENBLAS_NUM_THREADS=1 pytest --numprocesses=logical --maxprocesses=4 --no-loadscope-reorder
NOTEBOOKS := --nbval --nbval-current-env --nbval-cell-timeout=900 --dist=loadscope chapters labs five_systems.ipynb playground.ipynb

help: ## list what one can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: book ## build the site, serve it from this machine and print its address
	@$(BIN)/python -m bookkit serve

book: $(VENV)/.site ## build the site into _build/html, and JupyterLite beside it
	$(BIN)/jupyter-book build -W -n --keep-going --all .
	$(BIN)/python -m bookkit lite

lab: $(VENV)/.notebooks ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=. --LabApp.default_url=/lab/tree/chapters/01_dense_layer.ipynb $(AS_ROOT)

test: $(VENV)/.test ## check everything, then test the library, the notebooks and the site in a browser
	$(BIN)/python -m bookkit browser
	$(MAKE) check
	$(MAKE) book
	PATH=$(BIN):$$PATH $(SIDE_BY_SIDE) tests --ignore=tests/site
	PATH=$(BIN):$$PATH $(SIDE_BY_SIDE) --dist=loadgroup tests/site
	PATH=$(BIN):$$PATH $(SIDE_BY_SIDE) $(NOTEBOOKS)

test-live: $(VENV)/.test book ## run every chapter and lab in the browser's Python, and say how long each takes
	$(BIN)/python -m bookkit browser
	$(BIN)/pytest -s tests/site/test_live_chapters.py --every-chapter

test-oldest: ## test code and notebooks with the oldest packages that pyproject.toml allows
test-newest: ## test code and notebooks with the newest packages there are
RESOLUTION_oldest := lowest-direct
RESOLUTION_newest := highest
# What other packages say to each other of their future is no fault of the book's.
PATIENT := -W default::DeprecationWarning -W default::PendingDeprecationWarning
test-oldest test-newest: test-%:
	$(PYTHON) -m venv --clear .venv-$*
	.venv-$*/bin/python -m pip install -q uv
	.venv-$*/bin/uv pip install -q --python .venv-$* --resolution $(RESOLUTION_$*) -e ".[test]"
	PATH=.venv-$*/bin:$$PATH $(SIDE_BY_SIDE) $(PATIENT) tests --ignore=tests/site
	PATH=.venv-$*/bin:$$PATH $(SIDE_BY_SIDE) $(PATIENT) $(NOTEBOOKS)

check: $(VENV)/.test ## check style and types, and that library, explorers and outputs are current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m bookkit export --check
	$(BIN)/python -m bookkit explorers --check
	$(BIN)/python -m bookkit run --check

export: $(VENV)/.notebooks ## write nnfs_lib anew from chapters and labs
	$(BIN)/python -m bookkit export

explorers: $(VENV)/.notebooks ## compute anew the explorers' frames that are not current
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m bookkit explorers

run: $(VENV)/.notebooks ## run one chapter and keep its outputs: make run CHAPTER=02
	@test -n "$(CHAPTER)" || { echo "Which chapter? For example: make run CHAPTER=02"; exit 2; }
	$(BIN)/python -m bookkit run $(CHAPTER)

clean: ## remove what was built, and the virtual environment
	rm -rf _build $(VENV) .venv-* *.egg-info .mypy_cache .pytest_cache .ruff_cache

# A stamp for each set of extras: made again only when what it depends on changed.
$(VENV)/.%: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -e ".[$*]" -c constraints.txt
	@touch $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "There is no $(PYTHON): install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$$($(PYTHON) --version) is too old: the book needs 3.11 or newer (make PYTHON=/path/to/python3)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "$(PYTHON) has no venv module: install it (on Debian and Ubuntu: apt install python3-venv)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
