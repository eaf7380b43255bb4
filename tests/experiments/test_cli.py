"""The command line from outside: what it prints, where, and how it exits."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from experiments import batch, box, cli, job, launch, run, store, sweep, verify
from experiments.identity import ROOT

WORDS = "verify, results, would-sign, what-if, agreement, cite"
SMALL = ["case=camp_david", "worlds=3", "threads=1"]
MANIFEST = [
    "schema_version",
    "experiment",
    "run_id",
    "command",
    "seed",
    "worlds",
    "complete",
    "chunks",
    "config_sha256",
    "case",
    "case_sha256",
    "ensemble",
    "package_version",
    "git_commit",
    "python",
    "versions",
    "platform",
    "started",
    "finished",
    "seconds",
    "digest",
]


@pytest.fixture
def tango(tmp_path, monkeypatch, capsys):
    """Run `tango` in this process, in an empty folder, without drawing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("experiments.figures.draw_baseline", lambda *_: [])

    def call(*words):
        code = run.main(words)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def field(out, name):
    return re.search(rf"^{name}: (.*)$", out, re.MULTILINE)[1]


BAD = [
    (["agnts.ukraine=x"], ["agnts.ukraine: found agnts.ukraine; allowed backtest, box, "]),
    (["worlds=-5"], ["worlds: found -5; allowed an integer >= 1; nearest 1"]),
    (["seed=abc"], ["seed: found abc; allowed an integer >= 0 and <= 9223372036854775807; "]),
    (["seed=99999999999999999999999"], ["seed: found 99999999999999999999999; allowed an integer"]),
    (["war.cost_scale.russia=1e6"], ["war.cost_scale.russia: found 1000000.0; allowed a number"]),
    (["only_world=900", "worlds=200"], ["only_world: found 900; allowed 0 to 199; nearest 199"]),
    (["experiment=basline"], ["experiment: found basline; allowed "]),
    (["case=ukrain_2025"], ["case: found ukrain_2025; allowed camp_david, ukraine_2025; "]),
    (["engine=complied"], ["engine: found complied; allowed compiled, mesa; nearest compiled"]),
    (["ensemble=posteror"], ["ensemble: found posteror; allowed posterior, prior; nearest"]),
    (
        ["case=camp_david", "ensemble.when_missing=stop"],
        ["ensemble.kind: found posterior, but no draws were made from the evidence of camp_david"],
    ),
    (["case.later=x"], ["case.later: found x; allowed null"]),
    (["negotiators.ukrain=always_no"], ["negotiators.ukrain: found ukrain; allowed russia, uk"]),
    (["negotiators.ukraine=alway_no"], ["negotiators.ukraine: found alway_no; allowed always_no"]),
    (["war.cost_scale.rusia=2"], ["war.cost_scale.rusia: found rusia; allowed russia, ukraine"]),
    (["war.delta=1"], ["war.delta: found 1; allowed a number > 0 and < 1, or null; nearest none"]),
    (["fix.detla=0.98"], ["fix.detla: found detla; allowed delta, cost_flow.russia, "]),
    (["fix.cost_flow.ukrain=0.5"], ["fix.cost_flow.ukrain: found cost_flow.ukrain; allowed "]),
    (["fix.delta=0.9"], ["fix.delta: found 0.9; allowed a number >= 0.97 and <= 0.995; nearest "]),
    (["fix={kE:{us:9}}"], ["fix.kE.us: found 9; allowed a number >= 0.02 and <= 0.15; nearest 0"]),
    (["fix.delta=high"], ["fix.delta: found high; allowed a number; nearest none"]),
    (["fix.hazard.armistice=2"], ["fix.hazard.armistice: found 2; allowed a number >= 0.0093 "]),
    (
        ["fix.delta=0.98", "war.delta=0.98"],
        ["fix.delta: found war.delta beside it; allowed one of the two; nearest none"],
    ),
    (
        ["fix.holdout=3", "worlds=-1"],
        ["worlds: found -1; allowed an integer >= 1; nearest 1", "fix.holdout: found 3; allowed "],
    ),
    (["protocol.horizon_wekes=9"], ["protocol.horizon_wekes: found protocol.horizon_wekes; "]),
    (["worlds=[1"], ["worlds: found worlds=[1; allowed key=value"]),
    (["+experiment=baseline"], ["config: found experiment appears more than once"]),
    (["negotiator=always_no"], ["config: found Could not override 'negotiator'."]),
    (["--frob"], ["--frob: found --frob; allowed the flags of tango --help"]),
    (["--config-dir", "nowhere"], ["--config-dir: found nowhere; allowed an existing folder"]),
    (["-m", "experiment=glob(zz*)"], ["experiment: found glob(zz*); allowed backtest, baseline, "]),
    (
        ["-m", "experiment=baseline,basline"],
        ["experiment: found basline; allowed backtest, "],
    ),
    (["negotiators={ukraine:nope}"], ["negotiators.ukraine: found nope; allowed always_no, "]),
    (["case.dir=nowhere"], ["case.dir: found nowhere; allowed an existing folder"]),
    (["study.module=basline"], ["study.module: found basline; allowed backtest, baseline"]),
    (["worlds=5", "worlds=6"], ["worlds: found 5 and 6; allowed one value (several: tango -m "]),
    (["-m", "seed=1", "+seed=2,3"], ["seed: found 1 and 2,3; allowed one value"]),
    (["case=camp_david", "case=camp_david"], ["case: found camp_david and camp_david; allowed"]),
    (
        ["negotiators.russia=always_no", "negotiators.russia=responsive"],
        ["negotiators.russia: found always_no and responsive; allowed one value"],
    ),
    (
        ["seal"],
        [f"seal: found a word not built yet; allowed {WORDS}"],
    ),
    (["verify", "basline"], ["verify: found basline; allowed backtest, baseline"]),
    (["verify", "--case", "nowhere"], [""]),
    (["verify", "--bogus"], ["verify: found --bogus; allowed [PRESET or RUN_FOLDER ...] [--case"]),
    (["verify", "--csae", "x"], ["verify: found --csae; "]),
    (["verify", "--case"], ["verify: found --case (expected one argument); allowed [PRESET or "]),
    (["results", "a", "b"], ["results: found b; allowed one FOLDER or none; nearest none"]),
    (
        ["verfy"],
        [f"verfy: found verfy; allowed {WORDS}, or key=value; nearest"],
    ),
    (
        ["resuls", "a"],
        [f"resuls: found resuls; allowed {WORDS}, or "],
    ),
    (
        ["cit", "--x"],
        [f"cit: found cit; allowed {WORDS}, or key"],
    ),
    (["worlds=3", "verify"], ["verify: found verify; allowed key=value"]),
    (["cite", "me"], ["cite: found me; allowed no further word; nearest none"]),
    (["seed=abc", "worlds=-5", "x=1"], ["x: found x; ", "seed: found abc; ", "worlds: found -5; "]),
]


@pytest.mark.parametrize(("words", "lines"), BAD, ids=[" ".join(words) for words, _ in BAD])
def test_bad_input_is_named_on_stderr_and_exits_2(tango, words, lines):
    code, out, err = tango(*words)
    assert code == 2
    assert "Traceback" not in out + err
    assert out == "" or words[0] == "-m"
    said = [line for line in err.splitlines() if line]
    assert len(said) == len(lines)
    for line, start in zip(said, lines, strict=True):
        assert line.startswith(f"error: {start}")
        assert "; allowed " in line
        assert "; nearest " in line


def test_a_results_folder_that_is_a_file_is_bad_input(tango, tmp_path):
    (tmp_path / "taken").touch()
    code, _, err = tango("results_dir=taken", *SMALL)
    assert (code, err.count("error: results_dir: found a file")) == (2, 1)


BROKEN = [
    ["case.dir=/nope"],
    ["case.dir=empty"],
    ["mediator.rule=foo:bar"],
    ["mediator.rule=agents.mediator:redaft"],
]


@pytest.mark.parametrize("words", BROKEN, ids=" ".join)
def test_stdout_is_empty_on_bad_input_found_late(tango, tmp_path, words):
    (tmp_path / "empty").mkdir()
    code, out, err = tango(*SMALL, *words)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")


def test_stdout_is_empty_if_the_run_folder_is_in_use(tango):
    _, out, _ = tango(*SMALL)
    assert out.startswith("Question: ")
    with store.locked(Path(field(out, "Run"))):
        code, out, err = tango(*SMALL)
    assert (code, out) == (2, "")
    assert "in use by another process" in err


def test_nothing_is_written_for_bad_input(tango, tmp_path):
    tango("worlds=-5")
    tango("-m", "worlds=-5,-6")
    assert list(tmp_path.iterdir()) == []


def test_a_run_ends_with_findings_figures_digest_run(tango, tmp_path):
    code, out, _ = tango(*SMALL)
    assert code == 0
    last = out[out.index("Findings:") :].splitlines()
    assert [line.split(":")[0] for line in last if not line.startswith("- ")] == [
        "Findings",
        "Figures",
        "Digest",
        "Run",
    ]
    folder = tmp_path / field(out, "Run")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert list(manifest) == MANIFEST
    assert manifest["complete"]
    assert re.fullmatch("[0-9a-f]{64}", field(out, "Digest"))
    assert manifest["digest"] == field(out, "Digest")
    assert re.fullmatch("[0-9a-f]{12}", folder.name)
    assert manifest["run_id"] == folder.name
    findings = json.loads((folder / "findings.json").read_text())
    keys = {"value", "low", "high", "unit", "n", "n_unproven", "sentence"}
    assert all(set(found) == keys for found in findings.values())
    kept = {path.name for path in folder.iterdir()}
    assert kept == {
        "config.yaml", "manifest.json", "findings.json", "worlds", "figures", "report.html",
        "log.txt",
    }  # fmt: skip
    assert {path.name for path in (tmp_path / "results").iterdir()} == {"baseline"}
    table = pq.read_table(next((folder / "worlds").iterdir()))
    assert table.column_names[:2] == ["arm", "world"]
    assert all(table.schema.field(name).metadata[b"unit"] for name in table.column_names)


def test_headlines_of_a_run_with_a_box_name_their_corners_and_come_first(
    tango, tmp_path, monkeypatch
):
    monkeypatch.setattr(box, "SIMULATE", "tests.experiments.fake_summary:simulate_summary")
    words = ["case=camp_david", "worlds=30", "threads=1", "box.worlds=8", "box.corners=9"]
    code, out, _ = tango(*words)
    assert code == 0
    folder = tmp_path / field(out, "Run")
    findings = json.loads((folder / "findings.json").read_text())
    worth = findings["median_zopa_months"]
    assert worth["low_corner"] == {"rho0": 0.02, "optimism": 0.0}
    assert worth["low"] <= worth["value"] <= worth["high"]
    kept = json.loads((folder / "box.json").read_text())
    assert (kept["screening_worlds"], kept["corner_worlds"]) == (8, 9)
    said = out[out.index("Findings:") :].splitlines()[1:]
    heads = ["Acceptable", "What the best text", "Worth not", "Half a year", "Findable", "Durable"]
    assert all(line.startswith(f"- {head}") for line, head in zip(said, heads, strict=False))
    assert said[6].startswith("- More")
    assert len(said) == len(findings) + 1 + 3  # and Figures, Digest, Run
    assert "(rho0=0.02, optimism=0)" in said[1]


def test_the_manifest_keeps_the_command_as_typed(tango, tmp_path):
    words = [*SMALL, "negotiators.egypt=always_no", "protocol.visit_order=[egypt, israel]"]
    _, out, _ = tango(*words)
    kept = json.loads((tmp_path / field(out, "Run") / "manifest.json").read_text())
    assert shlex.split(kept["command"]) == ["tango", *words]
    assert "TANGO_COMMAND" not in os.environ


def test_the_largest_seed_runs(tango):
    assert tango(*SMALL, f"seed={2**63 - 1}")[0] == 0


def test_a_finished_run_is_read_not_computed(tango, monkeypatch):
    first = tango(*SMALL)
    monkeypatch.setattr(batch, "run", None)
    assert tango(*SMALL)[:2] == first[:2]
    assert tango(*SMALL, "chunk=1")[:2] == first[:2]


def test_a_damaged_run_fails_and_force_computes_it_anew(tango, tmp_path):
    _, out, _ = tango(*SMALL)
    folder = tmp_path / field(out, "Run")
    (part,) = (folder / "worlds").iterdir()
    table = pq.read_table(part)
    store.write_part(part, table.slice(0, 2))
    code, _, err = tango(*SMALL)
    assert code == 1
    assert "force=true" in err
    assert tango("verify", str(folder))[0] == 1
    code, again, _ = tango(*SMALL, "force=true", "chunk=1")
    assert code == 0
    assert field(again, "Digest") == field(out, "Digest")
    assert field(again, "Run") == field(out, "Run") + ".2"
    assert tango("verify", field(again, "Run"))[0] == 0


def test_an_unfinished_run_goes_on_with_its_own_chunk(tango, tmp_path, monkeypatch):
    def stopped(plan, todo, *_):
        batch.compute(plan, todo[0])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(batch, "run", stopped)
        code, _, err = tango(*SMALL, "chunk=2")
    assert code == 130
    assert "goes on" in err
    (folder,) = (tmp_path / "results" / "baseline").iterdir()
    (kept,) = (folder / "worlds").iterdir()
    before = kept.stat().st_mtime_ns
    assert not json.loads((folder / "manifest.json").read_text())["complete"]
    code, out, _ = tango(*SMALL, "chunk=1")
    assert code == 0
    assert kept.stat().st_mtime_ns == before
    assert len(store.parts(folder / "worlds")) == 2
    assert field(out, "Digest") == field(tango(*SMALL, "results_dir=other")[1], "Digest")


def workers_of(parent):
    """Return the processes a run has started to compute in."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            started_by = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if int(started_by) == parent and b"spawn_main" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            pass
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for workers in /proc")
@pytest.mark.parametrize("pause", [0, 0.3])
def test_ctrl_c_while_workers_import_is_one_line(tmp_path, pause):
    words = ["case=camp_david", "ensemble=prior", "worlds=40", "chunk=1", "threads=2"]
    started = subprocess.Popen(
        [sys.executable, "-m", "experiments.run", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not workers_of(started.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(pause)
    os.killpg(started.pid, signal.SIGINT)  # as a terminal does: to parent and workers
    _, err = started.communicate(timeout=60)
    assert started.returncode == 130
    assert "Traceback" not in err
    said = [line for line in err.splitlines() if line and not line.startswith("worlds:")]
    assert [line.split()[0] for line in said] == ["Stopped."]


def test_one_world_alone_is_its_row(tango, tmp_path):
    _, whole, _ = tango(*SMALL)
    code, one, _ = tango(*SMALL, "only_world=1", "trace=true")
    assert code == 0
    every = store.read_table(tmp_path / field(whole, "Run") / "worlds").to_pylist()
    alone = store.read_table(tmp_path / field(one, "Run") / "worlds").to_pylist()
    assert alone == [every[1]]
    assert store.read_table(tmp_path / field(one, "Run") / "rounds").num_rows > 0


def test_every_job_of_a_multirun_runs_and_the_worst_counts(tango):
    code, out, err = tango("-m", "war.delta=0.98,2,0.99", *SMALL)
    assert code == 2
    assert err.count("error: war.delta: found 2") == 1
    assert out.count("Digest:") == 2
    table = out[out.index("Comparison:") :].splitlines()
    assert table[1].split()[:2] == ["job", "war.delta"]
    assert [line.split()[-1] for line in table[2:]] == ["0", "2", "0"]


def test_a_sweep_over_presets_goes_on_after_one_that_does_not_fit(tango):
    words = ["-m", "experiment=who_reads_first,baseline", "negotiators={egypt: always_no}"]
    code, out, err = tango(*words, *SMALL)
    assert code == 2
    assert "protocol.visit_order: found russia; allowed egypt, " in err
    assert [line.split()[-1] for line in out.splitlines()[-2:]] == ["2", "0"]


def test_a_failing_job_exits_1(tango, monkeypatch):
    def fails(*_):
        raise ArithmeticError("no such luck")

    monkeypatch.setattr(job, "_look", fails)
    code, _, err = tango(*SMALL)
    assert code == 1
    assert "no such luck" in err


def test_a_preset_held_to_its_promise_exits_3_twice(tango, tmp_path):
    preset = tmp_path / "mine" / "experiment" / "strict.yaml"
    preset.parent.mkdir(parents=True)
    preset.write_text(
        "# @package _global_\ndefaults: [{override /case: camp_david}]\nquestion: Really?\n"
        "worlds: 3\nsmoke: {worlds: 2}\nexpect:\n"
        "  full: ['pr_zopa.value between 2 and 3']\n  smoke: ['pr_zopa.n between 5 and 5']\n"
    )
    words = ["--config-dir", "mine", "experiment=strict", "threads=1"]
    for _ in range(2):  # the second time it is read
        code, _, err = tango(*words)
        assert code == 3
        assert "expect: pr_zopa.value between 2 and 3: found " in err
    assert "found 2" in tango(*words, "worlds=2")[2]  # the smoke level has its own promise
    assert tango(*words, "seed=1")[0] == 0  # another question is held to nothing


def test_verify_runs_presets_and_exits_3_when_a_promise_fails(tango, monkeypatch):
    plain = verify.composed(["case=camp_david"]) | {"smoke": {"worlds": 3}}
    monkeypatch.setattr(verify, "composed", lambda _: plain)
    plain["expect"] = {"smoke": ["pr_zopa.n between 3 and 3"], "full": []}
    assert tango("verify", "baseline")[0] == 0
    plain["expect"] = {"smoke": ["pr_zopa.value between 7 and 8"], "full": []}
    code, out, _ = tango("verify", "baseline")
    assert code == 3
    assert "expect: pr_zopa.value between 7 and 8" in out


def test_verify_checks_a_case(tango):
    code, out, _ = tango("verify", "--case", str(ROOT / "conf" / "case" / "camp_david.yaml"))
    assert code == 0
    assert out.startswith("camp_david: 3 parties") or "parties" in out


def test_a_negotiator_of_ones_own_is_a_yaml_and_a_function(tango, tmp_path):
    folder = tmp_path / "conf" / "negotiator"
    folder.mkdir(parents=True)
    (folder / "stubborn.yaml").write_text("respond: agents.always_no:respond\n")
    code, _, _ = tango(*SMALL, "negotiators.egypt=stubborn")
    assert code == 0
    (folder / "broken.yaml").write_text("respond: no_such_module:respond\n")
    code, _, err = tango(*SMALL, "negotiators.egypt=broken")
    assert code == 2
    assert "no_such_module" in err


def test_results_lists_runs(tango):
    tango(*SMALL)
    code, out, _ = tango("results")
    assert code == 0
    assert "complete" in out
    assert "No runs" in tango("results", "elsewhere")[1]


def test_the_words_that_answer_at_once(tango):
    assert tango("--version")[1].startswith("tango ")
    assert "@software" in tango("cite")[1]
    code, out, _ = tango("worlds=5", "--help")
    assert code == 0
    assert out.strip() == cli.HELP
    assert len(cli.HELP.splitlines()) <= 40
    assert max(map(len, cli.HELP.splitlines())) <= 100


def test_help_loads_neither_hydra_nor_numba():
    code = (
        "import sys; from experiments.run import main; main(['--help']);"
        "print(sorted({'hydra', 'numba', 'mesa', 'pyarrow', 'numpy'} & set(sys.modules)))"
    )
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("name", ["sim", "agents", "conf"])
def test_a_shadowing_package_is_refused(name, tmp_path):
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}]; import experiments.run as run;"
        f"sys.path[:0] = [{str(tmp_path)!r}]; sys.exit(run.main(['--version']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path.parent,
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {name}: found another package, {tmp_path}")


def test_help_promises_only_keys_that_exist():
    plain = verify.composed([])
    for key in re.findall(
        r"(?<= )([a-z_]+)(?=[ =.])", cli.HELP.split("Keys")[1].split("Presets")[0]
    ):
        assert key in plain or key in ("all", "of", "them", "tango", "job", "dir"), key


def make(*words, path=os.environ["PATH"]):
    env = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")} | {"PATH": path}
    return subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, env=env)


@pytest.mark.parametrize("target", ["classroom"])
def test_make_says_what_is_not_built_yet(target):
    done = make(target)
    first, *_ = done.stderr.splitlines()
    assert first.startswith(f"make {target}: not built yet")
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert re.search(rf"^{target} .*\(not built yet\)$", make("help").stdout, re.MULTILINE)


def test_make_sets_up_in_one_line(tmp_path):
    python, uv = tmp_path / "python", tmp_path / "uv"
    python.write_text('#!/bin/sh\n[ "$2" != venv ] || { mkdir -p "$3/bin"; cp "$0" "$3/bin"; }\n')
    uv.write_text("#!/bin/sh\nexit 1\n")  # there, but not working
    for tool in (python, uv):
        tool.chmod(0o755)
    where = tmp_path / "venv"
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = make("setup", f"VENV={where}", f"PYTHON={python}", path=path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"Setting up {where} ...\n"


def test_the_worst_code_wins():
    assert sweep.worst([0, 3, 0]) == 3
    assert sweep.worst([3, 2]) == 2
    assert sweep.worst([2, 1, 3]) == 1


def test_hydra_is_told_of_free_names():
    assert launch.open_tables(["war.cost_scale.x=2"]) == ["++war.cost_scale.x=2"]
