"""Optimizers: where they go in thirty steps."""

import numpy as np

from bookkit.equations import oracles
from bookkit.equations.measures import Library, Measure, Rng, difference, draw, sizes

STEPS = 30


def optimizer(name: str, settings: dict[str, tuple[float, float]]) -> Measure:
    """Compare where an optimizer takes parameters with sums over all their gradients.

    settings: between which two values each argument is drawn. The parameters start at 0, so
    that the error is one of their way.
    """

    def error(library: Library, rng: Rng) -> float:
        chosen = {key: rng.uniform(*ends) for key, ends in settings.items()}
        rate, decay = rng.uniform(0.001, 0.5), rng.uniform(0.0, 0.5)
        array = np.zeros(sizes(rng)[:2])
        gradients = draw(rng, STEPS, *array.shape)
        stepper = getattr(library, name)(rate, decay=decay, **chosen)
        for gradient in gradients:
            stepper.step([(array, gradient)])
        oracle = getattr(oracles, name.lower())
        rates = oracles.rates(STEPS, rate, decay)
        columns = gradients.reshape(STEPS, -1).T.tolist()
        return difference(array.ravel(), [oracle(c, rates, **chosen) for c in columns])

    return error
