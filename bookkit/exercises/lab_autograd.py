"""Checkers for the exercises of lab *Gradients by themselves*."""

from types import SimpleNamespace

import numpy as np

from bookkit.checks import Exercise, expect_array, expect_number, fail
from nnfs_lib.labs import autograd as lab


def tools_of(function):
    """Return the lab's names as the reader has them: the notebook has a Tensor of its own."""
    own = getattr(function, "__globals__", {})
    return SimpleNamespace(
        **{name: own.get(name, getattr(lab, name)) for name in lab.__all__}
    )


def maximum(answer):
    """Judge the operation that returns the larger of two, with its ways back."""
    a = np.array([[1.0, -2.0, 0.5], [3.0, 4.0, -1.0]])
    b = np.array([[2.0, -3.0, 0.5], [1.0, 4.0, 5.0]])
    d = np.array([[3.0, -5.0, 7.0], [2.0, -1.0, 4.0]])
    kept = [a.copy(), b.copy(), d.copy()]
    found = answer(a, b)
    if not isinstance(found, tuple | list) or len(found) != 2:
        fail("Return two things: the outputs, and a tuple of two ways back.")
    outputs = expect_array(found[0], a.shape, "What comes out")
    if np.array_equal(outputs, np.minimum(a, b)):
        fail("Those are the smaller ones.")
    if not np.array_equal(outputs, np.maximum(a, b)):
        fail("The outputs should be the larger of a and b, number by number.")
    ways = found[1]
    if not isinstance(ways, tuple | list) or len(ways) != 2:
        fail("There are two inputs: return a tuple of two ways, one to each.")
    if not all(callable(way) for way in ways):
        fail("A way back is a function of d, such as lambda d: ..., and no array yet.")
    first, second = (
        expect_array(way(d), a.shape, f"What goes back to {name}")
        for way, name in zip(ways, "ab", strict=True)
    )
    if not all(
        np.array_equal(now, old) for now, old in zip((a, b, d), kept, strict=True)
    ):
        fail("Something that was handed in was changed: make new arrays.")
    share = np.where(a == b, 0.5, a > b)
    apart = a != b
    if np.allclose(first, share) and np.allclose(second, 1 - share):
        fail("Those are the slopes of this step alone: multiply them by d.")
    if np.allclose(first, (1 - share) * d) and np.allclose(second, share * d):
        fail("The other way round: the first way leads to a.")
    if np.allclose(first, np.where(d > 0, d, 0)):
        fail("Which of the two was larger decides, and not the sign of d.")
    if np.allclose(first, d) and np.allclose(second, d):
        fail("The smaller one did not count: its slope is 0 there.")
    if np.allclose(first[apart], (share * d)[apart]) and np.allclose(
        second[apart], ((1 - share) * d)[apart]
    ):
        if not np.allclose(first + second, d):
            fail(
                "Where both are equal, the two slopes should add up to d, half of it each."
            )
        if not np.allclose(first, share * d):
            fail("Where both are equal, each gets half of d.")
    if not (np.allclose(first, share * d) and np.allclose(second, (1 - share) * d)):
        fail(
            "To a goes d where a was larger, to b where b was, and 0 where it was not."
        )
    return "With maximum(a, zeros) you have ReLU, and half a slope at its corner."


def dropout(answer):
    """Judge a module that drops while it trains."""
    tools = tools_of(getattr(answer, "forward", answer))
    rng = np.random.default_rng(0)
    inputs = tools.Tensor(rng.uniform(1, 2, (200, 50)).astype(np.float32), True)
    layer = answer(0.2, rng=1)
    if not isinstance(layer, tools.Module):
        fail("Inherit from Module: then train() and eval() find your class.")
    outputs = layer(inputs)
    if not isinstance(outputs, tools.Tensor):
        fail(f"forward should return a Tensor, not {type(outputs).__name__}.")
    expect_array(outputs.data, inputs.shape, "What forward returns")
    if not outputs.requires_grad:
        fail(
            "The tape ends here: multiply the tensor itself by the mask, not its data."
        )
    ratio = outputs.data / inputs.data
    share = np.mean(ratio == 0)
    if share == 0:
        fail("Nothing was dropped, though a module trains until eval() is called.")
    zeros = ratio == 0
    if (zeros == zeros[0]).all() or (zeros == zeros[:, :1]).all():
        fail("Whole rows or columns are dropped: draw a number for every entry.")
    if 0.75 < share < 0.85:
        fail("rate is the share that is dropped: here 0.2, but 0.8 were.")
    if not 0.17 < share < 0.23:
        fail(f"A share of {share:.2f} was dropped, and not 0.2.")
    left = float(np.median(ratio[ratio != 0]))
    if abs(left - 1) < 1e-6:
        fail("What stays has to grow, divided by 1 - rate, or the mean would shrink.")
    if not np.allclose(ratio[ratio != 0], 1.25):
        fail(f"What stays grew {left:.3g} times: divide it by 1 - rate, here 0.8.")
    if outputs.data.dtype != np.float32:
        fail(
            f"float32 went in and {outputs.data.dtype} came out: .astype(inputs.data.dtype) "
            "for the mask."
        )
    outputs.sum().backward()
    if not np.allclose(inputs.grad, ratio):
        fail("The gradient should pass where the numbers did, as much enlarged.")
    if np.array_equal(layer(inputs).data == 0, zeros):
        fail("The second batch lost the same numbers: draw anew in forward.")
    layer.eval()
    quiet = layer(inputs)
    if np.any(quiet.data == 0):
        fail("After eval() nothing is dropped: look at self.training.")
    if not np.array_equal(quiet.data, inputs.data):
        fail("After eval() the inputs pass as they are; they grow in training only.")
    seeds = [answer(0.2, rng=seed)(inputs).data == 0 for seed in (5, 5, 6)]
    if not np.array_equal(seeds[0], seeds[1]):
        fail("The same seed should drop the same numbers: draw from rng only.")
    if np.array_equal(seeds[0], seeds[2]):
        fail("Two seeds drop the same numbers: is rng used?")
    return "No backward was needed: the tape knows how to go through a product."


def watch(tools, network):
    """Return the network in another that notes how many samples came, and what backward had left."""

    def forward(self, inputs):
        slopes = [parameter.grad for parameter in self.parameters()]
        self.counts.append(len(inputs.data))
        self.finished.append(all(slope is not None for slope in slopes))
        return self.network(inputs)

    watched = type("Watched", (tools.Module,), {"forward": forward})()
    watched.network = network
    watched.counts, watched.finished = [], []
    return watched


def small_network(tools):
    """Return a network 3-4-2 in float64."""
    rng = np.random.default_rng(0)
    return tools.Sequential(
        tools.Linear(3, 4, rng=rng, dtype=np.float64),
        tools.ReLU(),
        tools.Linear(4, 2, rng=rng, dtype=np.float64),
    )


def whole_batch(X, y):
    """Return the loss and the gradients of all samples at once."""
    net = small_network(lab)
    value = lab.CrossEntropyLoss()(net(lab.Tensor(X)), y)
    value.backward()
    return value.item(), [parameter.grad for parameter in net.parameters()]


def in_pieces(answer):
    """Judge gradients that are gathered piece by piece."""
    tools = tools_of(answer)
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((10, 3)), rng.integers(0, 2, 10)
    for size in (5, 4, 10):
        expected, slopes = whole_batch(X, y)
        watched = watch(tools, small_network(tools))
        parameters = watched.parameters()
        before = [parameter.data.copy() for parameter in parameters]
        value = answer(watched, tools.CrossEntropyLoss(), X, y, size)
        judge_pieces(watched, before, size)
        for parameter, slope in zip(parameters, slopes, strict=True):
            if parameter.grad is None:
                fail("The parameters have no gradients: call backward for each piece.")
            judge_slope(parameter.grad, slope, size, len(X))
        if isinstance(value, tools.Tensor):
            fail("Return the loss as a number: item() takes it off the tape.")
        found = expect_number(value, "The loss of the whole batch")
        if not np.isclose(found, expected):
            fail(
                f"In pieces of {size} the loss is {found:.4f}; that of the whole batch is "
                f"{expected:.4f}. Weight each piece by its share of the samples."
            )
        again = [parameter.grad.copy() for parameter in parameters]
        answer(watched, tools.CrossEntropyLoss(), X, y, size)
        if not np.allclose(parameters[0].grad, again[0]):
            fail("Called again, it added to what was there: begin with zero_grad().")
    return "So a batch may be larger than the memory: only a piece is on the tape."


def judge_pieces(watched, before, size):
    """Hint at what is wrong with how the network was asked."""
    after = [parameter.data for parameter in watched.parameters()]
    if not watched.counts:
        fail("The network was not called.")
    if any(
        not np.array_equal(old, new) for old, new in zip(before, after, strict=True)
    ):
        fail("The parameters moved: gather the gradients only, and leave the step out.")
    if max(watched.counts) > size:
        fail(
            f"{max(watched.counts)} samples were on the tape at once; {size} are allowed."
        )
    if sum(watched.counts) < 10:
        fail(f"{sum(watched.counts)} of 10 samples went in: the last piece is shorter.")
    if sum(watched.counts) > 10:
        fail(
            f"{sum(watched.counts)} samples went in, and there are 10: each goes in once."
        )
    if len(watched.counts) > 1 and not watched.finished[1]:
        fail(
            "All pieces were on a tape at the same time: call backward for each piece, before the "
            "next; and zero_grad once, before the first."
        )


def judge_slope(found, slope, size, count):
    """Hint at how gathered gradients differ from those of the whole batch."""
    if np.allclose(found, slope):
        return
    pieces = -(-count // size)
    if pieces > 1 and np.allclose(found, pieces * slope):
        fail(
            f"The gradient is {pieces} times too large: each piece's loss is a mean, so weight it by "
            "its share of the samples."
        )
    if count % size == 0 and np.allclose(found * pieces, slope):
        fail(f"The gradient is {pieces} times too small: a share was taken twice.")
    if np.allclose(found, count * slope):
        fail("That is the gradient of the sum: divide by the number of samples.")
    if count % size:
        fail(
            f"With pieces of {size} of {count} samples the gradient is off: the last piece is "
            "smaller, and counts for less. Weight each by its share."
        )
    fail(
        "The gradients are not those of the whole batch: they add up by themselves, so call "
        "zero_grad once, before the first piece."
    )


EXERCISES = (
    Exercise("autograd.1", "the larger of two", maximum),
    Exercise("autograd.2", "dropout", dropout),
    Exercise("autograd.3", "a batch in pieces", in_pieces),
)
