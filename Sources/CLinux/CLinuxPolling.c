#define _GNU_SOURCE
#include "CLinuxPolling.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

int clinux_pipe2_nonblocking(int ends[2]) { return pipe2(ends, O_CLOEXEC | O_NONBLOCK); }

int clinux_set_pipe_size(int descriptor, int bytes) {
    return fcntl(descriptor, F_SETPIPE_SZ, bytes);
}

ssize_t clinux_splice(int from, int to, size_t bytes, int more) {
    unsigned int flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | (more ? SPLICE_F_MORE : 0);
    return splice(from, NULL, to, NULL, bytes, flags);
}

int clinux_set_thread_name(const char *name) { return pthread_setname_np(pthread_self(), name); }

int clinux_stay_on_processor(int processor) {
    if (processor < 0) processor = sched_getcpu();
    if (processor < 0) return -1;
    cpu_set_t processors;
    CPU_ZERO(&processors);
    CPU_SET(processor, &processors);
    return sched_setaffinity(0, sizeof processors, &processors);
}
