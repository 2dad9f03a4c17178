from cnnplay.figures.gallery_balance import class_balance


def test_each_class_has_two_bars_with_their_numbers():
    figure = class_balance(["cat", "<dog>"], [6742, 10], [1135, 2], chosen=1)
    training, test = figure.data
    assert list(training.x) == [6742, 10]
    assert list(test.text) == ["1,135", "2"]
    assert list(training.y) == ["cat", "&lt;dog&gt;"]
    assert training.marker.opacity[0] < training.marker.opacity[1] == 1
    assert figure.layout.xaxis.range[1] > 6742
