"""Sends Ethernet frames as they are: frame-sender.py DEVICE

One frame a line of standard input, in hexadecimal; each is answered with "sent" or the kernel's errno name.
"""
import errno
import socket
import sys

link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind((sys.argv[1], 0))
for line in sys.stdin:
    try:
        link.send(bytes.fromhex(line))
        print("sent", flush=True)
    except OSError as error:
        print(errno.errorcode[error.errno], flush=True)
