"""Servers of TACACS+ whose packets are made and read by scapy: nothing of them is ours.

tacacs-server.py JSON: {NAME: {"key", "port", "mode", "users": {USER: {"password", "attributes"}}, "asks"}}. Each listens at
127.0.0.1; their ports are printed as one line of JSON, then what each is asked, a line each, before it is answered.
"""

import json
import socketserver
import sys
import threading

from scapy.contrib import tacacs
from scapy.packet import Raw

AUTHENTICATION, AUTHORIZATION, ACCOUNTING = 1, 2, 3
PASS, FAIL, GETDATA, GETUSER, GETPASS, ERROR = 1, 2, 3, 4, 5, 7
ALLOWED, DENIED, AUTHORIZATION_ERROR = 1, 16, 17
SUCCESS, ACCOUNTING_ERROR = 1, 2
CLEAR = 1

# The key is a variable of scapy's module.
keys = threading.Lock()
printing = threading.Lock()


def tell(line):
    with printing:
        print(json.dumps(line), flush=True)


class Conversation(socketserver.BaseRequestHandler):
    def handle(self):
        settings = self.server.settings
        if settings.get("mode") == "closes":
            return
        packet = self.read()
        if packet is None or settings.get("mode") == "silent":
            self.request.recv(1)
        elif settings.get("mode") == "web":
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        elif packet.type == AUTHENTICATION:
            self.authenticate(packet)
        elif packet.type == AUTHORIZATION:
            self.authorize(packet)
        else:
            self.account(packet)

    def authenticate(self, packet):
        if not isinstance(packet.payload, tacacs.TacacsAuthenticationStart) or self.mode == "error":
            self.answer(packet, tacacs.TacacsAuthenticationReply(status=ERROR, server_msg=b"Invalid packet (check keys)"))
            return
        self.tell(packet, authentication=[packet.action, packet.priv_lvl, packet.authen_type, packet.authen_service])
        given = {GETUSER: packet.user.decode()}
        for status in self.settings.get("asks", [GETPASS]):
            self.answer(packet, tacacs.TacacsAuthenticationReply(status=status, server_msg=b"Tell me: "))
            packet = self.read()
            if packet is None:
                self.tell_line(gone=True)
                return
            given[status] = packet.user_msg.decode()
        user = self.settings.get("users", {}).get(given[GETUSER])
        right = user is not None and user["password"] == given.get(GETPASS)
        self.answer(packet, tacacs.TacacsAuthenticationReply(status=PASS if right else FAIL))

    def authorize(self, packet):
        self.tell(packet, arguments=arguments(packet))
        if self.mode == "no authorization":
            self.answer(packet, tacacs.TacacsAuthorizationReply(status=AUTHORIZATION_ERROR))
            return
        attributes = self.settings["users"][packet.user.decode()].get("attributes")
        if attributes is None:
            self.answer(packet, tacacs.TacacsAuthorizationReply(status=DENIED, server_msg=b"no shell\nfor you"))
            return
        texts = [text.encode() for text in attributes]
        reply = tacacs.TacacsAuthorizationReply(status=ALLOWED, arg_len_list=[len(text) for text in texts])
        self.answer(packet, reply / Raw(b"".join(texts)))

    def account(self, packet):
        self.tell(packet, flags=packet.payload.flags, level=packet.payload.priv_lvl, arguments=arguments(packet))
        status = ACCOUNTING_ERROR if self.mode == "error" else SUCCESS
        self.answer(packet, tacacs.TacacsAccountingReply(status=status))

    @property
    def settings(self):
        return self.server.settings

    @property
    def mode(self):
        return self.settings.get("mode")

    def tell(self, packet, **more):
        body = packet.payload
        self.tell_line(user=body.user.decode(), port=body.port.decode(), **{"from": body.rem_addr.decode()}, **more)

    def tell_line(self, **line):
        tell({"server": self.server.name, **line})

    def read(self):
        header = self.exactly(12)
        if header is None:
            return None
        body = self.exactly(int.from_bytes(header[8:], "big"))
        with keys:
            tacacs.SECRET = self.settings["key"]
            return body and tacacs.TacacsHeader(header + body)

    def exactly(self, count):
        received = b""
        while len(received) < count:
            piece = self.request.recv(count - len(received))
            if not piece:
                return None
            received += piece
        return received

    def answer(self, packet, body):
        flags = CLEAR if self.mode == "clear" else 0
        header = tacacs.TacacsHeader(type=packet.type, seq=packet.seq + 1, session_id=packet.session_id, flags=flags)
        with keys:
            tacacs.SECRET = self.settings["key"]
            sent = bytes(header / body)
        self.request.sendall(sent)


def arguments(packet):
    found, layer = [], packet.payload.payload
    while isinstance(layer, tacacs.TacacsPacketArguments):
        found.append(layer.data.decode())
        layer = layer.payload
    return found


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def serve(name, settings):
    server = Server(("127.0.0.1", settings.get("port", 0)), Conversation)
    server.name, server.settings = name, settings
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


tell({name: serve(name, settings) for name, settings in json.loads(sys.argv[1]).items()})
# Until nobody needs them any more.
sys.stdin.read()
