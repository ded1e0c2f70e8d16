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

static ssize_t receive(int descriptor, void *buffer, size_t size, int flags) {
    struct sockaddr_nl sender;
    for (;;) {
        struct iovec part = {.iov_base = buffer, .iov_len = size};
        struct msghdr message = {
            .msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &part, .msg_iovlen = 1};
        ssize_t count = recvmsg(descriptor, &message, MSG_TRUNC | flags);
        // Any process may send to a netlink socket; only the kernel is listened to.
        if (count < 0 || sender.nl_pid == 0) return count;
    }
}

ssize_t clinux_netlink_receive(int descriptor, void *buffer, size_t size) {
    return receive(descriptor, buffer, size, 0);
}

ssize_t clinux_netlink_receive_now(int descriptor, void *buffer, size_t size) {
    return receive(descriptor, buffer, size, MSG_DONTWAIT);
}

int clinux_netlink_join(int descriptor, int group) {
    return setsockopt(descriptor, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group);
}

int clinux_netlink_leave(int descriptor, int group) {
    return setsockopt(descriptor, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group, sizeof group);
}

int64_t clinux_netlink_port(int descriptor) {
    struct sockaddr_nl address;
    socklen_t size = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &size) < 0) return -1;
    return address.nl_pid;
}

static int buffer_size(int descriptor, int forced, int plain, int bytes) {
    if (setsockopt(descriptor, SOL_SOCKET, forced, &bytes, sizeof bytes) == 0) return 0;
    return setsockopt(descriptor, SOL_SOCKET, plain, &bytes, sizeof bytes);
}

int clinux_socket_send_buffer(int descriptor, int bytes) {
    return buffer_size(descriptor, SO_SNDBUFFORCE, SO_SNDBUF, bytes);
}

int clinux_socket_receive_buffer(int descriptor, int bytes) {
    return buffer_size(descriptor, SO_RCVBUFFORCE, SO_RCVBUF, bytes);
}
