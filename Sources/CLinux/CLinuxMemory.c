#include "CLinuxMemory.h"
#include <malloc.h>

int clinux_limit_arenas(int count) { return mallopt(M_ARENA_MAX, count); }

int clinux_trim_heap(void) { return malloc_trim(0); }
