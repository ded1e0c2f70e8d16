#!/usr/bin/env python3
"""A key-value database over TCP, a line a command: SET key value | GET key | QUIT. Usage: database.py PORT"""
import os
import socketserver
import sys

store = {}


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.reply("READY " + os.environ.get("POD_NAME", "nobody"))
        for line in self.rfile:
            words = line.decode(errors="replace").split(maxsplit=2)
            if words[:1] == ["SET"] and len(words) == 3:
                store[words[1]] = words[2].strip()
                self.reply("OK")
            elif words[:1] == ["GET"] and len(words) == 2:
                self.reply("VALUE " + store[words[1]] if words[1] in store else "NONE")
            elif words == ["QUIT"]:
                return
            else:
                self.reply("ERROR use SET key value, GET key or QUIT")

    def reply(self, text):
        self.wfile.write((text + "\n").encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server((os.environ.get("POD_IP", "127.0.0.1"), int(sys.argv[1])), Session).serve_forever()
