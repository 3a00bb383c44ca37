"""What train calls after every epoch, what ends it, and what a model says of itself."""

import numpy as np
import pytest


def one_weight(nn, rate=0.1, weight=3.0):
    model = nn.Model([nn.Dense(1, 1, initializer=nn.constant(weight))])
    model.set(loss=nn.MeanSquaredError(), optimizer=nn.SGD(rate))
    return model


X = np.ones((4, 1), np.float32)


def test_every_callback_sees_every_epoch(nn):
    model, seen = one_weight(nn), []

    def first(own, history):
        seen.append((own is model, "first", len(history.loss)))
        return len(history.loss) == 2

    def second(own, history):
        seen.append((own is model, "second", len(history.val_loss)))

    history = model.train(
        X, X, epochs=9, print_every=0, validation_data=(X, X), callbacks=[first, second]
    )
    assert seen == [
        (True, "first", 1),
        (True, "second", 1),
        (True, "first", 2),
        (True, "second", 2),
    ]
    assert len(history.loss) == model.optimizer.steps_done == 2
    assert history is model.history
    assert not history.interrupted


def test_the_last_line_is_printed_where_a_callback_ends_it(nn, capsys):
    stop = [lambda model, history: len(history.loss) == 3]
    one_weight(nn).train(X, X, epochs=50, print_every=20, callbacks=stop)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch  1", "epoch  3"]


@pytest.mark.parametrize("wrong", [[3], print, ["stop"]])
def test_what_can_not_be_called_is_refused_before_the_first_step(nn, wrong):
    model = one_weight(nn)
    message = r"^callbacks is a list of functions of \(model, history\), got "
    with pytest.raises(ValueError, match=message):
        model.train(X, X, print_every=0, callbacks=wrong)
    assert model.optimizer.steps_done == 0


def test_an_error_of_a_callback_comes_through_and_the_layers_are_put_back(nn):
    model = one_weight(nn)

    def broken(model, history):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        model.train(X, X, epochs=2, print_every=0, callbacks=[broken])
    assert len(model.history.loss) == 1
    assert not model.layers[0].training


class TestEarlyStopping:
    def follow(self, nn, losses, patience, **options):
        """Let it see these losses; return after which it stopped, and the weight then."""
        model, history = one_weight(nn), nn.History()
        stopping = nn.EarlyStopping(patience, **options)
        for epoch, loss in enumerate(losses, start=1):
            model.layers[0].weights[...] = epoch
            history.append({"loss": loss})
            if stopping(model, history):
                break
        return epoch, float(model.layers[0].weights[0, 0]), stopping

    def test_by_hand(self, nn):
        losses = [3.0, 2.0, 2.5, 2.0, 1.0]  # as low as before is no new best
        assert self.follow(nn, losses, patience=2)[:2] == (4, 2.0)
        epoch, weight, stopping = self.follow(nn, losses, patience=3)
        assert (epoch, weight) == (5, 5.0)
        assert (stopping.best_epoch, stopping.best_loss) == (5, 1.0)

    def test_the_last_weights_stay_where_asked(self, nn):
        found = self.follow(nn, [1.0, 2.0, 3.0], patience=1, restore_best=False)
        assert found[:2] == (2, 2.0)

    def test_the_validation_loss_counts_where_there_is_one(self, nn):
        model = one_weight(nn, rate=0.05)
        history = model.train(
            X,
            0 * X,
            epochs=200,
            print_every=0,
            validation_data=(X, 2 * X),  # best on the way, where the answer is 2
            callbacks=[nn.EarlyStopping(patience=1)],
        )
        assert history.loss == sorted(history.loss, reverse=True)
        best = int(np.argmin(history.val_loss))
        assert len(history.val_loss) == best + 2 < 200
        assert model.evaluate(X, 2 * X).loss == history.val_loss[best]

    def test_what_a_layer_remembers_is_the_best_epochs(self, nn):
        class Counting(nn.Linear):
            state = ("calls",)

            def __init__(self):
                self.calls = np.zeros(1)

        model, history = one_weight(nn), nn.History()
        model.layers.insert(0, counting := Counting())
        stopping = nn.EarlyStopping(patience=2)
        for epoch, loss in enumerate([3.0, 1.0, 2.0, 2.0], start=1):
            counting.calls[...] = epoch
            history.append({"loss": loss})
            stopping(model, history)
        assert counting.calls == 2.0

    def test_begins_anew_with_every_training(self, nn):
        stopping = nn.EarlyStopping(patience=2)
        for _ in range(2):
            history = one_weight(nn, rate=1.5).train(
                X, 0 * X, epochs=50, print_every=0, callbacks=[stopping]
            )
            assert len(history.loss) == 3  # it only gets worse
            assert stopping.best_epoch == 1

    @pytest.mark.parametrize("patience", [0, -1, 1.5])
    def test_patience(self, nn, patience):
        with pytest.raises(ValueError, match=r"^patience is a whole number from 1 on"):
            nn.EarlyStopping(patience)


@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value")
def test_a_loss_that_is_no_number_any_more_ends_the_training(nn):
    model = one_weight(nn, rate=1e25)
    with pytest.raises(FloatingPointError, match=r"^The loss of epoch (\d+) is NaN: "):
        model.train(X, 0 * X, epochs=99, print_every=0)
    found = model.history.loss
    assert 1 <= len(found) < 99
    assert not np.isnan(found).any()
    assert not model.layers[0].training


def test_gradients_move_nothing_and_are_handed_out(nn):
    model = one_weight(nn)
    before = model.parameters.copy()
    found = model.gradients(X, 0 * X)
    assert found.tolist() == [6.0, 6.0]  # dL/dw = 2 * 3 * 1, and for the bias the same
    model.train(X, X, print_every=0)
    assert found.tolist() == [6.0, 6.0]
    model.parameters[...] = before
    assert model.gradients(X, 0 * X).tolist() == found.tolist()


def test_what_a_model_says_of_itself(nn, capsys):
    model = nn.Model([nn.Dense(2, 3, rng=0), nn.ReLU(), nn.Dense(3, 1, rng=0)])
    assert repr(model) == "Model(Dense(2, 3), ReLU, Dense(3, 1))"
    model.set(loss=nn.MeanSquaredError(), optimizer=nn.Adam())
    assert repr(model).endswith("Dense(3, 1), MeanSquaredError, Adam)")
    model.summary()
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows == [
        ["0", "Dense(2,", "3)", "9"],
        ["1", "ReLU", "0"],
        ["2", "Dense(3,", "1)", "4"],
        ["all", "parameters", "13"],
        ["loss", "MeanSquaredError"],
        ["optimizer", "Adam"],
        ["accuracy", "-"],
    ]


@pytest.mark.parametrize("wrong", [None, 5])
def test_callbacks_come_in_a_list(nn, wrong):
    with pytest.raises(ValueError, match=r"^callbacks is a list of functions"):
        one_weight(nn).train(X, X, print_every=0, callbacks=wrong)


def test_an_error_is_no_interrupt(nn):
    def broken(model, history):
        raise ZeroDivisionError

    model = one_weight(nn)
    with pytest.raises(ZeroDivisionError):
        model.train(X, X, print_every=0, callbacks=[broken])
    assert not model.history.interrupted


def test_a_loss_that_becomes_nan_is_no_interrupt(nn):
    model = one_weight(nn, rate=1e30)
    with (
        np.errstate(all="ignore"),
        pytest.raises(FloatingPointError, match=r"^The loss of epoch \d+ is NaN: try"),
    ):
        model.train(X, 2 * X, epochs=9, print_every=0)
    assert not model.history.interrupted


def test_a_layer_that_a_callback_adds_breaks_nothing(nn):
    model = one_weight(nn)
    model.train(
        X,
        X,
        epochs=2,
        print_every=0,
        callbacks=[lambda own, history: own.add(nn.Linear())],
    )
    assert [layer.training for layer in model.layers] == [False, False, False]


@pytest.mark.parametrize(
    ("losses", "stops", "best"),
    [
        ([float("nan"), 1.0, 0.5, 0.4, 0.6, 0.7], 6, 4),
        ([1.0, float("nan"), 0.5, float("nan"), float("nan")], 5, 3),
        ([float("nan"), float("nan"), float("nan")], 3, 1),
    ],
)
def test_a_validation_loss_that_is_no_number_is_never_the_best(nn, losses, stops, best):
    model, stopping = one_weight(nn), nn.EarlyStopping(2)
    answers = []
    for epoch in range(len(losses)):
        model.parameters[...] = epoch + 1
        history = nn.History(val_loss=losses[: epoch + 1])
        answers.append(stopping(model, history))
    assert answers == [epoch + 1 == stops for epoch in range(len(losses))]
    assert model.parameters[0] == best


def test_early_stopping_can_be_used_again(nn):
    stopping = nn.EarlyStopping(3)
    for _ in range(2):
        model = one_weight(nn, rate=1e-9)
        history = model.train(X, 2 * X, epochs=9, print_every=0, callbacks=[stopping])
        assert len(history.loss) >= 4
        assert stopping.best_epoch >= 1
