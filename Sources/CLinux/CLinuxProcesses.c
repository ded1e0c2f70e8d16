// A process with a supervisor.
//
//   runner ──fork──▶ supervisor ──fork──▶ process ──▶ its own children
//
// The supervisor is a copy of the runner that never runs anything but this file. It forwards signals, takes in
// orphans, reports the end, and kills everything below it when the process ends or when the lifeline, a pipe whose
// other end only the runner holds, is closed: by the runner's will, or by its death of whatever kind. With `isolated`
// it is process 1 of a PID namespace, so the kernel kills the rest when the supervisor itself is killed; without, the
// process dies with it by PR_SET_PDEATHSIG, and grandchildren are then on their own.
//
// Between fork and exec only async-signal-safe calls are made: another thread may hold any lock.
#define _GNU_SOURCE
#include "CLinuxProcesses.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void report(int descriptor, int kind, int step, int error, int status) {
    struct clinux_exit message = {
        .kind = kind, .failed_step = step, .error = error, .status = status};
    ssize_t ignored = write(descriptor, &message, sizeof message);
    (void)ignored;
}

__attribute__((noreturn)) static void fail(const struct clinux_spawn *request, int step) {
    report(request->report, 0, step, errno, 0);
    _exit(127);
}

// Closes every descriptor but those of the request, so that no lifeline of another process lives on here.
static void close_others(const struct clinux_spawn *request, int extra) {
    int keep[] = {
        request->standard_input, request->standard_output, request->standard_error,
        request->report, request->lifeline, request->network, request->join, extra};
    enum { count = sizeof keep / sizeof keep[0] };
    for (int i = 1; i < count; i++) {
        for (int j = i; j > 0 && keep[j - 1] > keep[j]; j--) {
            int swap = keep[j];
            keep[j] = keep[j - 1];
            keep[j - 1] = swap;
        }
    }
    // The standard three become /dev/null, so that no descriptor made later gets their numbers.
    for (int number = 0; number < 3; number++) {
        int is_kept = 0;
        for (int i = 0; i < count; i++) is_kept |= keep[i] == number;
        if (!is_kept) dup2(request->standard_input, number);
    }
    unsigned int next = 3;
    for (int i = 0; i < count; i++) {
        if (keep[i] < 3 || (unsigned int)keep[i] < next) continue;
        if ((unsigned int)keep[i] > next) {
            syscall(SYS_close_range, next, (unsigned int)keep[i] - 1, 0);
        }
        next = (unsigned int)keep[i] + 1;
    }
    syscall(SYS_close_range, next, ~0U, 0);
}

static void reset_signals(void) {
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < 65; number++) sigaction(number, &standard, NULL);
}

// A host without /etc/resolv.conf, or with a dangling link, gets one in a layer over /etc that only this mount
// namespace sees.
static int layer_resolver(const struct clinux_spawn *request) {
    int source = open(request->resolver, O_RDONLY | O_CLOEXEC);
    if (source < 0) return -1;
    char options[512] = "lowerdir=/etc,upperdir=";
    char upper[160], work[160];
    size_t length = request->scratch == NULL ? 0 : strlen(request->scratch);
    if (length == 0 || length > 128) {
        errno = EINVAL;
        return -1;
    }
    strcpy(upper, request->scratch);
    strcat(upper, "/upper");
    strcpy(work, request->scratch);
    strcat(work, "/work");
    strcat(options, upper);
    strcat(options, ",workdir=");
    strcat(options, work);
    if (mount("tmpfs", request->scratch, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") != 0) return -1;
    if (mkdir(upper, 0755) != 0 || mkdir(work, 0755) != 0) return -1;
    if (mount("overlay", "/etc", "overlay", MS_NOSUID | MS_NODEV, options) != 0) return -1;
    unlink("/etc/resolv.conf");
    int target = open("/etc/resolv.conf", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (target < 0) return -1;
    char buffer[1024];
    ssize_t count;
    while ((count = read(source, buffer, sizeof buffer)) > 0) {
        if (write(target, buffer, (size_t)count) != count) return -1;
    }
    close(source);
    close(target);
    return count < 0 ? -1 : 0;
}

static void isolate(const struct clinux_spawn *request) {
    // What is mounted here stays here; what the host mounts later still comes in.
    if (mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) fail(request, CLINUX_STEP_MOUNTS);
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) {
        fail(request, CLINUX_STEP_PROC);
    }
    if (request->resolver == NULL) return;
    struct stat there;
    int result = stat("/etc/resolv.conf", &there) == 0
        // The mount follows a symbolic link to the file that it means.
        ? mount(request->resolver, "/etc/resolv.conf", "none", MS_BIND, NULL)
        : layer_resolver(request);
    if (result != 0) fail(request, CLINUX_STEP_RESOLVER);
}

__attribute__((noreturn)) static void become_process(
    const struct clinux_spawn *request, pid_t supervisor) {
    setsid();
    // The supervisor has one thread, so this tells of its death and of nothing less.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // From another PID namespace the parent is not seen: 0.
    pid_t parent = getppid();
    if (parent != 0 && parent != supervisor) _exit(127);
    if (request->directory != NULL && chdir(request->directory) != 0) {
        fail(request, CLINUX_STEP_DIRECTORY);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(request->path, request->arguments, request->environment);
    fail(request, CLINUX_STEP_EXEC);
}

// Kills the processes below this one, again until none is left: orphans come to this one as they appear.
static void kill_all(int children, int isolated, pid_t child, int *status) {
    for (;;) {
        if (isolated) kill(-1, SIGKILL);
        char text[4096];
        ssize_t count = children < 0 ? -1 : pread(children, text, sizeof text - 1, 0);
        pid_t number = 0;
        for (ssize_t i = 0; i < count; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                number = number * 10 + (text[i] - '0');
            } else {
                if (number > 1) kill(number, SIGKILL);
                number = 0;
            }
        }
        if (count <= 0 && child > 0) {
            // No list of children in this kernel: at least the session of the process.
            kill(-child, SIGKILL);
            kill(child, SIGKILL);
        }
        int ended;
        pid_t gone = waitpid(-1, &ended, 0);
        if (gone < 0 && errno == ECHILD) return;
        if (gone == child) {
            *status = ended;
            child = 0;
        }
    }
}

__attribute__((noreturn)) static void supervise(
    const struct clinux_spawn *request, pid_t child, int signals, int children) {
    struct pollfd waits[2] = {
        {.fd = signals, .events = POLLIN}, {.fd = request->lifeline, .events = POLLIN}};
    int status = 0;
    int alive = 1;
    while (alive) {
        if (poll(waits, 2, -1) < 0) continue;
        if (waits[1].revents != 0) break;
        struct signalfd_siginfo signal;
        if (read(signals, &signal, sizeof signal) != sizeof signal) continue;
        if (signal.ssi_signo != SIGCHLD) {
            kill(child, (int)signal.ssi_signo);
            continue;
        }
        int ended;
        pid_t gone;
        while ((gone = waitpid(-1, &ended, WNOHANG)) > 0) {
            if (gone != child) continue;
            status = ended;
            alive = 0;
        }
    }
    kill_all(children, request->isolated, alive ? child : 0, &status);
    report(request->report, 2, 0, 0, status);
    _exit(0);
}

__attribute__((noreturn)) static void become_supervisor(const struct clinux_spawn *request) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    reset_signals();
    setsid();
    prctl(PR_SET_NAME, "pointsman-pod");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    // Opened before /proc changes; read again and again.
    int children = request->isolated ? -1 : open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    close_others(request, children);
    if (request->join >= 0 &&
        setns(request->join, CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID) != 0) {
        fail(request, CLINUX_STEP_JOIN);
    }
    if (request->network >= 0 && setns(request->network, CLONE_NEWNET) != 0) {
        fail(request, CLINUX_STEP_NETWORK);
    }
    if (request->isolated) isolate(request);
    int signals = signalfd(-1, &all, SFD_CLOEXEC);
    if (signals < 0) fail(request, CLINUX_STEP_FORK);
    // Moved above the standard three first, as one of them may be the source of another.
    int standard[3];
    for (int i = 0; i < 3; i++) {
        int source = i == 0 ? request->standard_input
            : i == 1        ? request->standard_output
                            : request->standard_error;
        standard[i] = fcntl(source, F_DUPFD_CLOEXEC, 3);
        if (standard[i] < 0) fail(request, CLINUX_STEP_FORK);
    }
    // Closed by the exec that succeeds, and by the exit of one that fails.
    int started[2];
    if (pipe2(started, O_CLOEXEC) != 0) fail(request, CLINUX_STEP_FORK);
    pid_t self = getpid();
    pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child < 0) fail(request, CLINUX_STEP_FORK);
    if (child == 0) {
        for (int i = 0; i < 3; i++) dup2(standard[i], i);
        become_process(request, self);
    }
    for (int i = 0; i < 3; i++) close(standard[i]);
    close(request->standard_input);
    close(request->standard_output);
    close(request->standard_error);
    close(started[1]);
    char nothing;
    while (read(started[0], &nothing, 1) < 0 && errno == EINTR) {}
    close(started[0]);
    report(request->report, 1, 0, 0, child);
    supervise(request, child, signals, children);
}

pid_t clinux_spawn_supervised(const struct clinux_spawn *request, int *pidfd) {
    struct clone_args arguments = {
        .flags = CLONE_PIDFD | (request->isolated ? CLONE_NEWPID | CLONE_NEWNS : 0),
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = SIGCHLD,
    };
    // All signals wait while the copy still has the runner's handlers.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t process = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (process == 0) become_supervisor(request);
    int failure = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = failure;
    return process;
}

int clinux_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int clinux_pidfd_send_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int clinux_pidfd_reap(int pidfd) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    // P_PIDFD is 3.
    if (waitid((idtype_t)3, (id_t)pidfd, &info, WEXITED | WNOHANG) != 0) return -1;
    return info.si_pid == 0 ? 0 : 1;
}

static volatile sig_atomic_t signal_descriptors[65];

static void write_signal(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t ignored = write(signal_descriptors[number], &byte, 1);
    (void)ignored;
    errno = saved;
}

int clinux_signal_to_descriptor(int number, int descriptor) {
    if (number < 1 || number > 64) {
        errno = EINVAL;
        return -1;
    }
    struct sigaction action;
    // nohup(1) ignores SIGHUP for its program, which is to respect that.
    if (sigaction(number, NULL, &action) != 0) return -1;
    if (number == SIGHUP && action.sa_handler == SIG_IGN) return 0;
    signal_descriptors[number] = descriptor;
    memset(&action, 0, sizeof action);
    action.sa_handler = write_signal;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    return sigaction(number, &action, NULL);
}
