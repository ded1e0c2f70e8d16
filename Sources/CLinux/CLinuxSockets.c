#define _GNU_SOURCE
#include "CLinuxSockets.h"

#include <linux/filter.h>
#include <netinet/tcp.h>
#include <string.h>

_Static_assert(sizeof(struct clinux_mmsghdr) == sizeof(struct mmsghdr), "mmsghdr");
_Static_assert(sizeof(struct clinux_filter_instruction) == sizeof(struct sock_filter), "filter");
_Static_assert(CLINUX_TCP_NODELAY == TCP_NODELAY, "TCP_NODELAY");
_Static_assert(CLINUX_TCP_QUICKACK == TCP_QUICKACK, "TCP_QUICKACK");
_Static_assert(CLINUX_IP_FREEBIND == IP_FREEBIND, "IP_FREEBIND");
_Static_assert(CLINUX_IP_PKTINFO == IP_PKTINFO, "IP_PKTINFO");
_Static_assert(CLINUX_IP_RECVERR == IP_RECVERR, "IP_RECVERR");
_Static_assert(CLINUX_IPV6_RECVERR == IPV6_RECVERR, "IPV6_RECVERR");
_Static_assert(CLINUX_IPV6_V6ONLY == IPV6_V6ONLY, "IPV6_V6ONLY");
_Static_assert(CLINUX_IPV6_RECVPKTINFO == IPV6_RECVPKTINFO, "IPV6_RECVPKTINFO");
_Static_assert(
    CLINUX_PACKET_INFO_SPACE >= CMSG_SPACE(sizeof(struct in6_pktinfo)), "packet info space");

int clinux_accept(int listener, struct sockaddr *peer, socklen_t *length) {
    return accept4(listener, peer, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int clinux_recvmmsg(int descriptor, struct clinux_mmsghdr *messages, unsigned int count, int flags) {
    return recvmmsg(descriptor, (struct mmsghdr *)messages, count, flags, NULL);
}

int clinux_sendmmsg(int descriptor, struct clinux_mmsghdr *messages, unsigned int count, int flags) {
    return sendmmsg(descriptor, (struct mmsghdr *)messages, count, flags);
}

struct clinux_packet_info clinux_get_packet_info(struct msghdr *message) {
    struct clinux_packet_info info = {.family = AF_UNSPEC};
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo found;
            memcpy(&found, CMSG_DATA(c), sizeof found);
            info.family = AF_INET;
            info.interface_index = (uint32_t)found.ipi_ifindex;
            memcpy(info.address, &found.ipi_addr, 4);
        } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo found;
            memcpy(&found, CMSG_DATA(c), sizeof found);
            info.family = AF_INET6;
            info.interface_index = found.ipi6_ifindex;
            memcpy(info.address, &found.ipi6_addr, 16);
        }
    }
    return info;
}

void clinux_set_packet_info(struct msghdr *message, const struct clinux_packet_info *info) {
    size_t size =
        info->family == AF_INET ? sizeof(struct in_pktinfo) : sizeof(struct in6_pktinfo);
    memset(message->msg_control, 0, CLINUX_PACKET_INFO_SPACE);
    message->msg_controllen = CMSG_SPACE(size);
    struct cmsghdr *c = CMSG_FIRSTHDR(message);
    c->cmsg_len = CMSG_LEN(size);
    if (info->family == AF_INET) {
        // The interface stays open: routing chooses it.
        struct in_pktinfo wanted = {0};
        memcpy(&wanted.ipi_spec_dst, info->address, 4);
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        memcpy(CMSG_DATA(c), &wanted, sizeof wanted);
    } else {
        struct in6_pktinfo wanted = {.ipi6_ifindex = info->interface_index};
        memcpy(&wanted.ipi6_addr, info->address, 16);
        c->cmsg_level = IPPROTO_IPV6;
        c->cmsg_type = IPV6_PKTINFO;
        memcpy(CMSG_DATA(c), &wanted, sizeof wanted);
    }
}

int clinux_attach_filter(
    int descriptor, const struct clinux_filter_instruction *program, unsigned short count) {
    struct sock_fprog filter = {.len = count, .filter = (struct sock_filter *)program};
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

int clinux_detach_filter(int descriptor) {
    int unused = 0;
    return setsockopt(descriptor, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
}
