"""``python -m experiments.bench``."""

import sys

from experiments.bench.table import main

sys.exit(main())
