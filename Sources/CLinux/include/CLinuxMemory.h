// The heap of glibc (malloc.h).
#pragma once

// Lets the heap have at most so many arenas; 0 if glibc refuses.
int clinux_limit_arenas(int count);
