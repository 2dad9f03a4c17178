"""The curve beside a card: every epoch once, whatever interrupted the training."""

import pytest
import torch

from cnnplay.errors import CheckpointError
from cnnplay.models.card import checkpoint_files
from cnnplay.runs import conclusion
from cnnplay.runs.curve_file import curve_path, read_curve, write_curve
from cnnplay.runs.training_job import run_job
from cnnplay.training.events import EpochEnded

from .conftest import point, quick


@pytest.fixture(autouse=True)
def quickly_calibrated(monkeypatch):
    monkeypatch.setattr(conclusion, "calibrate", lambda card, *_, **__: card)  # takes longer than all the rest


def path_in(folder):
    return curve_path(checkpoint_files(folder, "fc2", "mnist-5k"))


def test_it_ends_as_the_card_says(tmp_path):
    seen = []
    card = run_job(quick(val_size=500, epochs=2.5), tmp_path, on_event=seen.append)
    curve = read_curve(path_in(tmp_path))
    ended = [event for event in seen if isinstance(event, EpochEnded)]
    assert [each.epoch for each in curve] == [1, 2, pytest.approx(2.5, abs=0.1)]
    assert [each.accuracy for each in curve] == [event.train_accuracy for event in ended]
    assert [each.val_accuracy for each in curve] == [event.val_accuracy for event in ended]
    assert curve[-1].accuracy == pytest.approx(card.train_accuracy, abs=1e-5)
    assert curve[-1].elapsed_s == pytest.approx(card.wall_s, abs=0.1)


class PowerCutError(Exception):
    """What ends a process at the worst moment."""


@pytest.mark.parametrize("save_every_s", [0, 1000])
@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_a_power_cut_leaves_no_gap_and_nothing_double(tmp_path, epoch, save_every_s):
    def cut(event):
        if isinstance(event, EpochEnded) and event.epoch == epoch:
            raise PowerCutError

    config = quick(epochs=3)
    with pytest.raises(PowerCutError):
        run_job(config, tmp_path / "cut", on_event=cut, save_every_s=save_every_s)
    for name in ("cut", "whole"):
        assert run_job(config, tmp_path / name)
    cut_curve, whole_curve = (read_curve(path_in(tmp_path / name)) for name in ("cut", "whole"))
    assert [each.step for each in cut_curve] == [each.step for each in whole_curve]
    assert [each.loss for each in cut_curve] == [each.loss for each in whole_curve]


def test_an_earlier_result_keeps_its_curve_until_there_is_another(tmp_path):
    run_job(quick(epochs=1), tmp_path)
    assert run_job(quick(epochs=2), tmp_path, signal=iter(["go", "go", "halt"]).__next__) is None
    assert len(read_curve(path_in(tmp_path))) == 1
    run_job(quick(epochs=2), tmp_path)
    assert len(read_curve(path_in(tmp_path))) == 2


def test_a_state_from_before_curves_were_kept_gives_none(tmp_path):
    write_curve(path_in(tmp_path), [point(1, kind="epoch")])
    run_job(quick(), tmp_path, signal=iter(["go", "go", "halt"]).__next__)
    state = tmp_path / "fc2-mnist-5k.state.pt"
    saved = torch.load(state, weights_only=True)
    del saved["curve"]
    torch.save(saved, state)
    assert run_job(quick(), tmp_path)
    assert not path_in(tmp_path).exists()


def test_the_store_has_the_curves_of_its_own_runs(tmp_path):
    run_job(quick(), tmp_path, keeps_history=True)
    assert read_curve(path_in(tmp_path)) == ()


def test_a_loss_that_is_no_number_is_kept_as_none(tmp_path):
    run_job(quick(optimizer="sgd", lr=1000.0, momentum=0.99), tmp_path)
    assert read_curve(path_in(tmp_path))[-1].loss is None


@pytest.mark.parametrize("text", ["", "[]", '{"points": [{"step": 1}]}', '{"points": 3}'])
def test_what_is_no_curve_is_refused_by_name(tmp_path, text):
    path = path_in(tmp_path)
    path.write_text(text)
    with pytest.raises(CheckpointError, match="not the curve of a training"):
        read_curve(path)
