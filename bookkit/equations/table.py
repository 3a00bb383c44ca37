"""The equations of each chapter, and what each is compared with."""

from dataclasses import dataclass

import numpy as np

from bookkit.equations import measures as m

DRAWS = 50  # random shapes and numbers for each equation
LOOPS, SLOPE = "plain Python", "differences"
TWO_STEPS = "activation, then loss"


@dataclass(frozen=True)
class Equation:
    """One equation: what it is, what it is compared with, and how."""

    name: str
    against: str
    error: m.Measure

    def worst(self, library: m.Library) -> float:
        """Return the largest error of DRAWS draws; the same draws every time."""
        seeds = range(DRAWS)
        return max(self.error(library, np.random.default_rng(seed)) for seed in seeds)


EPSILON, DECAYING = (1e-8, 1e-3), (0.5, 0.99)

EQUATIONS: dict[int, list[Equation]] = {
    1: [Equation("Dense: outputs", LOOPS, m.dense_outputs)],
    2: [
        Equation(f"{name}: outputs", LOOPS, m.activation_outputs(name))
        for name in ("ReLU", "Sigmoid", "Softmax")
    ],
    3: [
        Equation(
            "CategoricalCrossentropy: labels", LOOPS, m.categorical_loss(one_hot=False)
        ),
        Equation(
            "CategoricalCrossentropy: one-hot", LOOPS, m.categorical_loss(one_hot=True)
        ),
        Equation("BinaryCrossentropy", LOOPS, m.binary_loss),
    ],
    4: [
        Equation("Dense: dinputs", SLOPE, m.layer_gradient(m.dense)),
        Equation("Dense: dweights", SLOPE, m.layer_gradient(m.dense, "weights")),
        Equation("Dense: dbiases", SLOPE, m.layer_gradient(m.dense, "biases")),
        *(
            Equation(f"{name}: dinputs", SLOPE, m.layer_gradient(m.activation(name)))
            for name in ("ReLU", "Sigmoid", "Softmax")
        ),
        Equation(
            "CategoricalCrossentropy: gradient, labels",
            SLOPE,
            m.categorical_gradient(one_hot=False),
        ),
        Equation(
            "CategoricalCrossentropy: gradient, one-hot",
            SLOPE,
            m.categorical_gradient(one_hot=True),
        ),
        Equation("BinaryCrossentropy: gradient", SLOPE, m.binary_gradient),
        Equation("A whole network: every gradient", SLOPE, m.network_gradient),
    ],
    5: [
        Equation("SoftmaxCategoricalCrossentropy", LOOPS, m.fused_softmax_loss),
        Equation(
            "SoftmaxCategoricalCrossentropy: gradient",
            SLOPE,
            m.fused_gradient(m.fused_softmax),
        ),
        Equation(
            "SoftmaxCategoricalCrossentropy: gradient",
            TWO_STEPS,
            m.fused_and_two_steps(
                m.fused_softmax, "Softmax", "CategoricalCrossentropy"
            ),
        ),
        Equation(
            "SoftmaxCategoricalCrossentropy: value and gradient",
            f"{LOOPS} and {SLOPE}",
            m.fused_softmax_at_once,
        ),
        Equation("SigmoidBinaryCrossentropy", LOOPS, m.fused_sigmoid_loss),
        Equation(
            "SigmoidBinaryCrossentropy: gradient",
            SLOPE,
            m.fused_gradient(m.fused_sigmoid),
        ),
        Equation(
            "SigmoidBinaryCrossentropy: gradient",
            TWO_STEPS,
            m.fused_and_two_steps(m.fused_sigmoid, "Sigmoid", "BinaryCrossentropy"),
        ),
    ],
    6: [
        Equation("SGD: 30 steps", LOOPS, m.optimizer("SGD", {})),
        Equation(
            "SGD with momentum: 30 steps",
            LOOPS,
            m.optimizer("SGD", {"momentum": DECAYING}),
        ),
        Equation(
            "Adagrad: 30 steps", LOOPS, m.optimizer("Adagrad", {"epsilon": EPSILON})
        ),
        Equation(
            "RMSprop: 30 steps",
            LOOPS,
            m.optimizer("RMSprop", {"epsilon": EPSILON, "rho": DECAYING}),
        ),
        Equation(
            "Adam: 30 steps",
            LOOPS,
            m.optimizer(
                "Adam", {"epsilon": EPSILON, "beta_1": DECAYING, "beta_2": DECAYING}
            ),
        ),
    ],
}
