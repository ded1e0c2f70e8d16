// TCP and UDP sockets.
#pragma once
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

/// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC.
int clinux_accept(int listener, struct sockaddr *peer, socklen_t *length);

/// struct mmsghdr, which Glibc declares for _GNU_SOURCE only; the .c file checks the layout.
struct clinux_mmsghdr {
    struct msghdr msg_hdr;
    unsigned int msg_len;
};
int clinux_recvmmsg(int descriptor, struct clinux_mmsghdr *messages, unsigned int count, int flags);
int clinux_sendmmsg(int descriptor, struct clinux_mmsghdr *messages, unsigned int count, int flags);

/// A local address of a datagram: IP_PKTINFO or IPV6_PKTINFO. `family` is AF_UNSPEC where there is none.
struct clinux_packet_info {
    sa_family_t family;
    uint32_t interface_index;
    /// Network order; an IPv4 address uses the first four bytes.
    uint8_t address[16];
};
/// The bytes of control data that hold one packet info.
enum { CLINUX_PACKET_INFO_SPACE = 64 };
struct clinux_packet_info clinux_get_packet_info(struct msghdr *message);
/// Writes the source address to `message->msg_control`, which holds CLINUX_PACKET_INFO_SPACE bytes.
void clinux_set_packet_info(struct msghdr *message, const struct clinux_packet_info *info);

enum {
    CLINUX_IPPROTO_TCP = 6,
    CLINUX_TCP_NODELAY = 1,
    CLINUX_TCP_QUICKACK = 12,
    CLINUX_IP_FREEBIND = 15,
    CLINUX_IP_PKTINFO = 8,
    CLINUX_IP_RECVERR = 11,
    CLINUX_IPV6_RECVERR = 25,
    CLINUX_IPV6_V6ONLY = 26,
    CLINUX_IPV6_RECVPKTINFO = 49,
    CLINUX_IPV6_FREEBIND = 78,
};

/// SO_ATTACH_FILTER with `count` instructions of struct sock_filter: code, jt, jf, k.
struct clinux_filter_instruction {
    uint16_t code;
    uint8_t if_true;
    uint8_t if_false;
    uint32_t constant;
};
int clinux_attach_filter(
    int descriptor, const struct clinux_filter_instruction *program, unsigned short count);
int clinux_detach_filter(int descriptor);
