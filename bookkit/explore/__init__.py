"""Explorers: what a chapter lets its readers move with their own hands. One call each."""

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bookkit.explore.explorer import Explorer

if TYPE_CHECKING:
    import numpy as np

    import nnfs_lib as nn
    from bookkit.explore.chapter12 import Garment

# Each recipe is imported when it is asked for: a notebook waits for its own only.


def glance(chapter: int) -> Explorer:
    """A chapter's first question, with one picture to answer it by hand."""
    own = importlib.import_module(f"bookkit.explore.chapter{chapter}").GLANCE
    return Explorer(own, question=own.question, said=own.said)


def neuron() -> Explorer:
    """Chapter 1: a neuron's weights and bias, and the line that they draw through the spiral."""
    from bookkit.explore.chapter1 import NEURON

    return Explorer(NEURON)


def layer_shapes() -> Explorer:
    """Chapter 1: a layer's four matrices, their shapes, and where each output comes from."""
    from bookkit.explore.chapter1 import SHAPES

    return Explorer(SHAPES)


def bend() -> Explorer:
    """Chapter 2: what one hidden neuron adds to a curve, with ReLU, a sigmoid or nothing."""
    from bookkit.explore.chapter2 import BEND

    return Explorer(BEND)


def softmax() -> Explorer:
    """Chapter 2: three logits, a temperature, and a shift that changes nothing."""
    from bookkit.explore.chapter2 import SOFTMAX

    return Explorer(SOFTMAX)


def landscape() -> Explorer:
    """Chapter 3: the loss over two weights, and the network at each place."""
    from bookkit.explore.chapter3 import LANDSCAPE

    return Explorer(LANDSCAPE)


def confidence() -> Explorer:
    """Chapter 3: what cross-entropy and accuracy say as confidence moves."""
    from bookkit.explore.chapter3 import CONFIDENCE

    return Explorer(CONFIDENCE)


def backpropagation() -> Explorer:
    """Chapter 4: a small network, forward and backward, one number after the other."""
    from bookkit.explore.chapter4 import BACKPROPAGATION

    return Explorer(BACKPROPAGATION)


def fused() -> Explorer:
    """Chapter 5: the push that softmax and cross-entropy give each logit, in one and in two steps."""
    from bookkit.explore.chapter5 import FUSED

    return Explorer(FUSED)


def race() -> Explorer:
    """Chapter 6: five optimizers from one start, on four surfaces, moved and turned as one likes."""
    from bookkit.explore.chapter6 import RACE

    return Explorer(RACE)


def penalties() -> Explorer:
    """Chapter 7: what L1 and L2 of any strength do to answers, weights and losses."""
    from bookkit.explore.chapter7 import PENALTIES

    return Explorer(PENALTIES)


def masks() -> Explorer:
    """Chapter 8: which neurons dropout drops in each step, and what passes."""
    from bookkit.explore.chapter8 import MASKS

    return Explorer(MASKS)


def dropout() -> Explorer:
    """Chapter 8: what dropout's rate does to answers and losses."""
    from bookkit.explore.chapter8 import DROPOUT

    return Explorer(DROPOUT)


def regression() -> Explorer:
    """Chapter 9: where a network's kinks start and go, and when its curve sticks."""
    from bookkit.explore.chapter9 import REGRESSION

    return Explorer(REGRESSION)


def tasks() -> Explorer:
    """Chapter 10: one width and one learning rate for three tasks, and the three histories."""
    from bookkit.explore.chapter10 import THREE_TASKS

    return Explorer(THREE_TASKS)


def minibatches() -> Explorer:
    """Chapter 11: what the size of a batch and the order of the samples do to a training."""
    from bookkit.explore.chapter11 import MINIBATCHES

    return Explorer(MINIBATCHES)


def garment(
    model: "nn.Model | None" = None,
    pictures: "np.ndarray | None" = None,
    names: Sequence[str] | None = None,
) -> "Garment":
    """Chapter 12: a garment to turn, spoil or draw, and what a trained network says of it.

    model: one of your own, Rescaling or Flatten first, then Dense, ReLU or Dropout, and Softmax last.
    pictures: (n, 28, 28), uint8, to choose from. names: one for each output of the model.
    """
    from bookkit.explore.chapter12 import Garment

    return Garment(model, pictures, names)


def bits() -> Explorer:
    """Chapter 13: how many bits a trained network's parameters need, and in which layer."""
    from bookkit.explore.chapter13 import HOW_FEW

    return Explorer(HOW_FEW)


def kernel() -> Explorer:
    """Lab Convolution: nine weights that slide over a garment, and what comes out."""
    from bookkit.explore.lab_convolution import KERNEL, SETS

    return Explorer(KERNEL, sets=SETS, thirds=True)


def depth() -> Explorer:
    """Lab Deep networks: how large signals and gradients are, layer by layer."""
    from bookkit.explore.lab_deep import DEPTH

    return Explorer(DEPTH)


def memory() -> Explorer:
    """Lab Sequences: a slope on its way back through fifty steps."""
    from bookkit.explore.lab_recurrent import MEMORY

    return Explorer(MEMORY)


def playground(**own: Any) -> Explorer:
    """A small network to train, with every setting in the reader's hand.

    dense, activation: layer classes of your own to train with, made as dense(n_inputs, n_neurons) and
    activation().
    """
    from bookkit.explore.play import Playground

    return Playground(**own)
