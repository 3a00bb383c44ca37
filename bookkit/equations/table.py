"""The equations of each chapter and lab, and what each is compared with."""

from dataclasses import dataclass

import numpy as np

from bookkit.equations import (
    fused,
    lab_autograd,
    lab_convolution,
    lab_deep,
    lab_recurrent,
    lab_trainer,
    layers,
    losses,
    models,
    optimizers,
    regression,
    starts,
)
from bookkit.equations.measures import Library, Measure

DRAWS = 50  # random shapes and numbers for each equation
LOOPS, SLOPE = "plain Python", "differences"
TWO_STEPS = "activation, then loss"
EVERY_DRAW, SAME_DRAWS, ITSELF = "every draw", "the same draws", "itself"
NEVER_STOPPED = "a training that never stopped"


@dataclass(frozen=True)
class Equation:
    """One equation: what it is, what it is compared with, and how."""

    name: str
    against: str
    error: Measure

    def worst(self, library: Library) -> float:
        """Return the largest error of DRAWS draws; the same draws every time."""
        seeds = range(DRAWS)
        return max(self.error(library, np.random.default_rng(seed)) for seed in seeds)


EPSILON, DECAYING = (1e-8, 1e-3), (0.5, 0.99)
REDUCTIONS = ("mean", "sum", "none")
MODES = ("training", "prediction")

# by the number of a chapter, or the name of a lab
EQUATIONS: dict[int | str, list[Equation]] = {
    1: [Equation("Dense: outputs", LOOPS, layers.dense_outputs)],
    2: [
        Equation(f"{name}: outputs", LOOPS, layers.activation_outputs(name))
        for name in ("ReLU", "Sigmoid", "Tanh", "Softmax")
    ],
    3: [
        Equation(
            "CategoricalCrossentropy: labels",
            LOOPS,
            losses.categorical_loss(one_hot=False),
        ),
        Equation(
            "CategoricalCrossentropy: one-hot",
            LOOPS,
            losses.categorical_loss(one_hot=True),
        ),
        Equation("BinaryCrossentropy", LOOPS, losses.binary_loss),
    ],
    4: [
        Equation("Dense: dinputs", SLOPE, layers.layer_gradient(layers.dense)),
        Equation(
            "Dense: dweights", SLOPE, layers.layer_gradient(layers.dense, "weights")
        ),
        Equation(
            "Dense: dbiases", SLOPE, layers.layer_gradient(layers.dense, "biases")
        ),
        *(
            Equation(
                f"{name}: dinputs",
                SLOPE,
                layers.layer_gradient(layers.activation(name)),
            )
            for name in ("ReLU", "Sigmoid", "Tanh", "Softmax")
        ),
        Equation(
            "CategoricalCrossentropy: gradient, labels",
            SLOPE,
            losses.categorical_gradient(one_hot=False),
        ),
        Equation(
            "CategoricalCrossentropy: gradient, one-hot",
            SLOPE,
            losses.categorical_gradient(one_hot=True),
        ),
        Equation("BinaryCrossentropy: gradient", SLOPE, losses.binary_gradient),
        Equation("A whole network: every gradient", SLOPE, losses.network_gradient),
    ],
    5: [
        Equation("SoftmaxCategoricalCrossentropy", LOOPS, fused.fused_softmax_loss),
        Equation(
            "SoftmaxCategoricalCrossentropy: gradient",
            SLOPE,
            fused.fused_gradient(fused.fused_softmax),
        ),
        Equation(
            "SoftmaxCategoricalCrossentropy: gradient",
            TWO_STEPS,
            fused.fused_and_two_steps(
                fused.fused_softmax, "Softmax", "CategoricalCrossentropy"
            ),
        ),
        Equation(
            "SoftmaxCategoricalCrossentropy: value and gradient",
            f"{LOOPS} and {SLOPE}",
            fused.fused_softmax_at_once,
        ),
        Equation("SigmoidBinaryCrossentropy", LOOPS, fused.fused_sigmoid_loss),
        Equation(
            "SigmoidBinaryCrossentropy: gradient",
            SLOPE,
            fused.fused_gradient(fused.fused_sigmoid),
        ),
        Equation(
            "SigmoidBinaryCrossentropy: gradient",
            TWO_STEPS,
            fused.fused_and_two_steps(
                fused.fused_sigmoid, "Sigmoid", "BinaryCrossentropy"
            ),
        ),
    ],
    6: [
        Equation("SGD: 30 steps", LOOPS, optimizers.optimizer("SGD", {})),
        Equation(
            "SGD with momentum: 30 steps",
            LOOPS,
            optimizers.optimizer("SGD", {"momentum": DECAYING}),
        ),
        Equation(
            "Adagrad: 30 steps",
            LOOPS,
            optimizers.optimizer("Adagrad", {"epsilon": EPSILON}),
        ),
        Equation(
            "RMSprop: 30 steps",
            LOOPS,
            optimizers.optimizer("RMSprop", {"epsilon": EPSILON, "rho": DECAYING}),
        ),
        Equation(
            "Adam: 30 steps",
            LOOPS,
            optimizers.optimizer(
                "Adam", {"epsilon": EPSILON, "beta_1": DECAYING, "beta_2": DECAYING}
            ),
        ),
    ],
    7: [
        Equation("penalty", LOOPS, layers.penalty),
        Equation("penalty_gradient: L1", SLOPE, layers.penalty_gradient(l1=True)),
        Equation("penalty_gradient: L2", SLOPE, layers.penalty_gradient(l2=True)),
        Equation(
            "penalty_gradient: both", SLOPE, layers.penalty_gradient(l1=True, l2=True)
        ),
        Equation("Dense: regularization loss", LOOPS, layers.regularization_loss),
        Equation(
            "Dense with penalties: dweights",
            SLOPE,
            layers.penalized_gradient("weights"),
        ),
        Equation(
            "Dense with penalties: dbiases", SLOPE, layers.penalized_gradient("biases")
        ),
    ],
    8: [
        Equation("Dropout: expectation", EVERY_DRAW, layers.dropout_expectation),
        Equation("Dropout: dinputs", SLOPE, layers.layer_gradient(layers.dropout)),
        Equation(
            "Dropout outside training: outputs",
            ITSELF,
            layers.dropout_outside_training("forward"),
        ),
        Equation(
            "Dropout outside training: dinputs",
            ITSELF,
            layers.dropout_outside_training("backward"),
        ),
    ],
    9: [
        Equation(
            "MeanSquaredError",
            LOOPS,
            regression.regression_loss("MeanSquaredError", power=2),
        ),
        Equation(
            "MeanSquaredError: gradient",
            SLOPE,
            regression.regression_gradient("MeanSquaredError"),
        ),
        Equation(
            "MeanAbsoluteError",
            LOOPS,
            regression.regression_loss("MeanAbsoluteError", power=1),
        ),
        Equation(
            "MeanAbsoluteError: gradient",
            SLOPE,
            regression.regression_gradient("MeanAbsoluteError"),
        ),
        Equation("RegressionAccuracy: precision", LOOPS, regression.precision),
        Equation(
            "glorot_uniform: variance",
            SAME_DRAWS,
            starts.variance(
                "glorot_uniform",
                starts.uniform_numbers,
                lambda n_inputs, n_neurons: 2 / (n_inputs + n_neurons),
            ),
        ),
        Equation(
            "he_normal: variance",
            SAME_DRAWS,
            starts.variance(
                "he_normal",
                starts.normal_numbers,
                lambda n_inputs, n_neurons: 2 / n_inputs,
            ),
        ),
        Equation("sine_data", LOOPS, regression.sine),
    ],
    10: [
        Equation("Model: gradients", SLOPE, models.gradients),
        Equation("Model: loss", LOOPS, models.training_loss),
    ],
    11: [
        Equation("Model: loss in batches", LOOPS, models.loss_in_batches),
    ],
    12: [
        Equation("Rescaling: outputs", LOOPS, models.rescaled),
        Equation("Rescaling: dinputs", SLOPE, layers.layer_gradient(models.rescaling)),
        Equation("Flatten: dinputs", SLOPE, layers.layer_gradient(models.flatten)),
    ],
    13: [
        Equation("Model: loaded outputs", LOOPS, models.loaded_outputs),
        Equation("Model: resumed parameters", NEVER_STOPPED, models.resumed),
    ],
    "trainer": [
        *(
            Equation(f"mse: {reduction}", LOOPS, lab_trainer.reduced(reduction))
            for reduction in REDUCTIONS
        ),
        *(
            Equation(
                f"mse_gradient: {reduction}",
                SLOPE,
                lab_trainer.reduced_gradient(reduction),
            )
            for reduction in REDUCTIONS
        ),
        Equation("HalfSquaredError", LOOPS, lab_trainer.half),
        Equation("HalfSquaredError: gradient", SLOPE, lab_trainer.half_gradient),
        Equation(
            "AdamW: parameters",
            LOOPS,
            lambda library, rng: optimizers.optimizer(
                "AdamW",
                {
                    "epsilon": EPSILON,
                    "beta_1": DECAYING,
                    "beta_2": DECAYING,
                    "weight_decay": (0.0, 0.5),
                },
            )(library.trainer, rng),
        ),
    ],
    "autograd": [
        *(
            Equation(f"{name}: way back", SLOPE, lab_autograd.way_back(name))
            for name in lab_autograd.OPERATIONS
        ),
        Equation("unbroadcast: gradient", SLOPE, lab_autograd.unbroadcast),
        Equation("Tensor: gradients of a network", SLOPE, lab_autograd.network),
        *(
            Equation(
                f"{name}: gradient" if gradient else name,
                SLOPE if gradient else LOOPS,
                lab_autograd.loss(name, gradient=gradient),
            )
            for name in lab_autograd.LOSSES
            for gradient in (False, True)
        ),
        Equation(
            "SGD: parameters", LOOPS, lab_autograd.optimizer("SGD", lambda rng: {})
        ),
        Equation(
            "SGD with momentum: parameters",
            LOOPS,
            lab_autograd.optimizer(
                "SGD", lambda rng: {"momentum": rng.uniform(0.1, 0.95)}
            ),
        ),
        Equation(
            "Adam: parameters",
            LOOPS,
            lab_autograd.optimizer(
                "Adam",
                lambda rng: {
                    "betas": tuple(rng.uniform(*DECAYING, 2)),
                    "eps": rng.uniform(*EPSILON),
                },
            ),
        ),
    ],
    "convolution": [
        equation
        for name, make in lab_convolution.MAKES.items()
        for equation in (
            Equation(f"{name}: outputs", LOOPS, lab_convolution.OUTPUTS[name]),
            *(
                Equation(f"{name}: d{part}", SLOPE, layers.layer_gradient(make, part))
                for part in lab_convolution.PARTS[name]
            ),
        )
    ],
    "deep": [
        *(
            Equation(
                f"BatchNorm in {mode}: outputs",
                LOOPS,
                lab_deep.norm_outputs(training=mode == "training"),
            )
            for mode in MODES
        ),
        *(
            Equation(
                f"BatchNorm in {mode}: d{of}",
                SLOPE,
                lab_deep.norm_gradient(of, training=mode == "training"),
            )
            for mode in MODES
            for of in ("inputs", "scale", "shift")
        ),
        *(
            Equation(f"{name}: outputs", LOOPS, lab_deep.activation_outputs(name))
            for name in ("LeakyReLU", "Softplus")
        ),
        *(
            Equation(f"{name}: dinputs", SLOPE, lab_deep.activation_gradient(name))
            for name in ("LeakyReLU", "Softplus")
        ),
        Equation("Huber", LOOPS, lab_deep.huber(gradient=False)),
        Equation("Huber: gradient", SLOPE, lab_deep.huber(gradient=True)),
        *(
            Equation(f"{name}: 30 rates", LOOPS, lab_deep.schedule(name))
            for name in ("StepDecay", "ExponentialDecay", "CosineDecay", "Warmup")
        ),
        *(
            Equation(f"{name}: 30 steps", LOOPS, lab_deep.optimizer(name, settings))
            for name, settings in {
                "Nesterov": {"momentum": DECAYING},
                "RAdam": {"epsilon": EPSILON, "beta_1": DECAYING, "beta_2": DECAYING},
            }.items()
        ),
    ],
    "recurrent": [
        Equation("RNN: states", LOOPS, lab_recurrent.states),
        *(
            Equation(f"RNN: d{of}", SLOPE, layers.layer_gradient(lab_recurrent.rnn, of))
            for of in ("inputs", "weights", "state_weights", "biases")
        ),
        *(
            Equation(
                f"EveryStep: d{of}",
                SLOPE,
                layers.layer_gradient(lab_recurrent.every_step, of),
            )
            for of in ("inputs", "weights", "biases")
        ),
        Equation(
            "LastStep: dinputs", SLOPE, layers.layer_gradient(lab_recurrent.last_step)
        ),
        Equation(
            f"ClippedAdam: {lab_recurrent.STEPS} steps", LOOPS, lab_recurrent.clipped
        ),
    ],
}
