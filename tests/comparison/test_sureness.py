"""How sure: the figures of the cards come out again, from the half of the pictures that nothing was fitted on."""

import pytest

from cnnplay.comparison.entries import list_entries
from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.sureness import measure_all, tell, tell_all, unfitted_half
from cnnplay.runs.answers import load_answer_key


def compare(dataset, *tokens):
    entries = [entry for entry in list_entries(dataset) if not tokens or entry.token in tokens]
    return Comparison(load_answer_key(dataset), tuple(entries))


@pytest.mark.parametrize("dataset", ["mnist", "cifar10"])
def test_errors_before_and_after_temperature_are_those_of_the_cards(dataset):
    comparison = compare(dataset)
    found = measure_all(comparison)
    assert [each.entry for each in found] == list(comparison.entries)
    for each in found:
        card = each.entry.first.card
        assert each.temperature == card.temperature
        # The card's came from logits, these from probabilities in half precision.
        assert each.before.error == pytest.approx(card.calibration_error_before, abs=5e-4)
        assert each.after.error == pytest.approx(card.calibration_error, abs=5e-4)
        assert each.whole.counts.sum() == comparison.key.n
        assert each.before.counts.sum() == each.after.counts.sum() == unfitted_half(comparison.key).sum()
        assert each.selective.accuracies[-1] == pytest.approx(card.accuracy, abs=1e-9)


def test_a_sentence_says_what_the_figures_say():
    (speedrun,) = measure_all(compare("cifar10", "speedrun"))
    at = speedrun.whole.worst_bin
    says, does = (f"{100 * values[at]:.{d}f} %" for values, d in _of(speedrun))
    assert tell(speedrun) == (
        f"speedrun says {says} and is right in {does} of these {speedrun.whole.counts[at]:,} cases: it is too modest."
    )
    both = measure_all(compare("cifar10", "speedrun", "lenet"))
    assert tell_all(both).startswith("speedrun says")
    assert "lenet is right about as often as it says" in tell_all(both)
    digits = measure_all(compare("mnist", "cnn6", "residual"))
    assert tell_all(digits).startswith("All 2 are right about as often as they say")


def _of(sureness):
    return (sureness.whole.confidence, 0), (sureness.whole.accuracy, 1)
