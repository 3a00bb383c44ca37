"""Wrong answers to the exercises of chapters 4 to 6, each with the hint that it should get."""

import math

import numpy as np

import nnfs_lib as nn


def neuron(*, half=False, turned=False, gate=True, x_used=True, at_zero=False):
    """Return exercise 4.1's slopes, with what a reader may get wrong."""

    def slopes(x, w, b, y):
        z = np.dot(x, w) + b
        dz = (1 if half else 2) * (max(0.0, z) - y) * (-1 if turned else 1)
        if gate and (z < 0 if at_zero else z <= 0):
            dz = 0.0
        return dz * (x if x_used else np.ones(3)), dz

    return slopes


def layer(forward, backward):
    """Return a layer class of which both ways are given; backward sees the layer's inputs."""

    class Layer(nn.Layer):
        def __init__(self, slope=0.1):
            self.slope = slope

        def forward(self, inputs):
            self.inputs = inputs
            return forward(inputs, self.slope)

        def backward(self, doutputs):
            return backward(doutputs, self.inputs, self.slope)

    return Layer


def leak(z, slope):
    return np.where(z > 0, z, slope * z)


def leak_in_place(z, slope):
    z[z < 0] *= slope
    return z


def softplus(z, slope):
    return np.logaddexp(0, z)


def softplus_of_exponentials(z, slope):
    return np.log(1 + np.exp(z))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def center(z, slope):
    return z - z.mean(axis=1, keepdims=True)


def spoil(doutputs, inputs, slope):
    doutputs *= 2
    return doutputs


def directions(
    *,
    back=True,
    entry=False,
    one_sided=False,
    all_entries=False,
    same=False,
    best=max,
    relative=True,
    once=False,
    by_value=False,
    signed=False,
    own_count=False,
    own_step=False,
    adds=False,
):
    """Return exercise 4.5's judge, with what a reader may get wrong."""

    def check(function, array, gradient, rng, directions=5, step=1e-5):
        kept, errors = array.copy(), []
        directions = 5 if own_count else directions
        step = 1e-5 if own_step else step
        for _ in range(40 if all_entries else directions):
            if not (once and errors):
                way = rng.standard_normal(array.shape)
            if entry:
                way *= np.arange(array.size).reshape(array.shape) == 4
            if adds:
                array += step * way
                above = function()
                array -= 2 * step * way
            else:
                array[:] = kept + step * way
                above = function()
                array[:] = kept if one_sided else kept - step * way
            measured = (above - function()) / (step * (1 if one_sided else 2))
            if adds:
                array += step * way
            elif back:
                array[:] = kept
            claimed = np.sum(gradient * way)
            if same:
                claimed, measured = abs(claimed), abs(measured)
            largest = max(abs(claimed), abs(measured)) if relative else 1
            if by_value:
                largest = max(claimed, measured)
            error = claimed - measured
            errors.append((error if signed else abs(error)) / largest)
        return best(errors)

    return check


def constant(value):
    """Return a judge of directions that asks as it should and returns this."""

    def check(*asked):
        directions()(*asked)
        return value

    return check


class Weighted(nn.Loss):
    """Exercise 5.3's loss; the two ways are given by subclasses."""

    def __init__(self, class_weights):
        self.weights = np.asarray(class_weights)
        self.fused = nn.SoftmaxCategoricalCrossentropy()

    def forward(self, logits, targets):
        return self.weights[targets] * self.fused.forward(logits, targets)

    def backward(self, logits, targets):
        return self.weights[targets].reshape(-1, 1) * self.fused.backward(
            logits, targets
        )


def weighted(forward=None, backward=None):
    """Return the class with one of its ways replaced."""
    ways = {"forward": forward, "backward": backward}
    return type("Wrong", (Weighted,), {name: way for name, way in ways.items() if way})


class Poisson(nn.Loss):
    """Exercise 5.4's loss."""

    def forward(self, logits, targets):
        return np.mean(np.exp(logits) - targets * logits, axis=1)

    def backward(self, logits, targets):
        return (np.exp(logits) - targets) / logits.size


def poisson(forward=None, backward=None):
    ways = {"forward": forward, "backward": backward}
    return type("Wrong", (Poisson,), {name: way for name, way in ways.items() if way})


def clip_each(gradients, limit):
    lengths = [np.linalg.norm(gradient) for gradient in gradients]
    for gradient, length in zip(gradients, lengths, strict=True):
        if length > limit:
            gradient *= limit / length
    return math.hypot(*lengths)


def clip_numbers(gradients, limit):
    length = math.sqrt(sum(float(np.sum(g**2)) for g in gradients))
    for gradient in gradients:
        np.clip(gradient, -limit, limit, out=gradient)
    return length


def clip_with_a_guard(gradients, limit):
    length = math.sqrt(sum(float(np.sum(g**2)) for g in gradients))
    for gradient in gradients:
        gradient *= min(1.0, limit / (length + 1e-6))
    return length


def clip_in_the_list(gradients, limit):
    length = math.sqrt(sum(float(np.sum(g**2)) for g in gradients))
    if length > limit:
        gradients[:] = [gradient * limit / length for gradient in gradients]
    return length


def clip(*, in_place=True, only_above=True, after=False):
    """Return exercise 6.1's clipping, with what a reader may get wrong."""

    def answer(gradients, limit):
        length = math.sqrt(sum(float(np.sum(g**2)) for g in gradients))
        factor = limit / length if length > limit or not only_above else 1.0
        for gradient in gradients:
            if in_place:
                gradient *= factor
        return length * factor if after else length

    return answer


def schedule(*, shift=0, late=0, end=0):
    """Return exercise 6.2's rate, with what a reader may get wrong."""

    def rate_at(step, steps, warmup, peak):
        if step < warmup:
            return peak * (step + 1 - shift) / warmup
        share = (step - (warmup - 1) - late) / (steps - warmup + end)
        return peak * (1 + math.cos(math.pi * share)) / 2

    return rate_at


def straight(step, steps, warmup, peak):
    share = max(0, step - (warmup - 1)) / (steps - warmup)
    return peak * min((step + 1) / warmup, 1 - share)


def cooling(curve):
    """Return exercise 6.2's rate with another curve of p."""

    def rate_at(step, steps, warmup, peak):
        if step < warmup:
            return peak * (step + 1) / warmup
        return peak * curve((step - (warmup - 1)) / (steps - warmup))

    return rate_at


def from_the_first(step, steps, warmup, peak):
    if step < warmup:
        return peak / warmup + (peak - peak / warmup) * step / (warmup - 1)
    return schedule()(step, steps, warmup, peak)


def nesterov(update):
    """Return a class with this update."""
    return type("Nesterov", (nn.SGD,), {"update": update})


def plain(self, gradient, change):
    nn.SGD.update(self, gradient, change)


def still(self, gradient, change):
    change = 3 * gradient  # noqa: F841 - a new array, which is the mistake


def eats(self, gradient, change):
    velocity = self.memory["velocity"]
    gradient *= self.current_learning_rate
    velocity[:] = self.momentum * velocity + gradient
    change[:] = self.momentum * velocity + gradient


def forgets(self, gradient, change):
    step = self.current_learning_rate * gradient
    velocity = self.momentum * self.memory["velocity"] + step
    change[:] = self.momentum * velocity + step


def from_the_plain(self, gradient, change):
    nn.SGD.update(self, gradient, change)
    # Right in the first step only, in which the velocity is rate * gradient.
    change += self.momentum * self.memory["velocity"]


def times_both(self, gradient, change):
    velocity = self.memory["velocity"]
    step = self.current_learning_rate * gradient
    velocity[:] = self.momentum * velocity + step
    change[:] = self.momentum * (velocity + step)


def keeps_its_own(self, gradient, change):
    step = self.current_learning_rate * gradient
    self.own = self.momentum * getattr(self, "own", 0.0) + step
    change[:] = self.momentum * self.own + step


def no_decay(self, gradient, change):
    velocity = self.memory["velocity"]
    velocity[:] = self.momentum * velocity + self.learning_rate * gradient
    change[:] = self.momentum * velocity + self.learning_rate * gradient


def twice_the_step(self, gradient, change):
    velocity = self.memory["velocity"]
    velocity[:] = self.momentum * velocity + self.current_learning_rate * gradient
    change[:] = velocity + self.current_learning_rate * gradient


def adamw(step):
    """Return an AdamW with this step."""

    def begin(self, learning_rate=0.001, weight_decay=0.01):
        nn.Adam.__init__(self, learning_rate)
        self.weight_decay = weight_decay

    return type("AdamW", (nn.Adam,), {"__init__": begin, "step": step})


def shrink(self, pairs, factor):
    for array, _ in pairs:
        array *= factor


def used_up(self, parameters):
    for array, _ in parameters:
        array *= 1 - self.current_learning_rate * self.weight_decay
    nn.Adam.step(self, parameters)


def without_the_rate(self, parameters):
    pairs = list(parameters)
    shrink(self, pairs, 1 - self.weight_decay)
    nn.Adam.step(self, pairs)


def moves_first(self, parameters):
    pairs = list(parameters)
    nn.Adam.step(self, pairs)
    shrink(self, pairs, 1 - self.learning_rate * self.weight_decay)


def one_by_one(self, parameters):
    for array, gradient in parameters:
        array *= 1 - self.current_learning_rate * self.weight_decay
        nn.Adam.step(self, [(array, gradient)])


def with_the_first_rate(self, parameters):
    pairs = list(parameters)
    shrink(self, pairs, 1 - self.learning_rate * self.weight_decay)
    nn.Adam.step(self, pairs)


def in_the_gradient(self, parameters):
    pairs = [(a, g + self.weight_decay * a) for a, g in parameters]
    nn.Adam.step(self, pairs)


def finder(
    *,
    back=True,
    stop=4.0,
    keeps_last=True,
    first=0,
    blind=False,
    own=False,
    late=False,
    rebinds=False,
    previous=False,
    at_four=False,
):
    """Return exercise 6.5's finder, with what a reader may get wrong."""

    def try_rates(loss_and_gradients, arrays, lowest=1e-4, factor=1.2, steps=100):
        kept = [array.copy() for array in arrays]
        rates, losses = [], []
        for step in range(first, steps if not own else 100):
            value, gradients = loss_and_gradients()
            compared = losses[-1:] if previous else losses
            exploded = bool(losses) and value > stop * min(compared)
            if at_four and losses:
                exploded = value >= stop * min(losses)
            if not blind and value != value:
                exploded = True
            if exploded and not keeps_last:
                break
            rates.append(lowest * factor**step)
            losses.append(value)
            if exploded:
                break
            for array, gradient in zip(arrays, gradients, strict=True):
                if rebinds:
                    array = array - rates[-1] * gradient
                else:
                    array -= rates[-1] * gradient
            if late:
                losses[-1] = loss_and_gradients()[0]
        for array, old in zip(arrays, kept, strict=True):
            if back:
                array[:] = old
        return rates, losses

    return try_rates


WRONG_ANSWERS = [
    ("4.1", lambda x, w, b, y: 2.0 * x, "Return two things"),
    ("4.1", neuron(gate=False), "the gate lets no slope pass"),
    ("4.1", neuron(at_zero=True), "At z = 0 exactly"),
    ("4.1", neuron(half=True), "has a 2 in front"),
    ("4.1", neuron(turned=True), "The sign is turned"),
    ("4.1", neuron(x_used=False), "is x in it?"),
    ("4.1", lambda x, w, b, y: (neuron()(x, w, b, y)[0], 0.0), "dL/db is not"),
    ("4.2", layer(lambda z, s: np.maximum(z, 0), spoil), "multiplied by the slope"),
    ("4.2", layer(leak, spoil), "changed what it was given"),
    ("4.2", layer(leak_in_place, spoil), "changed its inputs"),
    (
        "4.2",
        layer(leak, lambda d, z, s: np.where(z > 0, 1, s)),
        "multiply it by doutputs",
    ),
    ("4.2", layer(leak, lambda d, z, s: d * np.where(z > 0, 1, 0.1)), "use self.slope"),
    ("4.2", layer(leak, lambda d, z, s: d * (z > 0)), "passes a part"),
    ("4.2", layer(leak, lambda d, z, s: leak(d, s)), "not of doutputs"),
    ("4.2", layer(leak, lambda d, z, s: d * np.where(z > 0, 1, 1 - s)), "say"),
    ("4.2", layer(leak, lambda d, z, s: d[0]), "has shape (3,)"),
    ("4.2", layer(leak, lambda d, z, s: d * ((z > 0) + s * (z < 0))), "at exactly 0"),
    ("4.3", layer(lambda z, s: np.log(np.exp(z)), spoil), "should be ln(1 + e^z)"),
    ("4.3", layer(softplus, lambda d, z, s: sigmoid(z)), "multiply it by doutputs"),
    (
        "4.3",
        layer(softplus, lambda d, z, s: d * sigmoid(z) * (1 - sigmoid(z))),
        "One derivative too many",
    ),
    ("4.3", layer(softplus, lambda d, z, s: d / (1 + np.exp(z))), "on top"),
    ("4.3", layer(softplus, lambda d, z, s: d * (z > 0)), "ReLU's gate"),
    (
        "4.3",
        layer(softplus, lambda d, z, s: d * sigmoid(np.logaddexp(0, z))),
        "you put the outputs in",
    ),
    ("4.3", layer(softplus, lambda d, z, s: d * np.exp(z)), "divide by what"),
    ("4.3", layer(softplus, lambda d, z, s: d * (1 + z**2)), "central differences say"),
    (
        "4.3",
        layer(softplus_of_exponentials, lambda d, z, s: d * sigmoid(z)),
        "forward: at 1000",
    ),
    (
        "4.3",
        layer(softplus, lambda d, z, s: d * np.exp(z) / (1 + np.exp(z))),
        "backward: at 1000",
    ),
    ("4.4", layer(center, lambda d, z, s: d * 2 / 3), "diagonal only"),
    ("4.4", layer(center, lambda d, z, s: d - d.sum(axis=1, keepdims=True)), "the sum"),
    ("4.4", layer(center, lambda d, z, s: d - d.mean(axis=0)), "along the row"),
    ("4.4", layer(lambda z, s: z - z.mean(), spoil), "its own row"),
    ("4.4", layer(center, lambda d, z, s: 1.0 * d), "share of -1/M"),
    ("4.4", layer(center, lambda d, z, s: d - d.mean()), "along the row"),
    ("4.4", layer(center, lambda d, z, s: center(z, s)), "that is forward again"),
    ("4.4", layer(center, lambda d, z, s: center(2 * d, s)), "entry ["),
    ("4.5", constant(None), "returns None"),
    ("4.5", directions(back=False), "put it back"),
    ("4.5", directions(one_sided=True), "Ask on both sides"),
    ("4.5", directions(all_entries=True), "You ask for every number"),
    ("4.5", directions(entry=True), "should move every number"),
    ("4.5", constant(0.5), "should be below 1e-6"),
    ("4.5", constant(0.0), "one wrong entry got the error 0.00e+00"),
    ("4.5", directions(best=min), "return the worst"),
    ("4.5", directions(best=np.mean), "the mean of the five"),
    ("4.5", directions(relative=False), "Divide each difference"),
    ("4.5", directions(best=lambda errors: errors[-1]), "the last direction's error"),
    ("4.5", directions(by_value=True), "Divide by the larger in size"),
    ("4.5", directions(own_count=True), "`directions` is an argument"),
    ("4.5", directions(own_step=True), "`step` is an argument"),
    ("4.5", directions(adds=True), "leave rounding behind"),
    (
        "4.5",
        directions(signed=True, best=lambda errors: abs(max(errors))),
        "take its abs()",
    ),
    ("4.5", directions(once=True), "Draw a new direction each time"),
    ("4.5", directions(same=True), "compare with the sign"),
    ("5.1", lambda z: nn.Softmax().forward(z)[:, 1:], "That is the probability"),
    ("5.1", lambda z: z[:, :1] - z[:, 1:], "the logit of no"),
    ("5.1", lambda z: z[:, 1:], "Divide above and below"),
    ("5.1", lambda z: z[:, 1] - z[:, 0], "has shape (3,)"),
    ("5.1", lambda z: z[:, 1:] / z[:, :1], "Divide above and below"),
    ("5.1", lambda z: np.subtract(z, z[:, :1], out=z)[:, 1:], "make a new array"),
    ("5.2", lambda y, k, e: np.eye(k)[y], "where is the share?"),
    (
        "5.2",
        lambda y, k, e: np.where(np.eye(k)[y] == 1, 1 - e, e / (k - 1)),
        "it goes to all",
    ),
    ("5.2", lambda y, k, e: np.where(np.eye(k)[y] == 1, 1 - e, e / k), "sum to 0.95"),
    ("5.2", lambda y, k, e: np.eye(k)[y] + e / k, "should sum to 1"),
    ("5.2", lambda y, k, e: np.full((len(y), k), 1 / k), "should have 0.85"),
    ("5.2", lambda y, k, e: 0.8 * np.eye(k)[y] + 0.05, "With a share of 0"),
    ("5.3", weighted(lambda s, z, y: s.fused.forward(z, y)), "weights change nothing"),
    (
        "5.3",
        weighted(lambda s, z, y: s.weights.mean() * s.fused.forward(z, y)),
        "the weight of its class",
    ),
    (
        "5.3",
        weighted(None, lambda s, z, y: s.fused.backward(z, y)),
        "in the gradient too",
    ),
    (
        "5.3",
        weighted(None, lambda s, z, y: s.weights * s.fused.backward(z, y)),
        "weighted the columns",
    ),
    (
        "5.3",
        weighted(None, lambda s, z, y: s.weights[y] * s.fused.backward(z, y)),
        "make the weights a column",
    ),
    (
        "5.3",
        weighted(None, lambda s, z, y: 2 * Weighted.backward(s, z, y)),
        "backward is not forward's gradient: gradient[",
    ),
    (
        "5.4",
        poisson(lambda s, z, y: np.sum(np.exp(z) - y * z, axis=1)),
        "not their sum",
    ),
    (
        "5.4",
        poisson(lambda s, z, y: np.mean(z - y * np.log(np.abs(z) + 1e-300), axis=1)),
        "took the logit for the expected count",
    ),
    ("5.4", poisson(lambda s, z, y: np.mean(np.exp(z) - y, axis=1)), "what is left"),
    (
        "5.4",
        poisson(lambda s, z, y: np.mean(np.exp(z) - y * np.log(np.exp(z)), axis=1)),
        "is just z",
    ),
    (
        "5.4",
        poisson(None, lambda s, z, y: np.exp(z) - y),
        "divide by the number of both",
    ),
    (
        "5.4",
        poisson(None, lambda s, z, y: (np.exp(z) - y) / len(z)),
        "by the outputs too",
    ),
    (
        "5.4",
        poisson(None, lambda s, z, y: (z - y) / z.size),
        "the expected count",
    ),
    (
        "5.4",
        poisson(None, lambda s, z, y: (y - np.exp(z)) / z.size),
        "the sign is turned",
    ),
    (
        "5.4",
        poisson(None, lambda s, z, y: (1 - y / np.exp(z)) / z.size),
        "go on to the",
    ),
    (
        "5.4",
        poisson(None, lambda s, z, y: np.exp(z) / z.size),
        "is not forward's gradient: gradient[",
    ),
    (
        "5.3",
        weighted(None, lambda s, z, y: Weighted.backward(s, z, y) / len(z)),
        "the batch size twice",
    ),
    ("6.1", lambda gradients, limit: None, "Return the length"),
    ("6.1", lambda gradients, limit: 3.0, "the root of the sum of all squares"),
    ("6.1", clip(only_above=False), "then the gradients stay"),
    ("6.1", clip(in_place=False), "The arrays are as before"),
    ("6.1", clip_each, "Each array was clipped by itself"),
    ("6.1", clip_numbers, "cut one by one"),
    ("6.1", clip_in_the_list, "The arrays are as before"),
    ("6.1", clip(after=True), "not after"),
    ("6.1", clip_with_a_guard, "Add nothing to the length"),
    ("6.2", lambda step, steps, warmup, peak: None, "returns None"),
    ("6.2", schedule(shift=1), "a fifth of the peak"),
    ("6.2", straight, "the curve is not"),
    ("6.2", cooling(lambda p: math.cos(math.pi * p / 2)), "the curve is not"),
    ("6.2", cooling(lambda p: (1 + math.cos(2 * math.pi * p)) / 2), "the rate 0"),
    ("6.2", from_the_first, "divides by zero"),
    ("6.2", schedule(late=1, end=-1), "p should grow by 1/15"),
    ("6.2", schedule(end=1), "the rate 0"),
    ("6.3", nesterov(plain), "the plain momentum"),
    ("6.3", nesterov(still), "doesn't move"),
    ("6.3", nesterov(eats), "changed the gradient"),
    ("6.3", nesterov(from_the_plain), "not the plain change"),
    ("6.3", nesterov(forgets), "stay in self.memory"),
    ("6.3", nesterov(times_both), "mu * v + rate * g with v = rate * g"),
    ("6.3", nesterov(keeps_its_own), "is lost where training stops"),
    ("6.3", nesterov(no_decay), "use self.current_learning_rate"),
    ("6.3", nesterov(twice_the_step), "mu * v + rate * g with v = rate * g"),
    ("6.4", adamw(nn.Adam.step), "should still shrink"),
    ("6.4", adamw(without_the_rate), "the learning rate belongs in it"),
    ("6.4", adamw(moves_first), "the other way round"),
    ("6.4", adamw(used_up), "Make a list of them first"),
    ("6.4", adamw(one_by_one), "all pairs in one call"),
    ("6.4", adamw(with_the_first_rate), "self.current_learning_rate"),
    ("6.4", adamw(in_the_gradient), "doesn't go through Adam's root"),
    ("6.5", lambda *arguments: [0.1], "Return two lists"),
    ("6.5", finder(back=False), "put it back"),
    ("6.5", finder(stop=math.inf, blind=True), "It never stopped"),
    ("6.5", finder(keeps_last=False), "belongs in the list too"),
    ("6.5", finder(stop=1e6), "It should stop after"),
    ("6.5", finder(first=1), "should be the lowest"),
    ("6.5", finder(blind=True), "NaN should stop it at once"),
    ("6.5", finder(late=True), "before any step"),
    ("6.5", finder(rebinds=True), "The arrays don't move"),
    ("6.5", finder(own=True), "there should be three losses"),
    ("6.5", finder(previous=True), "not the one before"),
    ("6.5", finder(at_four=True), "exactly four times goes on"),
]
