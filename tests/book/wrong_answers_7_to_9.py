"""Wrong answers to the exercises of chapters 7 to 9, each with the hint that it should get."""

import math

import numpy as np

import nnfs_lib as nn


def in_place(change):
    """Return a function that writes change(weights, amount) into the weights."""

    def answer(weights, amount):
        weights[:] = change(weights, amount)

    return answer


def step_in_place(weights, gradient, rate, l2):
    weights *= 1 - 2 * rate * l2
    weights -= rate * gradient
    return weights


def jump(weights, amount):
    return weights - amount * np.sign(weights)


def soft_and_hard(weights, amount):
    weights[:] = jump(weights, amount)
    weights[np.abs(weights) < amount] = 0


def cheaper(
    *,
    root=True,
    turned=False,
    bias=True,
    divide=True,
    guard=True,
    one=False,
    rows=False,
    outer=False,
    rebind=False,
    multiply=False,
):
    """Return exercise 7.3's answer, with what a reader may get wrong."""

    def answer(first, last):
        into = np.linalg.norm(first.weights, axis=0)
        out = np.linalg.norm(last.weights, axis=1)
        if turned:
            into, out = out, into
        c = np.ones_like(into)
        with np.errstate(all="ignore"):
            if guard:
                both = (into > 0) & (out > 0)
                c[both] = out[both] / into[both]
            else:
                c = out / into
            c = np.sqrt(c) if root else c
            c = np.full_like(c, c[0]) if one else c
            if rebind:
                first.weights = first.weights * c
            else:
                first.weights *= c
            if bias:
                first.biases *= c
            if multiply:
                last.weights *= c[:, np.newaxis]
            elif rows:
                last.weights /= c[:2]
            elif divide:
                last.weights /= c[:, np.newaxis]
            if outer:
                last.biases /= c[:2]

    return answer


def stop(*, tie=False, nan=False, late=0, last=True, never=False, reset=True):
    """Return exercise 7.4's early stopping, with what a reader may get wrong."""

    def answer(losses, patience):
        best, failed = 0, 0
        for epoch, loss in enumerate(losses):
            better = loss <= losses[best] if tie else loss < losses[best]
            if better or (nan and loss != loss):
                best, failed = epoch, 0 if reset else failed
            elif epoch:
                failed += 1
            if failed == patience + late and not never:
                return best, epoch
        return best, len(losses) - 1 if last else best

    return answer


def before_last(losses, patience):
    best, failed = 0, 0
    for epoch in range(1, len(losses)):
        best = epoch if losses[epoch] < losses[best] else best
        failed = 0 if losses[epoch] < losses[epoch - 1] else failed + 1
        if failed == patience:
            return best, epoch
    return best, len(losses) - 1


def clairvoyant(losses, patience):
    _, epoch = stop()(losses, patience)
    return int(np.nanargmin(losses)), epoch


def folds(samples, k, rng):
    parts = np.array_split(rng.permutation(samples), k)
    return [(np.concatenate(parts[:n] + parts[n + 1 :]), parts[n]) for n in range(k)]


def neighbors(samples, k, rng):
    parts = np.array_split(np.arange(samples), k)
    return [(np.concatenate(parts[:n] + parts[n + 1 :]), parts[n]) for n in range(k)]


def drawn_anew(samples, k, rng):
    return folds(samples, k, np.random.default_rng())


def drops_the_rest(samples, k, rng):
    size = samples // k
    order = rng.permutation(samples)
    parts = [order[n * size : (n + 1) * size] for n in range(k)]
    return [(np.setdiff1d(order, part), part) for part in parts]


def all_in_training(samples, k, rng):
    return [(np.arange(samples), out) for _, out in folds(samples, k, rng)]


def choose(*, best=np.mean, own_folds=False, place=False):
    """Return exercise 7.5's choice, with what a reader may get wrong."""

    def best_strength(loss_of, strengths, samples, k, rng):
        split, scores = folds(samples, k, rng), []
        for strength in strengths:
            if own_folds:
                split = folds(samples, k, rng)
            scores.append(best([loss_of(strength, *pair) for pair in split]))
        found = int(np.argmin(scores))
        return found if place else strengths[found]

    return best_strength


def drops(forward, backward=None):
    """Return a layer class for 8.2 and 8.3: forward(self, inputs) sets the factors."""

    class Layer(nn.Layer):
        def __init__(self, rate, rng=None):
            self.rate, self.rng = rate, np.random.default_rng(rng)

        def forward(self, inputs):
            self.factors = forward(self, inputs)
            self.outputs = inputs * self.factors
            return self.outputs

        def backward(self, doutputs):
            return backward(self, doutputs) if backward else doutputs * self.factors

    return Layer


def first(self, inputs):
    if self.training:
        return self.rng.random(inputs.shape) >= self.rate
    return np.full(inputs.shape, 1 - self.rate)


def inverted(self, inputs):
    if self.training:
        return (self.rng.random(inputs.shape) >= self.rate) / (1 - self.rate)
    return np.ones(inputs.shape)


def keeps_the_rate(self, inputs):
    if self.training:
        return self.rng.random(inputs.shape) < self.rate
    return np.full(inputs.shape, self.rate)


def unscaled_in_use(self, inputs):
    return first(self, inputs) if self.training else np.ones(inputs.shape)


def always_drops(self, inputs):
    return self.rng.random(inputs.shape) >= self.rate


def one_row(self, inputs):
    if self.training:
        return np.tile(self.rng.random(inputs.shape[1]) >= self.rate, (len(inputs), 1))
    return np.full(inputs.shape, 1 - self.rate)


def by_the_mode(self, doutputs):
    return doutputs * (self.factors if self.training else 1 - self.rate)


def uniform(self, inputs):
    if not self.training:
        return np.ones(inputs.shape)
    reach = math.sqrt(3 * self.rate / (1 - self.rate))
    return 1 + self.rng.uniform(-reach, reach, inputs.shape)


def gauss(mean=1.0, root=True, each=True, always=False):
    """Return the factors of exercise 8.3, with what a reader may get wrong."""

    def forward(self, inputs):
        if not (self.training or always):
            return np.ones(inputs.shape)
        variance = self.rate / (1 - self.rate)
        shape = inputs.shape if each else (1, inputs.shape[1])
        scale = math.sqrt(variance) if root else variance
        return mean + scale * self.rng.standard_normal(shape) * np.ones(inputs.shape)

    return forward


def added_noise(self, inputs):
    noise = math.sqrt(self.rate / (1 - self.rate)) * self.rng.standard_normal(
        inputs.shape
    )
    return 1 + noise / inputs if self.training else np.ones(inputs.shape)


def asks(
    *, every=False, off=False, back=True, secure=True, root=True, logits=False, one=0
):
    """Return exercise 8.4's answer, with what a reader may get wrong."""

    def answer(layers, inputs, passes):
        modes = [layer.training for layer in layers]

        def put_back():
            for layer, mode in zip(layers, modes, strict=True):
                layer.training = False if off else mode

        for layer in layers:
            layer.training = every or layer.training or isinstance(layer, nn.Dropout)
        answers = []
        try:
            for _ in range(passes - one):
                outputs = inputs
                for layer in layers:
                    outputs = layer.forward(outputs)
                answers.append(outputs if logits else nn.Softmax().forward(outputs))
        finally:
            if back and secure:
                put_back()
        if back:
            put_back()
        spread = np.std(answers, axis=0) if root else np.var(answers, axis=0)
        return np.mean(answers, axis=0), spread

    return answer


def hides_errors(layers, inputs, passes):
    try:
        return asks()(layers, inputs, passes)
    except ZeroDivisionError:
        return None


def asked(**mistakes):
    """Return what exercise 8.4's checker takes: the function and the class."""
    return asks(**mistakes), nn.Dropout


def huber(forward=None, backward=None):
    """Return a Huber loss of which one half is wrong."""

    class Huber(nn.Loss):
        def __init__(self, delta=1.0):
            self.delta = delta

        def forward(self, predictions, targets):
            if predictions.shape != targets.shape:
                raise ValueError("shapes differ")
            if forward:
                return forward(self.delta, np.abs(predictions - targets))
            far = np.abs(predictions - targets)
            line = self.delta * (far - self.delta / 2)
            return np.mean(np.where(far <= self.delta, far**2 / 2, line), axis=1)

        def backward(self, predictions, targets):
            errors = predictions - targets
            if backward:
                return backward(self.delta, errors)
            return np.clip(errors, -self.delta, self.delta) / errors.size

    return Huber


def by_its_own(train, test):
    def scaled(X):
        deviation = X.std(axis=0)
        return (X - X.mean(axis=0)) / np.where(deviation == 0, 1, deviation)

    return scaled(train), scaled(test)


def standard(*, ddof=0, guard=True, both=False, variance=False):
    """Return exercise 9.3's answer, with what a reader may get wrong."""

    def answer(train, test):
        source = np.concatenate((train, test)) if both else train
        scale = source.std(axis=0, ddof=ddof) ** (2 if variance else 1)
        if guard:
            scale = np.where(scale == 0, 1, scale)
        return (train - source.mean(axis=0)) / scale, (
            test - source.mean(axis=0)
        ) / scale

    return answer


def turns(
    *, signs=True, wide=True, gain_used=True, typed=True, own=False, unseeded=False
):
    """Return exercise 9.4's answer, with what a reader may get wrong."""

    def orthogonal(gain=1.0):
        def draw(shape, rng, dtype):
            rng = np.random.default_rng(0) if own else rng
            rng = np.random.default_rng() if unseeded else rng
            tall = (max(shape), min(shape)) if wide else shape
            q, r = np.linalg.qr(rng.standard_normal(tall))
            q = q * np.sign(np.diagonal(r)) if signs else q
            q = q * gain if gain_used else q
            q = q if q.shape == shape or not wide else q.T
            return q.astype(dtype) if typed else q

        return draw

    return orthogonal


def wrong_turns(*, rows=False, uniform=False, first_sign=False):
    """Return exercise 9.4's answer with signs in the wrong place, or of other numbers."""

    def orthogonal(gain=1.0):
        def draw(shape, rng, dtype):
            tall = max(shape), min(shape)
            numbers = rng.uniform(-1, 1, tall) if uniform else rng.standard_normal(tall)
            q, r = np.linalg.qr(numbers)
            signs = np.sign(np.diagonal(r))
            if rows and tall[0] == tall[1]:
                q = signs[:, np.newaxis] * q
            elif first_sign:
                q = q * signs[0]
            elif not rows:
                q = q * signs
            return (gain * (q if q.shape == shape else q.T)).astype(dtype)

        return draw

    return orthogonal


def edge(forward=None, backward=None, *, default=0.5):
    """Return exercise 9.5's loss, of which one half is wrong."""

    class Quantile(nn.Loss):
        def __init__(self, share=default):
            self.share = share

        def forward(self, predictions, targets):
            errors = predictions - targets
            if forward:
                return forward(self.share, errors)
            prices = np.where(errors > 0, 1 - self.share, self.share)
            return np.mean(prices * np.abs(errors), axis=1)

        def backward(self, predictions, targets):
            errors = predictions - targets
            if backward:
                return backward(self.share, errors)
            prices = np.where(errors > 0, 1 - self.share, self.share)
            return prices * np.sign(errors) / errors.size

    return Quantile


def prices(share, errors):
    return np.where(errors > 0, 1 - share, share)


def broadcasting_huber(delta=1.0):
    loss = huber()(delta)
    loss.forward = lambda predictions, targets: np.mean(
        np.where(
            np.abs(predictions - targets) <= delta,
            (predictions - targets) ** 2 / 2,
            delta * (np.abs(predictions - targets) - delta / 2),
        ),
        axis=1,
    )
    return loss


def floored(limit):
    """Return exercise 9.3's answer that takes small deviations for none."""

    def answer(train, test):
        scale = train.std(axis=0)
        scale = np.where(scale < limit, 1, scale)
        return (train - train.mean(axis=0)) / scale, (test - train.mean(axis=0)) / scale

    return answer


def at_least_one(train, test):
    scale = np.maximum(train.std(axis=0), 1)
    return (train - train.mean(axis=0)) / scale, (test - train.mean(axis=0)) / scale


def absolute_r(predictions, targets):
    off = np.sum(np.abs(predictions - targets), axis=0)
    return float(
        np.mean(1 - off / np.sum(np.abs(targets - targets.mean(axis=0)), axis=0))
    )


def correlation(predictions, targets):
    found = [
        np.corrcoef(p, t)[0, 1] ** 2 if np.ptp(p) else 0.0
        for p, t in zip(predictions.T, targets.T, strict=True)
    ]
    return float(np.mean(found))


def one_sum(predictions, targets):
    off = np.sum((predictions - targets) ** 2)
    return float(1 - off / np.sum((targets - targets.mean(axis=0)) ** 2))


def r_first(predictions, targets):
    off = np.sum((predictions - targets) ** 2, axis=0)
    return float((1 - off / np.sum((targets - targets.mean(axis=0)) ** 2, axis=0))[0])


def per_output(predictions, targets):
    off = np.sum((predictions - targets) ** 2, axis=0)
    return 1 - off / np.sum((targets - targets.mean(axis=0)) ** 2, axis=0)


def without_mean(predictions, targets):
    off = np.sum((predictions - targets) ** 2, axis=0)
    return float(np.mean(1 - off / np.sum(targets**2, axis=0)))


WRONG_ANSWERS = [
    ("7.1", step_in_place, "Return a new array"),
    ("7.1", lambda w, g, rate, l2: (1 - rate * l2) * w - rate * g, "where is the 2?"),
    ("7.1", lambda w, g, rate, l2: (1 + 2 * rate * l2) * w - rate * g, "below 1"),
    (
        "7.1",
        lambda w, g, rate, l2: (1 - 2 * rate * l2) * (w - rate * g),
        "Shrink first",
    ),
    ("7.1", lambda w, g, rate, l2: (1 - 2 * l2) * w - rate * g, "1 - 2 * 0.1 * 0.5"),
    ("7.1", lambda w, g, rate, l2: 0.9 * w - rate * g, "both terms of the loss"),
    ("7.2", lambda weights, amount: weights - amount, "The array is as before"),
    ("7.2", in_place(jump), "has crossed zero"),
    ("7.2", in_place(lambda w, a: np.maximum(w - a, 0)), "nearer to zero by 0.5"),
    (
        "7.2",
        in_place(lambda w, a: np.where(w > 0, np.maximum(w - a, 0), w - a)),
        "come",
    ),
    (
        "7.2",
        in_place(lambda w, a: np.where(np.abs(w) <= a, 0, w)),
        "Large weights move",
    ),
    ("7.2", soft_and_hard, "or stop there"),
    ("7.2", in_place(lambda w, a: w * (1 - a)), "come nearer to zero by 0.5"),
    ("7.3", lambda first, last: None, "Both layers are as before"),
    ("7.3", cheaper(root=False), "take its root"),
    ("7.3", cheaper(turned=True), "The other way round"),
    ("7.3", cheaper(bias=False), "a neuron's bias goes with"),
    ("7.3", cheaper(divide=False), "has to divide its outgoing ones"),
    ("7.3", cheaper(multiply=True), "has to divide its outgoing ones"),
    ("7.3", cheaper(rows=True), "has to divide"),
    ("7.3", cheaper(guard=False), "leave such a neuron"),
    ("7.3", cheaper(one=True), "leave them as they are"),
    ("7.3", cheaper(outer=True), "they stay"),
    ("7.3", cheaper(rebind=True), "Work in place"),
    ("7.4", lambda losses, patience: 2, "Return two numbers"),
    ("7.4", stop(tie=True), "The same loss again is not better"),
    ("7.4", stop(nan=True), "NaN is never better"),
    ("7.4", stop(late=1), "two have failed"),
    ("7.4", stop(reset=False), "start the count again"),
    ("7.4", stop(never=True), "two have failed"),
    ("7.4", before_last, "best so far"),
    ("7.4", clairvoyant, "The best is at 2"),
    ("7.5", (lambda samples, k, rng: None, choose()), "folds returns None"),
    ("7.5", (neighbors, choose()), "shuffle"),
    ("7.5", (drawn_anew, choose()), "shuffle with the one given"),
    ("7.5", (drops_the_rest, choose()), "left out exactly once"),
    ("7.5", (all_in_training, choose()), "each once"),
    ("7.5", (folds, lambda *arguments: None), "best_strength returns None"),
    ("7.5", (folds, choose(best=np.min)), "lowest single loss"),
    ("7.5", (folds, choose(best=np.median)), "the lowest mean is that of 0.2"),
    ("7.5", (folds, choose(own_folds=True)), "make the folds once"),
    ("7.5", (folds, choose(place=True)), "not its place"),
    ("8.1", lambda x, rate: x, "Return two numbers"),
    ("8.1", lambda x, rate: (x, abs(x) * math.sqrt(rate)), "the deviation is 3"),
    ("8.1", lambda x, rate: (x * (1 - rate), 0.0), "is 3"),
    ("8.1", lambda x, rate: (x, x**2 * rate / (1 - rate)), "take its root"),
    ("8.1", lambda x, rate: (x, x * math.sqrt(rate / (1 - rate))), "never negative"),
    ("8.1", lambda x, rate: (x, 2 * abs(x) * rate), "weigh the squared"),
    ("8.2", drops(inverted), "doesn't scale"),
    ("8.2", drops(keeps_the_rate), "the share to drop"),
    ("8.2", drops(unscaled_in_use), "multiply by 1 - rate"),
    ("8.2", drops(always_drops), "In use nothing should be dropped"),
    ("8.2", drops(first, lambda self, d: d), "while training, should multiply"),
    (
        "8.2",
        drops(first, lambda self, d: d * (self.factors != 0)),
        "in use, should multiply",
    ),
    ("8.2", drops(one_row), "the inputs' whole shape"),
    ("8.2", drops(first, by_the_mode), "should multiply by the factors"),
    ("8.3", drops(inverted), "nothing is dropped"),
    ("8.3", drops(uniform), "should be normal"),
    ("8.3", drops(gauss(mean=0.0)), "add 1"),
    ("8.3", drops(gauss(root=False)), "multiply the draws by its root"),
    ("8.3", drops(gauss(each=False)), "a draw of its own"),
    ("8.3", drops(gauss(always=True)), "In use it should do nothing"),
    ("8.3", drops(lambda self, inputs: np.ones(inputs.shape)), "where is the noise?"),
    ("8.3", drops(added_noise), "multiply, so that large"),
    ("8.3", drops(gauss(), lambda self, d: d), "should multiply by the factors"),
    ("8.4", (lambda *arguments: None, nn.Dropout), "Return two arrays"),
    ("8.4", asked(every=True), "choose by isinstance"),
    ("8.4", asked(back=False), "put every mode back"),
    ("8.4", asked(off=True), "put back what was there"),
    ("8.4", asked(secure=False), "use try and finally"),
    ("8.4", asked(root=False), "the deviation is its root"),
    ("8.4", asked(logits=True), "softmax before the mean"),
    ("8.4", asked(one=1), "199 were made"),
    ("8.4", (hides_errors, nn.Dropout), "let it pass on"),
    ("9.1", per_output, "Return one number"),
    ("9.1", one_sum, "Both outputs went into one sum"),
    ("9.1", r_first, "the mean over the outputs"),
    ("9.1", without_mean, "should score 0"),
    ("9.2", huber(lambda delta, far: np.sum(far, axis=1)), "0.5, 0, 4 and 8"),
    ("9.2", huber(lambda delta, far: np.mean(far**2 / 2, axis=1)), "a straight line"),
    (
        "9.2",
        huber(
            lambda delta, far: np.mean(
                np.where(far <= delta, far**2 / 2, delta * far), axis=1
            )
        ),
        "continue the parabola",
    ),
    (
        "9.2",
        huber(None, lambda delta, e: np.clip(-e, -delta, delta) / e.size),
        "prediction minus target",
    ),
    (
        "9.2",
        huber(None, lambda delta, e: np.clip(e, -delta, delta)),
        "divide by batch times outputs",
    ),
    (
        "9.2",
        huber(None, lambda delta, e: np.clip(e, -delta, delta) / len(e)),
        "Twice too large",
    ),
    ("9.2", huber(None, lambda delta, e: np.clip(e, -1, 1) / e.size), "not 1"),
    ("9.2", huber(None, lambda delta, e: e / e.size), "1, 0, 2 and -2"),
    ("9.3", lambda train, test: train, "Return two arrays"),
    ("9.3", standard(guard=False), "divided by zero"),
    ("9.3", standard(ddof=1), "np.std as it is"),
    ("9.3", standard(variance=True), "deviation 1"),
    ("9.3", standard(both=True), "from the training data alone"),
    ("9.3", standard(), "the mean is rounded"),
    ("9.3", by_its_own, "measured by themselves"),
    ("9.4", lambda gain=1.0: np.eye(3), "Return a function"),
    ("9.4", lambda gain=1.0: nn.normal(gain), "should be orthonormal"),
    ("9.4", turns(wide=False), "has shape"),
    ("9.4", turns(gain_used=False), "With a gain of 2"),
    ("9.4", turns(typed=False), "end with astype"),
    ("9.4", turns(own=True), "draw from the rng"),
    ("9.4", turns(unseeded=True), "The same seed gave other weights"),
    ("9.4", turns(signs=False), "multiply by the signs"),
    ("9.1", absolute_r, "One output off by 1 where the spread is 14"),
    ("9.1", correlation, "One output off by 1 where the spread is 14"),
    ("9.1", lambda p, t: float(np.mean((p - t) ** 2)), "should score 1"),
    ("9.2", broadcasting_huber, "made a table of 3 by 3"),
    ("9.3", at_least_one, "does change"),
    ("9.3", floored(1e-3), "does change"),
    ("9.4", wrong_turns(rows=True), "each column of Q"),
    ("9.4", wrong_turns(uniform=True), "rng.standard_normal"),
    ("9.4", wrong_turns(first_sign=True), "each column of Q"),
    ("9.5", edge(lambda s, e: np.sum(prices(s, e) * np.abs(e), axis=1)), "not the sum"),
    (
        "9.5",
        edge(lambda s, e: np.mean(prices(1 - s, e) * np.abs(e), 1)),
        "too low costs",
    ),
    ("9.5", edge(lambda s, e: np.mean(np.abs(e), axis=1)), "prices of their own"),
    ("9.5", edge(lambda s, e: np.mean(prices(s, e) * e, axis=1)), "never below 0"),
    (
        "9.5",
        edge(lambda s, e: np.mean(prices(s, e) * e**2, axis=1)),
        "0.1, 0, 0.3 and 4.5",
    ),
    (
        "9.5",
        edge(None, lambda s, e: -prices(s, e) * np.sign(e) / e.size),
        "sign is turned",
    ),
    ("9.5", edge(None, lambda s, e: prices(s, e) * np.sign(e)), "gradient of the mean"),
    ("9.5", edge(None, lambda s, e: prices(s, e) * np.sign(e) / len(e)), "batch alone"),
    ("9.5", edge(None, lambda s, e: np.where(e > 0, 1 - s, -s) / e.size), "take 0"),
    ("9.5", edge(None, lambda s, e: np.sign(e) / e.size), "0.1 where the prediction"),
    ("9.5", edge(default=0.9), "Without an argument"),
]
