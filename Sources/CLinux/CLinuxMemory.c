#include "CLinuxMemory.h"
#include <malloc.h>

int clinux_limit_arenas(int count) { return mallopt(M_ARENA_MAX, count); }

int clinux_map_blocks(int size) { return mallopt(M_MMAP_THRESHOLD, size); }

int clinux_trim_heap(void) { return malloc_trim(0); }
