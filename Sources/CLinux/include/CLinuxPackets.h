// Packet sockets (packet(7)): whole Ethernet frames, before and after everything that the kernel does to them.
#pragma once
#include <stddef.h>
#include <sys/types.h>

/// A packet socket (closed on exec, non-blocking) that hears every frame that comes in on any interface of its
/// network namespace, and none that goes out; -1 with errno.
int clinux_packet_socket(void);
/// Sends a frame out of an interface.
ssize_t clinux_packet_send(int descriptor, int interface, const void *frame, size_t size);
