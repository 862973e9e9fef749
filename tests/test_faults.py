"""What makes one hypothesis worse than another before anything is known of its meaning."""

import pytest

from pipeline.faults import find_faults, is_broken

SENTENCE = "The method limits the number of basis functions that represent the solution."


@pytest.mark.parametrize(
    "target",
    [
        "该方法限制了求解求求解求解的基函数数量。",
        "该方法限制基函数，限制基函数数量。",
        "该方法限制基函数 - 该方法限制基函数。",
        "该方法限制了基函数基函数基函数基函数的数量。",
        "该方法限制了 3 个基函数的数量。",
        "该方法限制了 basis 函数的数量。",
        "该方法限制了\ufffd函数的数量。",
        "该方法限制了“表示解的基函数的数量。",
        "该方法限制了（表示解的基函数的数量。",
        "该方法。",
        "该方法限制了" + "表示解的函数，" * 3 + "以及其他所有可能出现的各种函数和变量的总数量，无一例外地如此。",
    ],
)
def test_faults_are_seen(target):
    assert find_faults(SENTENCE, "该方法限制了表示解的基函数的数量。") == 0
    assert find_faults(SENTENCE, target) > 0


def test_a_pair_that_the_english_opens_only_is_no_fault():
    assert find_faults("He said “we limit the functions.", "他说：“我们限制函数。") == 0


@pytest.mark.parametrize(("text", "broken"), [("这这这这这", True), ("\ufffd", True), ("———", False), ("好好", False)])
def test_broken_texts_are_no_texts(text, broken):
    assert is_broken(text) == broken
