"""Datasets, built in chapters 1 and 9.

Generated from the chapters: edit them, not this file.
"""

import numpy as np

__all__ = ["sine_data", "spiral_data"]


def spiral_data(
    samples: int, classes: int, rng: "np.random.Generator | int | None" = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return points X and labels y: a spiral arm of `samples` points for each class.

    X: (samples * classes, 2), float32; y: (samples * classes,), integer.

    A point of class c at radius r stands at the angle 2.5 * (4 * (c + r) + noise)
    radians, the noise normal with standard deviation 0.2. After Karpathy
    (CS231n, 2015), with angles stretched 2.5 times as by Kinsley and Kukiela (2020).

    Built in chapter 1.
    """
    if samples < 1 or classes < 1:
        raise ValueError(
            f"spiral_data needs at least one of each, got {samples=}, {classes=}."
        )
    radius = np.tile(np.linspace(0, 1, samples), classes)
    labels = np.repeat(np.arange(classes), samples)
    noise = 0.2 * np.random.default_rng(rng).standard_normal(labels.size)
    angle = 2.5 * (4 * (labels + radius) + noise)
    X = np.column_stack((radius * np.sin(angle), radius * np.cos(angle)))
    return X.astype(np.float32), labels


def sine_data(samples: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """Return X, evenly from 0 to 1, and y = sin(2 pi X): one turn of the sine.

    X and y: (samples, 1), float32.

    Built in chapter 9.
    """
    if samples < 1:
        raise ValueError(f"sine_data needs at least one sample, got {samples=}.")
    X = np.linspace(0, 1, samples).reshape(-1, 1)
    return X.astype(np.float32), np.sin(2 * np.pi * X).astype(np.float32)
