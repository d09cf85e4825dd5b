import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from coding_measures import calibration_error, in_order, measures
from coding_reviewer import fixed_order, rounds
from coding_study import agreement, codebook_of, read_folder

ROOT = Path(__file__).parents[2]
TRUTH = np.array([[True, False], [False, True], [False, False]])

ANSWERS = (
    ("How do you travel?", "The train was late again and I missed the meeting.", ["travel > late"]),
    ("What do you eat?", "Soup and bread at noon, every day the same.", ["food"]),
    ("How do you travel?", "I cycle to work when it does not rain.", ["travel"]),
    ("What do you eat?", "Nothing until the evening, then a large supper.", ["food"]),
    ("How do you travel?", "The bus did not come, so I was late by an hour.", ["travel > late"]),
    ("Anything else?", "No, that is all.", []),
)


def folder(tmp_path, interviews=4):
    """A folder of made-up interviews, of which the first was coded by two people."""
    rows = []
    for number in range(interviews):
        for index, (question, text, codes) in enumerate(ANSWERS):
            place = {"interview_id": f"P{number}", "segment_index": 2 * index}
            rows.append({**place, "speaker": "MODERATOR", "text": question, "codes": ["food"], "coder": "first"})
            said = {**place, "segment_index": 2 * index + 1, "speaker": "PARTICIPANT", "text": f"{text} ({number})"}
            rows.append({**said, "codes": codes, "coder": "first"})
            if number == 0:
                rows.append({**said, "codes": codes if index else ["food"], "coder": "primary"})
    codes = [
        {"code": "travel", "parent": None, "definition": "Getting from one place to another."},
        {"code": "travel > late", "parent": "travel", "definition": None},
        {"code": "food", "parent": "daily life", "definition": "What people eat."},
    ]
    for name, lines in (("segments.jsonl", rows), ("codebook.jsonl", codes)):
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return tmp_path


def test_the_folder_is_read_as_its_readme_says(tmp_path):
    """Who asks is no data, the primary coder counts, a missing theme is made, and names are unique."""
    data = read_folder(folder(tmp_path))
    assert len(data.rows) == 4 * len(ANSWERS)
    assert data.rows[0].codes == {"food"}
    assert data.rows[len(ANSWERS)].codes == {"travel > late"}
    assert data.rows[1].question == "What do you eat?"
    book = codebook_of(data)
    assert [code.name for code in book] == ["travel", "late", "food", "daily life"]
    assert book[1].parent == book[0].guid
    assert [len(turns) for turns in read_folder(tmp_path, 2).turns.values()] == [4, 4, 4, 4]


def test_two_people_are_compared_where_both_coded(tmp_path):
    """Six segments were coded twice, one of them differently."""
    told = agreement(read_folder(folder(tmp_path)))
    assert told["segments"] == 6
    assert told["identical"] == pytest.approx(5 / 6)
    assert told["micro_f1"] == pytest.approx(2 * 4 / 10)
    assert 0 < told["kappa"] < 1


def test_figures_of_a_known_ranking():
    """Worked by hand: the second of two codings is found at the third look."""
    scores = np.array([[0.9, 0.8], [0.1, 0.7], [0.0, 0.2]])
    told = measures(scores, TRUTH, likely=True)
    assert told["micro_ap"] == pytest.approx((1 + 2 / 3) / 2)
    assert told["recall_at"] == {"1": 1.0, "3": 1.0, "5": 1.0}
    assert told["looks_per_coding"] == {"50": 1.0, "80": 1.5, "95": 1.5}
    assert told["wss95"] == pytest.approx(1 - 3 / 6 - 0.05)
    assert told["macro_ap"] is None
    half = next(line for line in told["thresholds"] if line["threshold"] == 0.5)
    assert [half["precision"], half["coverage"], half["silent"]] == pytest.approx([2 / 3, 1.0, 1 / 3])


def test_a_calibrated_score_has_no_error_and_a_boastful_one_has():
    """Said 20 % and true in 20 %: zero; said 100 %: 0.8."""
    right = np.arange(100) % 5 == 0
    shuffled = right[np.random.default_rng(0).permutation(100)]
    assert calibration_error(np.full(100, 0.2), right) == pytest.approx(0)
    assert calibration_error(np.full(100, 0.2), np.sort(right)) == pytest.approx(0)
    assert calibration_error(np.repeat([0.2, 0.6], 50), np.sort(right)) == pytest.approx(0.2)
    assert calibration_error(np.ones(100), shuffled) == pytest.approx(0.8)


def test_orders_that_do_not_learn():
    """Segment by segment all codes, or round by round one code of each segment."""
    similar = np.array([[0.1, 0.9], [0.2, 0.8], [0.3, 0.7]])
    assert fixed_order(similar, TRUTH).found_at.tolist() == [2, 3]
    assert rounds(similar, TRUTH).found_at.tolist() == [2, 4]
    assert in_order(TRUTH, np.arange(6)).found_at.tolist() == [1, 4]


@pytest.mark.models
def test_the_benchmark_runs_and_prints_what_it_promises(tmp_path):
    """On a made-up folder with the real embedding model: every figure is there, and later interviews are learned."""
    command = [sys.executable, str(ROOT / "benchmarks" / "coding.py"), "--data", str(folder(tmp_path)), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    told = json.loads(done.stdout)
    wanted = {"micro_ap", "macro_ap", "recall_at", "segment_ap", "ece", "looks_per_coding", "wss95"}
    for each in (told["ours"], *told["baselines"].values()):
        assert wanted <= set(each["all"]) & set(each["second_half"])
    assert set(told["baselines"]) == {"retrieval", "retrieval_standardised", "nearest_confirmed"}
    assert told["llm"] is None
    assert told["human"]["segments"] == 6
    assert told["ours"]["second_half"]["micro_ap"] > told["baselines"]["retrieval"]["second_half"]["micro_ap"]
    assert told["seconds"] > 0
