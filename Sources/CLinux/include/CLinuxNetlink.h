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
/// NLMSG and rtnetlink multicast groups as bits (RTMGRP_…).
enum {
    CLINUX_GROUP_LINKS = 0x1,
    CLINUX_GROUP_IPV4_ADDRESSES = 0x10,
    CLINUX_GROUP_IPV6_ADDRESSES = 0x100,
};
