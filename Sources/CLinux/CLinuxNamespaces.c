#define _GNU_SOURCE
#include "CLinuxNamespaces.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>

int clinux_unshare_network(void) { return unshare(CLONE_NEWNET); }

int clinux_enter_network(int descriptor) { return setns(descriptor, CLONE_NEWNET); }

int clinux_bind_mount(const char *source, const char *target) {
    return mount(source, target, "none", MS_BIND, NULL);
}

int clinux_share_mount(const char *directory) {
    if (mount("", directory, "none", MS_SHARED | MS_REC, NULL) == 0) return 0;
    if (errno != EINVAL) return -1;
    if (mount(directory, directory, "none", MS_BIND | MS_REC, NULL) != 0) return -1;
    return mount("", directory, "none", MS_SHARED | MS_REC, NULL);
}

int clinux_unmount(const char *path) { return umount2(path, MNT_DETACH); }
