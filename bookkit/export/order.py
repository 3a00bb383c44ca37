"""Sort names so that each comes after what it needs."""

from collections.abc import Iterable, Mapping


class CycleError(ValueError):
    """Names that need each other; `names` begins and ends with the same."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(" -> ".join(names))
        self.names = names


def ordered(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the names so that each comes after what it needs, moving as few as possible."""
    rank = {name: index for index, name in enumerate(needs)}
    done: list[str] = []
    path: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        if name in path:
            raise CycleError([*path[path.index(name) :], name])
        path.append(name)
        for needed in sorted(set(needs[name]) - {name}, key=rank.__getitem__):
            visit(needed)
        path.pop()
        done.append(name)

    for name in needs:
        visit(name)
    return done
