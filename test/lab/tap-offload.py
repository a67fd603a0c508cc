"""Leaves a multi-queue tap with its offloads on, as a virtual machine's monitor would: tap-offload.py DEVICE

Checksums and segments are left to whoever attaches next (linux/if_tun.h).
"""
import fcntl
import os
import struct
import sys

TUNSETIFF, TUNSETOFFLOAD = 0x400454CA, 0x400454D0
IFF_TAP, IFF_NO_PI, IFF_MULTI_QUEUE = 0x0002, 0x1000, 0x0100
TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6 = 1, 2, 4

queue = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(queue, TUNSETIFF, struct.pack("16sH22x", sys.argv[1].encode(), IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE))
fcntl.ioctl(queue, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)
