#define _GNU_SOURCE
#include "CLinuxPackets.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sys/socket.h>
#include <unistd.h>

int clinux_packet_socket(void) {
    int type = SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK;
    int descriptor = socket(AF_PACKET, type, htons(ETH_P_ALL));
    if (descriptor < 0) return -1;
    int yes = 1;
    if (setsockopt(descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) != 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

ssize_t clinux_packet_send(int descriptor, int interface, const void *frame, size_t size) {
    struct sockaddr_ll target = {.sll_family = AF_PACKET, .sll_ifindex = interface};
    return sendto(
        descriptor, frame, size, 0, (const struct sockaddr *)&target, sizeof target);
}
