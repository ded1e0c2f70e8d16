import Foundation

/// Programs that tests run in a lab, as Pods and as clients.
enum Script: String {
    /// Tells its Pod's name by HTTP and UDP, over both families. After SIGTERM it ends what it has begun, as a server
    /// should: nothing new comes, but a request may be under way. `echo.py PORT`
    case echo = """
        import http.server, os, signal, socket, sys, threading
        name, port = os.environ.get("POD_NAME", "nobody"), int(sys.argv[1])
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", str(len(name)))
                self.end_headers()
                self.wfile.write(name.encode())
            def log_message(self, *_): pass
        class Server(http.server.ThreadingHTTPServer):
            address_family, request_queue_size, daemon_threads = socket.AF_INET6, 128, True
        def datagrams():
            peer = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            peer.bind(("::", port))
            while True: peer.sendto(name.encode(), peer.recvfrom(2048)[1])
        threading.Thread(target=datagrams, daemon=True).start()
        signal.signal(signal.SIGTERM, lambda *_: threading.Timer(0.3, os._exit, [0]).start())
        Server(("::", port), Handler).serve_forever()
        """
    /// Prints the answer to one datagram, or the error. `datagram.py HOST PORT`
    case datagram = """
        import socket, sys
        family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
        peer = socket.socket(family, socket.SOCK_DGRAM)
        peer.settimeout(5)
        peer.connect((sys.argv[1], int(sys.argv[2])))
        try:
            peer.send(b"?")
            print(peer.recv(2048).decode())
        except OSError as error:
            print(type(error).__name__)
        """
    /// Sends requests, one connection each, until a file exists or enough are sent; prints how many were answered and
    /// what went wrong. `load.py HOST PORT THREADS STOP-FILE MOST`
    case load = """
        import os, socket, sys, threading, time
        host, port, threads, stop, most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
        answered, errors = [], []
        def run():
            for _ in range(most // threads):
                if os.path.exists(stop): return
                try:
                    peer = socket.create_connection((host, port), 5)
                    peer.sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n")
                    answer = b""
                    while more := peer.recv(4096): answer += more
                    peer.close()
                    if b"200 OK" not in answer: raise Exception(f"short: {answer}")
                    answered.append(1)
                except Exception as error: errors.append(repr(error))
        crew = [threading.Thread(target=run) for _ in range(threads)]
        for one in crew: one.start()
        for one in crew: one.join()
        print(len(answered), len(errors), errors[:3])
        """
    /// Opens so many connections and holds them for a second, whatever becomes of them; prints how many there were.
    /// `hold.py HOST PORT COUNT`
    case hold = """
        import socket, sys, time
        held = []
        for _ in range(int(sys.argv[3])):
            peer = socket.socket()
            peer.settimeout(5)
            # One that is reset at once is an answer, too.
            try: peer.connect((sys.argv[1], int(sys.argv[2])))
            except ConnectionResetError: pass
            held.append(peer)
        time.sleep(1)
        print(len(held))
        """
}

extension Lab {
    /// Writes the script and gives the words that run it.
    func command(_ script: Script, _ arguments: String...) throws -> [String] {
        let file = directory.appending(path: "\(script).py")
        try script.rawValue.write(to: file, atomically: true, encoding: .utf8)
        return ["/usr/bin/python3", file.path()] + arguments
    }

    /// `pointsman run` of the echo server on port 8080.
    func runEcho(_ name: String, replicas: Int) throws -> RunningPointsman {
        try start(
            [
                "run", "--name", name, "-l", "app=\(name)", "--replicas", "\(replicas)", "--port",
                "http=8080", "--ready", "tcp:8080", "--",
            ] + command(.echo, "8080"), log: "\(name).log")
    }

    /// Runs a program inside a Pod of that runner.
    func insidePod(of runner: RunningPointsman, _ arguments: [String]) async throws -> String {
        let line = runner.output.split(separator: "\n").first { $0.contains(" runs, address ") }
        let words = line?.split(separator: " ") ?? []
        guard let index = words.firstIndex(of: "process"), index + 1 < words.count else {
            throw CommandFailure(description: "no process in the output:\n\(runner.output)")
        }
        return try await Command.check(
            ["nsenter", "-t", String(words[index + 1]), "-n", "-m"] + arguments)
    }
}
