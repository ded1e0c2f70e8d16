// Processes: a supervised child (see CLinuxProcesses.c), pidfds, signals.
#pragma once
#include <stdint.h>
#include <sys/types.h>

/// What a supervised process shall be. Descriptors that are not wanted are -1, texts NULL.
struct clinux_spawn {
    /// Absolute path, and arguments and environment that end with NULL.
    const char *path;
    char *const *arguments;
    char *const *environment;
    const char *directory;
    int standard_input;
    int standard_output;
    int standard_error;
    /// The supervisor writes `struct clinux_exit` here at the end.
    int report;
    /// When the other end of this pipe is closed, all processes are killed.
    int lifeline;
    /// A network namespace to live in.
    int network;
    /// The pidfd of a supervisor in whose network, mount and PID namespaces the process shall live.
    int join;
    /// A PID namespace and a mount namespace of its own, with its own /proc.
    int isolated;
    /// A file to stand over /etc/resolv.conf; with `isolated` only.
    const char *resolver;
    /// An empty directory that the mount namespace may mount over, for hosts without /etc/resolv.conf.
    const char *scratch;
};

/// What the supervisor has to say. A failure may be followed by the other two, which then mean nothing.
struct clinux_exit {
    /// 0 the start failed, 1 started, 2 ended.
    int32_t kind;
    /// Of a failure: enum clinux_spawn_step.
    int32_t failed_step;
    /// Of a failure: the errno.
    int32_t error;
    /// Of an end: as wait(2) tells it.
    int32_t status;
};

enum clinux_spawn_step {
    CLINUX_STEP_JOIN = 1,
    CLINUX_STEP_NETWORK,
    CLINUX_STEP_MOUNTS,
    CLINUX_STEP_PROC,
    CLINUX_STEP_RESOLVER,
    CLINUX_STEP_FORK,
    CLINUX_STEP_DIRECTORY,
    CLINUX_STEP_EXEC,
};

/// Starts the supervisor and its child; the supervisor's process id, its pidfd in `*pidfd`; -1 with errno.
pid_t clinux_spawn_supervised(const struct clinux_spawn *request, int *pidfd);

int clinux_pidfd_open(pid_t process);
int clinux_pidfd_send_signal(int pidfd, int signal);
/// Waits for a child by its pidfd without blocking: 1 it has ended and is reaped, 0 it lives, -1 with errno.
int clinux_pidfd_reap(int pidfd);

/// From now on the signal writes its number, one byte, to the descriptor, which does not block. A SIGHUP that
/// is ignored stays so.
int clinux_signal_to_descriptor(int number, int descriptor);
