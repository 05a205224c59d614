"""Training resumes exactly, splits over processes, and stops at a loss that is no number."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from distill.train.bases import with_lora
from distill.train.loop import CHECKPOINT, Schedule, bar, plan_batches, train
from distill.training import refuse_broken
from tests.distill.training_helpers import ITEMS, tiny_base, tiny_lessons
from tutor_app.errors import UserError

SCHEDULE = Schedule(
    learning_rate=3e-3,
    epochs=12,
    batch_tokens=120,
    precision="float32",
    threads=1,
    warm_up=3,
    checkpoint_minutes=0,
)


def _run(base: Path, folder: Path, schedule: Schedule = SCHEDULE) -> dict[str, torch.Tensor]:
    folder.mkdir(exist_ok=True)
    model, lessons = tiny_lessons(base)
    train(
        model,
        [lessons.answer(item) for item in ITEMS],
        schedule,
        folder,
        lambda words: None,
        folder / "log.jsonl",
    )
    return model.state_dict()


def _losses(folder: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (folder / "log.jsonl").read_text().splitlines()]


def test_every_example_is_in_every_epoch_and_no_batch_is_too_long() -> None:
    lengths = [30, 90, 10, 60, 45]
    batches = plan_batches(lengths, Schedule(1.0, epochs=2, batch_tokens=100))
    assert sorted(i for batch in batches for i in batch) == sorted([0, 1, 2, 3, 4] * 2)
    assert all(max(lengths[i] for i in batch) * len(batch) <= 100 for batch in batches)
    assert batches == plan_batches(lengths, Schedule(1.0, epochs=2, batch_tokens=100))


def test_low_rank_training_learns_through_few_weights_and_ends_in_a_plain_model(tmp_path: Path) -> None:
    model, lessons = tiny_lessons(tiny_base(tmp_path / "base"))
    plain = {name: weight.clone() for name, weight in model.state_dict().items()}
    adapted = with_lora(model, 4, 1)
    trained = sum(weight.numel() for weight in adapted.parameters() if weight.requires_grad)
    assert trained < sum(weight.numel() for weight in plain.values()) / 2
    examples = [lessons.answer(item) for item in ITEMS]
    train(adapted.get_base_model(), examples, SCHEDULE, tmp_path, lambda words: None, tmp_path / "log.jsonl")
    losses = _losses(tmp_path)
    assert sum(losses[-4:]) < sum(losses[:4])
    whole = adapted.merge_and_unload().state_dict()
    assert whole.keys() == plain.keys()
    embeddings, attention = "model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight"
    assert torch.equal(whole[embeddings], plain[embeddings])
    assert not torch.equal(whole[attention], plain[attention])


def test_people_see_how_far_training_is(tmp_path: Path) -> None:
    said: list[str] = []
    model, lessons = tiny_lessons(tiny_base(tmp_path / "base"))
    train(model, [lessons.answer(item) for item in ITEMS], SCHEDULE, tmp_path, said.append)
    assert said[-1].startswith("████████████ step")
    assert bar(1, 4) == "███░░░░░░░░░"


def test_the_log_tells_how_well_dev_lessons_are_known(tmp_path: Path) -> None:
    model, lessons = tiny_lessons(tiny_base(tmp_path / "base"))
    taught, dev = [lessons.answer(item) for item in ITEMS[:4]], [lessons.answer(ITEMS[4])]
    log, said = tmp_path / "log.jsonl", []
    train(model, taught, SCHEDULE, tmp_path, said.append, log, dev)
    looks = [row for row in map(json.loads, log.read_text().splitlines()) if "dev_loss" in row]
    assert len(looks) == 10
    assert {row["dev_right"] for row in looks} <= {0.0, 1.0}
    assert said[-1].startswith(f"on dev questions: loss {looks[-1]['dev_loss']:.3f}")


def test_training_learns_the_lessons(tmp_path: Path) -> None:
    _run(tiny_base(tmp_path / "base"), tmp_path / "run")
    losses = _losses(tmp_path / "run")
    assert sum(losses[-4:]) < 0.7 * sum(losses[:4])


@pytest.mark.parametrize("family", ["llama", "t5"])
def test_a_killed_run_goes_on_with_the_same_losses_and_weights(tmp_path: Path, family: str) -> None:
    base = tiny_base(tmp_path / "base", family)
    whole = _run(base, tmp_path / "whole")
    code = (
        "from pathlib import Path; from tests.distill.test_training_loop import _run; "
        f"_run(Path({str(base)!r}), Path({str(tmp_path / 'killed')!r}))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[2])
    log = tmp_path / "killed" / "log.jsonl"
    while process.poll() is None and not (log.exists() and len(log.read_text().splitlines()) > 4):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    again = _run(base, tmp_path / "killed")
    assert not (tmp_path / "killed" / CHECKPOINT).exists()
    by_step = {row["step"]: row["loss"] for row in map(json.loads, log.read_text().splitlines())}
    assert [by_step[step] for step in sorted(by_step)] == _losses(tmp_path / "whole")
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_two_processes_learn_what_one_does(tmp_path: Path) -> None:
    base = tiny_base(tmp_path / "base")
    _run(base, tmp_path / "one")
    code = (
        "from pathlib import Path; from tests.distill.test_training_loop import _run; "
        "import os, torch.distributed as d; "
        f"_run(Path({str(base)!r}), Path({str(tmp_path)!r}) / ('two', 'other')[int(os.environ['RANK'])]); "
        "d.destroy_process_group()"
    )
    place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29571", "WORLD_SIZE": "2"}
    team = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[2],
            env={**os.environ, **place, "RANK": str(rank)},
        )
        for rank in range(2)
    ]
    assert [process.wait(timeout=600) for process in team] == [0, 0]
    assert _losses(tmp_path / "two") == pytest.approx(_losses(tmp_path / "one"), abs=2e-3)


def test_frozen_layers_stay_as_they_are(tmp_path: Path) -> None:
    base = tiny_base(tmp_path / "base")
    before = tiny_lessons(base)[0].state_dict()
    after = _run(
        base, tmp_path / "run", Schedule(1e-2, batch_tokens=120, precision="float32", frozen_layers=1)
    )
    assert torch.equal(
        before["model.layers.0.mlp.up_proj.weight"], after["model.layers.0.mlp.up_proj.weight"]
    )
    assert not torch.equal(
        before["model.layers.1.mlp.up_proj.weight"], after["model.layers.1.mlp.up_proj.weight"]
    )


def test_a_student_whose_last_step_spoilt_it_is_not_kept(tmp_path: Path) -> None:
    model, _ = tiny_lessons(tiny_base(tmp_path))
    refuse_broken(model, "lessons-1")
    next(model.parameters()).data[0] = float("inf")  # type: ignore[attr-defined]
    with pytest.raises(UserError, match="lessons-1 ended with weights that are no numbers"):
        refuse_broken(model, "lessons-1")


def test_a_loss_that_is_no_number_stops_and_leaves_nothing_to_go_on_from(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"not a number at step .* lower learning_rate"):
        _run(
            tiny_base(tmp_path / "base"),
            tmp_path / "run",
            Schedule(1e30, epochs=6, batch_tokens=120, clip=1e30),
        )
    assert not (tmp_path / "run" / CHECKPOINT).exists()


def test_a_model_that_is_frozen_whole_is_refused(tmp_path: Path) -> None:
    model, lessons = tiny_lessons(tiny_base(tmp_path / "base"))
    adapted = with_lora(model, 4, 1).get_base_model()
    schedule = replace(SCHEDULE, frozen_layers=2)
    with pytest.raises(UserError, match="frozen_layers = 2 nothing is left to train: the model has 2 layers"):
        train(adapted, [lessons.answer(ITEMS[0])], schedule, tmp_path, print, tmp_path / "log.jsonl")
