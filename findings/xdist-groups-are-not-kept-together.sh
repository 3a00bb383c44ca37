#!/usr/bin/env bash
# pytest-xdist 3.8.0 with pytest 9.2.0, from PyPI: `--dist=loadgroup` sends tests with one and the same
# `xdist_group` mark to both workers, without a word, where it promises one. With pytest 9.1.1 one worker gets
# all of them, and their names end in `@name`; with 9.2.0 the names stay as they are.
#
# Fails where pytest 9.2.0 keeps the group together, or pytest 9.1.1 does not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/test_group.py" <<'PYTHON'
import time

import pytest


@pytest.mark.xdist_group("together")
@pytest.mark.parametrize("number", range(20))
def test_where(number, worker_id):
    time.sleep(0.05)
    print("ran on", worker_id)
PYTHON
workers() {
    python3 -m venv --clear "$folder/venv"
    "$folder/venv/bin/pip" install -q "pytest==$1" pytest-xdist==3.8.0
    (cd "$folder" && venv/bin/python -m pytest -n 2 --dist=loadgroup -rP test_group.py) |
        grep '^ran on' | sort -u | wc -l
}
old=$(workers 9.1.1)
new=$(workers 9.2.0)
echo "workers that ran the 20 tests of one group: $old with pytest 9.1.1, $new with pytest 9.2.0"
[ "$old" = 1 ] && [ "$new" = 2 ] || { echo "this has changed"; exit 1; }
