// epoll, eventfd, timerfd, pipes and splice.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <sys/types.h>

int clinux_pipe2_nonblocking(int ends[2]);
/// F_SETPIPE_SZ: the size the kernel gave, or -1.
int clinux_set_pipe_size(int descriptor, int bytes);
/// splice(2) with SPLICE_F_MOVE and SPLICE_F_NONBLOCK, and no offsets.
ssize_t clinux_splice(int from, int to, size_t bytes, int more);
int clinux_set_thread_name(const char *name);
/// The calling thread stays on the processor that it runs on now.
int clinux_stay_on_processor(int processor);
