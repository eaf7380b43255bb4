"""How fast worlds are computed, beside a rival measured in the same run (`make bench`).

``python -m experiments.bench`` prints a table and writes ``results/bench/bench.json``. The rival is
NegMAS; being AGPL it lives in an environment of its own and runs as another program
(`rival_negmas.py`), fed with plain JSON. Without that environment only our own figures are told.
"""
