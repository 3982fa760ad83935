"""Run by the solver's own Python: the best value of a board, by another algorithm than ours (Jonker and Volgenant).

Every place is a column of its own, and every need has one more for staying without, worth nothing.
"""

import json
import sys
from itertools import accumulate
from pathlib import Path

from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

HIGH = 1_000_000


def main() -> None:
    """Print the value."""
    choices, places = json.loads(Path(sys.argv[1]).read_text())
    first = [0, *accumulate(places)]
    edges = [
        (HIGH - worth, need, place)
        for need, each in enumerate(choices)
        for offer, worth in each
        for place in range(first[offer], first[offer + 1])
    ]
    edges += [(HIGH, need, first[-1] + need) for need in range(len(choices))]
    costs, needs, columns = zip(*edges, strict=True)
    graph = csr_matrix((costs, (needs, columns)), shape=(len(choices), first[-1] + len(choices)))
    chosen = min_weight_full_bipartite_matching(graph)
    print(int(sum(HIGH - graph[need, column] for need, column in zip(*chosen, strict=True))))


if __name__ == "__main__":
    main()
