"""A study with a unit of work of its own: counted, kept, resumed and named like any other run."""

from pathlib import Path

import pytest

from experiments import batch, job, store, studies, worker
from experiments.compose import composed
from experiments.config import read_config
from sim.errors import BadInput

SOURCE = """
from pathlib import Path
import pyarrow as pa
from experiments.findings import exactly, finding
FIRST, BOXED, UNIT = (), False, "chain"

def columns(case, config):
    return {"chain": (pa.int64(), "number from 0"), "draw": (pa.float64(), "util")}

def units(case, config):
    return 5

def inputs(config):
    return [Path(config.case["later"])] if config.case["later"] else []

def simulate(case, config, first, last):
    chains = [i for i in range(first, last) for _ in range(3)]
    return {"chain": chains, "draw": [config.seed + i / 7 for i in chains]}

def findings(worlds, rounds, case, config, box):
    return {"rows": finding(exactly(float(len(worlds)), 5), "rows", "So many.")}

def figures(run_dir, case, config):
    return []
"""


@pytest.fixture
def counting(tmp_path, monkeypatch):
    """A configuration of a study that counts; the talks must not be needed."""
    (tmp_path / "counting.py").write_text(SOURCE)
    monkeypatch.setattr(studies, "__path__", [*studies.__path__, str(tmp_path)])
    monkeypatch.setattr(worker, "simulate_chunk", None)

    def config(*words, **case):
        plain = composed(["case=camp_david", "threads=1", *words])
        plain["case"] |= case
        plain |= {"study": {"module": "counting", "arms": {}}, "results_dir": str(tmp_path / "r")}
        return read_config(plain)

    return config


def test_units_are_counted_by_the_study_not_by_the_worlds(counting):
    result = job.execute(counting("worlds=200", "chunk=2"), None, quiet=True)
    assert result.findings["rows"]["value"] == 15
    parts = [path.name for path in store.parts(result.folder / "worlds")]
    assert parts == [store.part_name(first) for first in (0, 2, 4)]
    table = store.read_table(result.folder / "worlds")
    assert table["chain"].to_pylist() == [i for i in range(5) for _ in range(3)]
    assert table.schema.field("draw").metadata[b"unit"] == b"util"


def test_chunks_and_resumption_change_no_digest(counting, monkeypatch):
    whole = job.execute(counting("chunk=100"), None, quiet=True).digest
    config = counting("chunk=1", "force=true")
    compute, done = batch.compute, []

    def stops(plan, chunk):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(chunk)
        return compute(plan, chunk)

    monkeypatch.setattr(batch, "compute", stops)
    with pytest.raises(KeyboardInterrupt):
        job.execute(config, None, quiet=True)
    monkeypatch.setattr(batch, "compute", compute)
    resumed = job.execute(config, None, quiet=True)
    assert resumed.digest == whole
    assert len(store.parts(resumed.folder / "worlds")) == 5


def test_what_a_study_reads_enters_the_run_id(counting, tmp_path):
    later = tmp_path / "later.csv"
    later.write_text("one")
    first = job.prepare(counting(later=str(later))).run_id
    later.write_text("two")
    assert job.prepare(counting(later=str(later))).run_id != first
    assert job.prepare(counting()).run_id != first
    with pytest.raises(BadInput, match=r"case\.later: found .*nowhere; allowed a file"):
        job.prepare(counting(later=str(tmp_path / "nowhere")))


def test_a_unit_beyond_the_last_is_bad_input(counting):
    assert job.prepare(counting("only_world=4")).units == 5
    with pytest.raises(BadInput, match="only_world: found 5; allowed 0 to 4; nearest 4"):
        job.prepare(counting("only_world=5"))


def test_a_study_that_reads_no_later_evidence_refuses_it(tmp_path):
    plain = composed(["case=camp_david"])
    plain["case"]["later"] = str(Path(tmp_path))
    with pytest.raises(BadInput, match=r"case\.later: found .*; allowed null"):
        job.prepare(read_config(plain))


def test_what_an_arm_asks_of_its_case_is_checked_before_a_run_begins():
    arms = {"same": {}, "odd": {"guarantees": {"held": {"donetsk_withdrawal": "stays"}}}}
    plain = composed(["experiment=q03_how_strong_guarantees"])
    plain["study"] |= {"arms": arms}
    with pytest.raises(BadInput) as bad:
        job.prepare(read_config(plain))
    (fault,) = bad.value.faults
    assert fault.place == "study.arms.odd.guarantees.held.donetsk_withdrawal"
    assert fault.found == "stays"
