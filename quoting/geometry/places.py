"""How many files are looked at at the same time."""

import os

MEMORY_PER_CHILD = 4 * 1024**3
AT_LEAST = 2  # one for what takes long, one for everything else
SHARED = 4  # more than many machines have processors: the kernel lets what is small through between what is large


def children_at_once() -> int:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(AT_LEAST, min(max(SHARED, os.cpu_count() or 1), memory // MEMORY_PER_CHILD))
