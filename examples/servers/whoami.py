#!/usr/bin/env python3
"""A web server that answers with the name of the Pod it runs as. Usage: whoami.py PORT"""
import http.server
import os
import signal
import sys
import threading
import time


class WhoAmI(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = (os.environ.get("POD_NAME", "nobody") + "\n").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Client-Address", self.client_address[0])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


def stop(*_):
    """Answers what is under way before it ends: a request may have come just before SIGTERM."""
    threading.Thread(target=server.shutdown).start()


server = Server((os.environ.get("POD_IP", "127.0.0.1"), int(sys.argv[1])), WhoAmI)
signal.signal(signal.SIGTERM, stop)
server.serve_forever()
time.sleep(0.3)
