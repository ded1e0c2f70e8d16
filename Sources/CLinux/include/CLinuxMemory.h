// The heap of glibc (malloc.h).
#pragma once

// Lets the heap have at most so many arenas; 0 if glibc refuses.
int clinux_limit_arenas(int count);

// Lets blocks of this size and larger have pages of their own; 0 if glibc refuses.
int clinux_map_blocks(int size);

// Gives the pages that nothing in the heap uses back to the kernel; 0 if there was none.
int clinux_trim_heap(void);
