// Netlink sockets.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// A netlink socket (closed on exec, blocking) that hears `groups` (a bit each, as in sockaddr_nl) and gives the
/// kernel's own words with errors; -1 with errno.
int clinux_netlink_socket(int protocol, uint32_t groups);
/// Receives one datagram. The size it has, which is more than `size` if it did not fit; -1 with errno.
ssize_t clinux_netlink_receive(int descriptor, void *buffer, size_t size);
/// As clinux_netlink_receive, but does not wait: EAGAIN where nothing is there.
ssize_t clinux_netlink_receive_now(int descriptor, void *buffer, size_t size);
/// Hears the multicast group of that number, or no longer; -1 with errno.
int clinux_netlink_join(int descriptor, int group);
int clinux_netlink_leave(int descriptor, int group);
/// The address that the kernel gave the socket (nl_pid); -1 with errno.
int64_t clinux_netlink_port(int descriptor);
/// Makes room for so many bytes, beyond the host's limits where CAP_NET_ADMIN allows it; -1 with errno.
int clinux_socket_send_buffer(int descriptor, int bytes);
int clinux_socket_receive_buffer(int descriptor, int bytes);
/// NLMSG and rtnetlink multicast groups as bits (RTMGRP_…).
enum {
    CLINUX_GROUP_LINKS = 0x1,
    CLINUX_GROUP_IPV4_ADDRESSES = 0x10,
    CLINUX_GROUP_IPV6_ADDRESSES = 0x100,
};
