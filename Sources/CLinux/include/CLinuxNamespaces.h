// Namespaces and the mounts that keep them.
#pragma once

/// Moves the calling thread into a network namespace of its own.
int clinux_unshare_network(void);
/// Moves the calling thread into the network namespace of a descriptor.
int clinux_enter_network(int descriptor);
int clinux_bind_mount(const char *source, const char *target);
/// Makes a directory a mount point whose mounts reach other mount namespaces, as `ip netns` does.
int clinux_share_mount(const char *directory);
/// Takes a mount away at once, also if it is busy.
int clinux_unmount(const char *path);
