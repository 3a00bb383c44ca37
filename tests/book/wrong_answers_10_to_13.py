"""Wrong answers to the exercises of chapters 10 to 13, each with the hint that it should get."""

import math
import re
from itertools import pairwise
from pathlib import Path

import numpy as np

import nnfs_lib as nn


def on_the_line(
    *, swap=False, restore=True, copy=True, penalty=False, mixed=False, step=False
):
    """Return exercise 10.2's function, with what a reader may get wrong."""

    def answer(model, X, y, start, end, shares):
        before = model.parameters.copy() if copy else model.parameters
        start, end = (end, start) if swap else (start, end)

        def loss_at(place):
            model.parameters[...] = place
            if step:
                return model.step(X, y)[0]
            value = model.loss.calculate(model.forward(X), y)
            return value + model.regularization_loss() * penalty

        if mixed:
            ends = loss_at(start), loss_at(end)
            losses = [(1 - t) * ends[0] + t * ends[1] for t in shares]
        else:
            losses = [loss_at((1 - t) * start + t * end) for t in shares]
        if restore:
            model.parameters[...] = before
        return losses

    return answer, nn.Model, nn


def walk_by_name(model, X, y, start, end, shares):
    for t in shares:
        model.parameters = (1 - t) * start + t * end
    return []


def walk_on(model, X, y, start, end, shares):
    """Add t (end - start) each time, to where it stands."""
    before, losses = model.parameters.copy(), []
    model.parameters[...] = start
    for t in shares:
        model.parameters[...] += t * (end - start)
        losses.append(model.loss.calculate(model.forward(X), y))
    model.parameters[...] = before
    return losses


def walk_over_the_start(model, X, y, start, end, shares):
    before, losses = model.parameters.copy(), []
    for t in shares:
        start *= 1 - t
        start += t * end
        model.parameters[...] = start
        losses.append(model.loss.calculate(model.forward(X), y))
    model.parameters[...] = before
    return losses


def walk_without_writing(model, X, y, start, end, shares):
    losses = []
    for t in shares:
        theta = model.parameters
        theta = (1 - t) * start + t * end
        assert theta.shape == start.shape
        losses.append(model.loss.calculate(model.forward(X), y))
    return losses


def walk_to_an_array(model, X, y, start, end, shares):
    return np.array(on_the_line()[0](model, X, y, start, end, shares))


def until(
    *,
    nested=False,
    beyond=False,
    over=False,
    one=False,
    early=False,
    ten=False,
    measured=False,
    last=False,
    strict=False,
    anew=False,
    loud=False,
):
    """Return exercise 10.3's function, with what a reader may get wrong."""

    def answer(model, X, y, accuracy, *, at_a_time=10, most=1000):
        reached = []
        while len(reached) < most:
            at_a_time = 10 if ten else at_a_time
            epochs = at_a_time if over else min(at_a_time, most - len(reached))
            epochs = 1 if one else epochs
            if anew:
                model.set(optimizer=nn.Adam(0.05))
            history = model.train(X, y, epochs=epochs, print_every=int(loud))
            reached += [history.accuracy] if nested else history.accuracy
            best = max(history.accuracy)
            if last:
                best = history.accuracy[-1]
            if measured:
                best = model.accuracy.calculate(model.forward(X), y)
            if early or best > accuracy or (best == accuracy and not strict):
                break
        if beyond:
            reached += model.train(X, y, epochs=20, print_every=0).accuracy
        return reached

    return answer, nn.Model, nn


class Scale(nn.Layer):
    parameter_names = ("factors",)

    def __init__(self, features):
        self.factors = np.ones((1, features), np.float32)

    def forward(self, inputs):
        self.inputs = inputs
        self.outputs = inputs * self.factors
        return self.outputs

    def backward(self, doutputs):
        self.dfactors = np.sum(doutputs * self.inputs, axis=0, keepdims=True)
        return doutputs * self.factors


class Unnamed(Scale):
    parameter_names = ()


class Doubles(Scale):
    def __init__(self, features):
        self.factors = np.ones((1, features))


class MeanGradient(Scale):
    def backward(self, doutputs):
        self.dfactors = np.mean(doutputs * self.inputs, axis=0, keepdims=True)
        return doutputs * self.factors


class FlatGradient(Scale):
    def backward(self, doutputs):
        self.dfactors = np.sum(doutputs * self.inputs, axis=0)
        return doutputs * self.factors


class WrongInputs(Scale):
    def backward(self, doutputs):
        super().backward(doutputs)
        return doutputs * self.inputs


class InPlace(Scale):
    def forward(self, inputs):
        self.inputs = inputs
        inputs *= self.factors
        return inputs


class ChangesDoutputs(Scale):
    def backward(self, doutputs):
        self.dfactors = np.sum(doutputs * self.inputs, axis=0, keepdims=True)
        doutputs *= self.factors
        return doutputs


class MovesItself(Scale):
    def backward(self, doutputs):
        self.dfactors = np.sum(doutputs * self.inputs, axis=0, keepdims=True)
        dinputs = doutputs * self.factors
        self.factors -= 0.1 * self.dfactors
        return dinputs


class AddsUp(Scale):
    dfactors = 0

    def backward(self, doutputs):
        self.dfactors = self.dfactors + np.sum(
            doutputs * self.inputs, axis=0, keepdims=True
        )
        return doutputs * self.factors


class WholeSum(Scale):
    def backward(self, doutputs):
        self.dfactors = np.full((1, 3), np.sum(doutputs * self.inputs))
        return doutputs * self.factors


def split(order_of, *, swap=False, count=round):
    """Return exercise 11.2's function, with orders drawn by order_of(n, rng)."""

    def answer(X, y, share, rng):
        orders = order_of(len(X), rng)
        n = count(share * len(X))
        for_X, for_y = orders if isinstance(orders, tuple) else (orders, orders)
        parts = X[for_X[n:]], y[for_y[n:]], X[for_X[:n]], y[for_y[:n]]
        return (*parts[2:], *parts[:2]) if swap else parts

    return answer


def permutation(n, rng):
    return rng.permutation(n)


def stop(*, copy=True, back=True, late=0, forever=False, count=True):
    """Return exercise 11.4's function, with what a reader may get wrong."""

    def answer(model, train, val, *, patience, most, batch_size=None):
        losses, best, best_epoch = [], None, 0
        while len(losses) < most:
            options = {"batch_size": batch_size, "print_every": 0}
            losses += model.train(*train, validation_data=val, **options).val_loss
            if losses[-1] == min(losses):
                best = model.parameters.copy() if copy else model.parameters
                best_epoch = len(losses)
            if len(losses) - best_epoch >= patience + late and not forever:
                break
        if back is True or (back == "if stopped" and len(losses) < most):
            model.parameters[...] = best
        return losses if count else losses[:-1]

    return answer, nn.Model, nn


def roll(images, rows, columns):
    return np.roll(images, (rows, columns), axis=(1, 2))


def moved(images, rows, columns):
    """Move pictures, with black coming in."""
    found = np.zeros_like(images)
    for row in range(images.shape[1]):
        for column in range(images.shape[2]):
            to = row + rows, column + columns
            if 0 <= to[0] < images.shape[1] and 0 <= to[1] < images.shape[2]:
                found[:, to[0], to[1]] = images[:, row, column]
    return found


def in_place(images, rows, columns):
    images[...] = moved(images, rows, columns)
    return images


def within(images, rows, columns):
    """Cut and paste, for shifts down and to the right alone."""
    found = np.zeros_like(images)
    height, width = images.shape[1:]
    found[:, rows:, columns:] = images[:, : height - rows, : width - columns]
    return found


def idx(*, big=True, kind=8, order="C", flat=False):
    """Return exercise 12.3's function, with what a reader may get wrong."""

    def answer(array):
        array = array.reshape(-1) if flat else array
        sizes = [size.to_bytes(4, "big" if big else "little") for size in array.shape]
        return bytes([0, 0, kind, array.ndim]) + b"".join(sizes) + array.tobytes(order)

    return answer


def keep(
    *,
    first="save",
    order=None,
    pattern="",
    name="06d",
    more=True,
    once=False,
    lowest=False,
    returns=True,
    spare=False,
):
    """Return exercise 13.3's function, with what a reader may get wrong."""

    def numbered(folder):
        found = [
            each
            for each in Path(folder).iterdir()
            if re.fullmatch(r"step-(\d{6}|[1-9]\d{6,})\.npz", each.name)
        ]
        return sorted(found, key=lambda each: int(each.name[5:-4]))

    def answer(model, folder, step, keep):
        path = Path(folder) / f"step-{step:{name}}.npz"
        if first == "save":
            model.save(path, include_optimizer=more)
        files = sorted(Path(folder).glob(pattern)) if pattern else numbered(folder)
        files = sorted(files, key=order) if order else files
        files = [each for each in files if each != path] if spare else files
        left = keep if first == "save" and not spare else keep - 1
        old = files[left:] if lowest else files[: max(len(files) - left, 0)]
        for each in old[:1] if once else old:
            each.unlink()
        if first != "save":
            model.save(path, include_optimizer=more)
        return path if returns else None

    return answer, nn.Model, nn


def mean(
    *,
    dtype=float,
    last=False,
    swallow=False,
    restore=True,
    divide=True,
    weights_only=False,
):
    """Return exercise 13.4's function, with what a reader may get wrong."""

    def answer(paths, model):
        before = model.get_parameters()
        sums = [[np.zeros(array.shape, dtype) for array in pair] for pair in before]
        try:
            for path in paths:
                model.load_parameters(path)
                for pair, new_pair in zip(sums, model.get_parameters(), strict=True):
                    for total, new in zip(pair, new_pair, strict=True):
                        total += new
        except ValueError:
            if restore:
                model.set_parameters(before)
            if swallow:
                return
            raise
        if not last:
            count = len(paths) if divide else 1
            means = [[total / count for total in pair] for pair in sums]
            if weights_only:
                means = [(weights, np.zeros_like(biases)) for weights, biases in means]
            model.set_parameters(means)

    return answer, nn.Model, nn


def flip_whole(value, bit):
    return np.float32(value).view(np.uint32) ^ np.uint32(1 << bit)


def flip_from_the_left(value, bit):
    return (np.float32(value).view(np.uint32) ^ np.uint32(1 << (31 - bit))).view(
        np.float32
    )


def flip_double(value, bit):
    return float(flip_from_the_left(value, 31 - bit))


def flip_sets(value, bit):
    """Set the bit, whatever it was."""
    return (np.float32(value).view(np.uint32) | np.uint32(1 << bit)).view(np.float32)


def rates(counts):
    return np.diag(counts) / np.maximum(counts.sum(axis=1), 1)


def with_warning(counts):
    with np.errstate(all="warn"):
        return (
            np.nan_to_num(np.diag(counts) / counts.sum(axis=1)),
            np.nan_to_num(np.diag(counts) / counts.sum(axis=0)),
        )


def sizes(sizes):
    return sum(n * m for n, m in pairwise(sizes))


def emptied(sizes):
    total, n = 0, sizes.pop(0)
    while sizes:
        total, n = total + (n + 1) * sizes[0], sizes.pop(0)
    return total


WRONG_ANSWERS = [
    ("10.1", sizes, "every neuron has a bias"),
    ("10.1", lambda sizes: sum(sizes), "n * m weights and m biases"),
    ("10.1", lambda sizes: None, "does your function return"),
    ("10.1", lambda sizes: sum(n * m + n for n, m in pairwise(sizes)), "m biases"),
    ("10.1", lambda sizes: [(n + 1) * m for n, m in pairwise(sizes)], "one number"),
    ("10.1", lambda sizes: f"{sum(sizes)} parameters", "should be one number, not '"),
    ("10.1", lambda sizes: (sizes[0] + 1) * sizes[-1], "n * m weights and m biases"),
    ("10.1", emptied, "has changed"),
    ("10.2", on_the_line(swap=True), "turn t around"),
    ("10.2", on_the_line(restore=False), "keep a copy of them first"),
    ("10.2", on_the_line(copy=False), "keep a copy of them first"),
    ("10.2", on_the_line(penalty=True), "without the penalty"),
    ("10.2", on_the_line(mixed=True), "not the losses"),
    ("10.2", on_the_line(step=True), "took a step of training"),
    ("10.2", (walk_by_name, nn.Model, nn), "write model.parameters[...] = new"),
    ("10.2", (walk_on, nn.Model, nn), "whatever came before it"),
    ("10.2", (walk_over_the_start, nn.Model, nn), "start or end has changed"),
    ("10.2", (walk_without_writing, nn.Model, nn), "write into the vector"),
    ("10.2", (walk_to_an_array, nn.Model, nn), "as a list"),
    ("10.3", until(ten=True), "three epochs, looks"),
    ("10.3", until(measured=True), "in which an epoch has it"),
    ("10.3", until(last=True), "in which an epoch has it"),
    ("10.3", until(strict=True), "in which an epoch has it"),
    ("10.3", until(anew=True), "another optimizer"),
    ("10.3", until(loud=True), "silently"),
    ("10.4", (InPlace, nn.Model, nn), "forward changed its inputs"),
    ("10.4", (ChangesDoutputs, nn.Model, nn), "backward changed doutputs"),
    ("10.4", (MovesItself, nn.Model, nn), "steps are the optimizer's"),
    ("10.4", (AddsUp, nn.Model, nn), "that of the last batch alone"),
    ("10.4", (WholeSum, nn.Model, nn), "sum of doutputs * inputs over the batch"),
    ("10.3", until(nested=True), "one flat list"),
    ("10.3", until(beyond=True), "It trained on"),
    ("10.3", until(over=True), "are 20, 20 and 10 epochs"),
    ("10.3", until(one=True), "trains 20 epochs, looks"),
    ("10.3", until(early=True), "before the accuracy was reached"),
    ("10.4", (Unnamed, nn.Model, nn), 'parameter_names = ("factors",)'),
    ("10.4", (Doubles, nn.Model, nn), "begin as float32"),
    ("10.4", (MeanGradient, nn.Model, nn), "is the sum of doutputs * inputs"),
    ("10.4", (FlatGradient, nn.Model, nn), "dfactors"),
    ("10.4", (WrongInputs, nn.Model, nn), "dinputs = doutputs * factors"),
    ("11.1", lambda n, size, epochs: epochs * (n // size), "is a step too"),
    ("11.1", lambda n, size, epochs: math.ceil(n / size), "10, not 5"),
    ("11.1", lambda n, size, epochs: math.ceil(n * epochs / size), "3, not 1"),
    ("11.1", lambda n, size, epochs: epochs * (n // size + 1), "3, not 4"),
    ("11.1", lambda n, size, epochs: epochs * n / size, "10, not 9.375"),
    ("11.1", lambda n, size, epochs: epochs * round(n / size), "is a step too"),
    ("11.1", lambda n, size, epochs: None, "does your function return"),
    ("11.1", lambda n, size, epochs: [math.ceil(n / size)] * epochs, "one number"),
    ("11.2", split(permutation, swap=True), "The share is that of the validation"),
    ("11.2", split(lambda n, rng: np.arange(n)), "draw them with rng"),
    (
        "11.2",
        split(lambda n, rng: (rng.permutation(n), rng.permutation(n))),
        "lost its target",
    ),
    ("11.2", split(lambda n, rng: rng.integers(n, size=n)), "in both parts"),
    (
        "11.2",
        split(lambda n, rng: np.random.default_rng().permutation(n)),
        "draw with rng alone",
    ),
    ("11.2", split(permutation, count=math.ceil), "rounded 2"),
    ("11.3", lambda known, values: float(np.mean(values)), "Return two things"),
    (
        "11.3",
        lambda known, values: (
            (known[0] + np.mean(values)) / (2 if known[1] else 1),
            known[1] + len(values),
        ),
        "weigh them",
    ),
    (
        "11.3",
        lambda known, values: (
            np.append(np.full(known[1], known[0]), values).mean(),
            known[1] + 1,
        ),
        "After two values, two samples",
    ),
    (
        "11.3",
        lambda known, values: (known[0] * known[1] + values.mean(), known[1] + 1),
        "After two values, two samples",
    ),
    (
        "11.3",
        lambda known, values: (
            (known[0] * known[1] + values.sum()) / len(values),
            known[1] + len(values),
        ),
        "2, 4 and 9 have the mean 5",
    ),
    (
        "11.3",
        lambda known, values: (known[0] + values.sum(), known[1] + len(values)),
        "with nothing before, is 3",
    ),
    ("11.3", lambda known, values: None, "Return two things"),
    ("11.4", stop(late=-1), "20 epochs after its best one"),
    ("11.4", stop(copy=False), "remember them as a copy"),
    ("11.4", stop(back=False), "remember them as a copy"),
    ("11.4", stop(late=1), "20 epochs after its best one"),
    ("11.4", stop(forever=True), "It never stopped"),
    ("11.4", stop(back="if stopped"), "run out first"),
    ("11.4", stop(count=False), "losses came back"),
    ("12.1", lambda n, h, w, d: n * h * w * np.dtype(d).itemsize, "Those are bytes"),
    (
        "12.1",
        lambda n, h, w, d: n * h * w * np.dtype(d).itemsize / 2**20,
        "not 1,048,576",
    ),
    ("12.1", lambda n, h, w, d: n * h * w / 1e6, "as float32"),
    ("12.1", lambda n, h, w, d: f"{n * h * w / 1e6} MB", "should be one number"),
    ("12.1", lambda n, h, w, d: n * h * w * np.dtype(d).itemsize // 10**6, "are 47.04"),
    ("12.1", lambda n, h, w, d: n * h * w * 8 / 1e6, "as uint8"),
    ("12.1", lambda n, h, w, d: None, "does your function return"),
    ("12.2", lambda counts: rates(counts), "Return two arrays"),
    (
        "12.2",
        lambda counts: (np.diag(counts) / counts.sum(), np.diag(counts) / counts.sum()),
        "Recall: the diagonal over the sum of its row",
    ),
    ("12.2", lambda counts: (counts.sum(axis=1), counts.sum(axis=0)), "Recall: the"),
    ("12.2", lambda counts: (rates(counts).mean(), rates(counts.T).mean()), "shape ()"),
    ("12.2", lambda counts: (rates(counts.T), rates(counts)), "Recall comes first"),
    ("12.2", lambda counts: (rates(counts), rates(counts)), "over the sum of its col"),
    ("12.2", with_warning, "RuntimeWarning"),
    ("12.3", idx(big=False), "can't be read back"),
    ("12.3", idx(kind=0), "It begins with 00 00 08"),
    ("12.3", idx(order="F"), "order of the values"),
    ("12.3", lambda array: array.tolist(), "Return bytes"),
    ("12.3", lambda array: array.tobytes(), "It begins with 00 00 08"),
    ("12.3", lambda array: bytes([0, 0, 8, array.ndim]) + array.tobytes(), "read back"),
    ("12.3", idx(flat=True), "It begins with 00 00 08"),
    ("12.4", roll, "it should be black"),
    ("12.4", within, "your code stopped with"),
    ("12.4", in_place, "have changed"),
    ("12.4", lambda i, r, c: moved(i, -r, c), "moves a picture down"),
    ("12.4", lambda i, r, c: moved(i, r, -c), "isn't right yet"),
    ("12.4", lambda i, r, c: moved(i, r, c).astype(float), "stay uint8"),
    ("12.4", lambda i, r, c: moved(i, r, c) if r or c else i, "Return new pictures"),
    ("13.1", lambda n, more: n, "has four bytes"),
    ("13.1", lambda n, more: 4 * n * (1 + more), "remembers two things"),
    ("13.1", lambda n, more: 8 * n, "four bytes are"),
    ("13.1", lambda n, more: 4 * n, "three times"),
    ("13.1", lambda n, more: 4 * n + (8 if more else 0), "three times"),
    ("13.1", lambda n, more: f"{4 * n} bytes", "should be one number"),
    ("13.2", lambda value, bit: np.float32(-value), "with bit 0 flipped"),
    ("13.2", flip_sets, "Flipped twice, a bit is back"),
    ("13.2", lambda value, bit: None, "Return the number"),
    ("13.2", flip_whole, "Return an np.float32"),
    ("13.2", flip_from_the_left, "Bit 31 is the sign"),
    ("13.2", flip_double, "Return an np.float32"),
    ("13.3", keep(first="remove"), "save first, then remove"),
    ("13.3", keep(name="d"), "goes into step-000005.npz"),
    ("13.3", keep(pattern="*.npz"), "none of its own"),
    ("13.3", keep(pattern="step-*.npz"), "step-best.npz counted?"),
    ("13.3", keep(pattern="step-[0-9]*.npz"), "those with the highest numbers stay"),
    (
        "13.3",
        keep(pattern="step-" + 6 * "[0-9]" + ".npz"),
        "names have six digits or more",
    ),
    ("13.3", keep(more=False), "include_optimizer=True"),
    ("13.3", keep(order=lambda each: each.name), "highest two should be left"),
    (
        "13.3",
        keep(order=lambda each: each.stat().st_mtime_ns),
        "there should be 120 and 1000",
    ),
    ("13.3", keep(once=True), "all but two"),
    ("13.3", keep(lowest=True), "those with the highest numbers stay"),
    ("13.3", keep(returns=False), "return the path"),
    ("13.3", keep(spare=True), "only the highest number stays"),
    ("13.4", mean(dtype=np.float32), "add up in float64"),
    ("13.4", mean(last=True), "mean of those in the files"),
    ("13.4", mean(swallow=True), "let it come through"),
    ("13.4", mean(restore=False), "put its parameters back"),
    ("13.4", mean(divide=False), "should be the mean"),
    ("13.4", mean(weights_only=True), "The biases are parameters too"),
]
