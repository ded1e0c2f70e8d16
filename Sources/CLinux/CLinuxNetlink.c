#define _GNU_SOURCE
#include "CLinuxNetlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(CLINUX_GROUP_LINKS == RTMGRP_LINK, "links");
_Static_assert(CLINUX_GROUP_IPV4_ADDRESSES == RTMGRP_IPV4_IFADDR, "IPv4 addresses");
_Static_assert(CLINUX_GROUP_IPV6_ADDRESSES == RTMGRP_IPV6_IFADDR, "IPv6 addresses");

int clinux_netlink_socket(int protocol, uint32_t groups) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (descriptor < 0) return -1;
    int on = 1;
    // Both are conveniences that an old kernel may lack.
    setsockopt(descriptor, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
    setsockopt(descriptor, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0) return descriptor;
    int failure = errno;
    close(descriptor);
    errno = failure;
    return -1;
}

ssize_t clinux_netlink_receive(int descriptor, void *buffer, size_t size) {
    struct sockaddr_nl sender;
    for (;;) {
        struct iovec part = {.iov_base = buffer, .iov_len = size};
        struct msghdr message = {
            .msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &part, .msg_iovlen = 1};
        ssize_t count = recvmsg(descriptor, &message, MSG_TRUNC);
        // Any process may send to a netlink socket; only the kernel is listened to.
        if (count < 0 || sender.nl_pid == 0) return count;
    }
}
