# What one can do with the book. Everything is installed into .venv, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CHAPTER ?=
# JupyterLab refuses to run for root, who is the only user in many containers, unless told.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.PHONY: help serve book lab test check export run clean

help: ## list what one can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: book ## build the site, serve it from this machine and print its address
	@$(BIN)/python -m bookkit serve

book: $(VENV)/.site ## build the site into _build/html
	$(BIN)/jupyter-book build -W -n --keep-going --all .

lab: $(VENV)/.notebooks ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=. --LabApp.default_url=/lab/tree/chapters/01_dense_layer.ipynb $(AS_ROOT)

test: $(VENV)/.test ## check everything, then test the library, the notebooks and the site in a browser
	$(BIN)/python -m bookkit browser
	$(MAKE) check
	$(MAKE) book
	$(BIN)/pytest tests --ignore=tests/site
	$(BIN)/pytest tests/site --numprocesses=logical --maxprocesses=4 --dist=loadgroup
	$(BIN)/pytest --nbval --nbval-current-env --nbval-cell-timeout=300 chapters playground.ipynb

check: $(VENV)/.test ## check style and types, and that library and outputs are current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m bookkit export --check
	$(BIN)/python -m bookkit run --check

export: $(VENV)/.notebooks ## write nnfs_lib anew from the chapters
	$(BIN)/python -m bookkit export

run: $(VENV)/.notebooks ## run one chapter and keep its outputs: make run CHAPTER=02
	@test -n "$(CHAPTER)" || { echo "Which chapter? For example: make run CHAPTER=02"; exit 2; }
	$(BIN)/python -m bookkit run $(CHAPTER)

clean: ## remove what was built, and the virtual environment
	rm -rf _build $(VENV) *.egg-info .mypy_cache .pytest_cache .ruff_cache

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
