"""A faster np.dot for the browser, where NumPy multiplies matrices number by number.

The product itself is front/product.ts, in WebAssembly on Python's own memory. It takes every sum in the
order of NumPy's loop, so that results are the same to the bit; `@` stays as it is.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

SMALL = 512  # multiplications that take less time than the way there
FLOAT = np.dtype(np.float32)


def install(product: Callable[..., object]) -> None:
    """Let np.dot use it for two matrices of float32."""
    np.dot = faster(np.dot, product)


def faster(
    dot: Callable[..., Any], product: Callable[..., object]
) -> Callable[..., Any]:
    """Return a dot that hands matrices of float32 to `product`, and all else to `dot`."""
    room = np.empty(0, FLOAT)

    def fast_dot(a: Any, b: Any, out: Any = None) -> Any:
        nonlocal room
        if not (is_matrix(a) and is_matrix(b) and a.shape[1] == b.shape[0]):
            return dot(a, b, out)
        (rows, inner), columns = a.shape, b.shape[1]
        if rows * inner * columns <= SMALL:
            return dot(a, b, out)
        result = np.empty((rows, columns), FLOAT) if out is None else out
        fits = is_matrix(result) and result.shape == (rows, columns)
        if not (fits and result.flags.c_contiguous and result.flags.writeable):
            return dot(a, b, out)
        needed = inner * (columns + 11) + 32
        if room.size < needed:
            room = np.empty(needed, FLOAT)
        arrays = [(each.ctypes.data, *each.strides) for each in (a, b)]
        place = (result.ctypes.data, result.strides[0], room.ctypes.data)
        product(rows, columns, inner, *arrays[0], *arrays[1], *place)
        return result

    return fast_dot


def is_matrix(array: Any) -> bool:
    """Whether it is an array (rows, columns) of float32."""
    return type(array) is np.ndarray and array.dtype == FLOAT and array.ndim == 2
