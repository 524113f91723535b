"""What `tandem doctor` says of addresses and certificates, which OpenSSL makes for it."""

import http.server
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

from authority import Authority
from client import Tandem
from report import Report

def findings(binary, *options):
    done = subprocess.run([binary, "doctor", "--ephemeral", "--json", *options], capture_output=True, text=True, timeout=60)
    found = json.loads(done.stdout)["findings"]
    return done.returncode, found


def certificates(binary, folder):
    authority = Authority(folder)
    leaf, key = authority.make()
    serial = 0

    def look(name, chain, secret, subject, level, wanted, status, *options, mode=0o600):
        nonlocal serial
        serial += 1
        paths = [f"{folder}/chain{serial}.pem", f"{folder}/key{serial}.pem"]
        for path, text in zip(paths, [chain, secret]):
            if text is not None:
                with open(path, "w") as file:
                    file.write(text)
                os.chmod(path, mode)
        code, found = findings(binary, "--tls-cert", paths[0], "--tls-key", paths[1], *options)
        mine = [one for one in found if one["subject"] == subject]
        report.check(f"certificates: {name}", code == status and any(
            one["level"] == level and wanted in one["text"] for one in mine), (code, found))

    look("a good one", leaf + authority.own, key, "certificate", "ok", "for shop.example, until", 0)
    look("its key", leaf + authority.own, key, "tls key", "ok", "key", 0)
    look("without those who vouch", leaf, key, "certificate", "ok", "for shop.example", 0)
    look("of nothing", None, key, "certificate", "problem", "can't be read: No such file", 1)
    look("of something else", "hello", key, "certificate", "problem", "no certificate in PEM", 1)
    look("without a key", leaf, None, "tls key", "problem", "can't be read: No such file", 1)
    look("with a key that is none", leaf, "hello", "tls key", "problem", "no key in PEM", 1)
    look("with a key of another", leaf, authority.make()[1], "tls key", "problem", "not the key", 1)
    look("in the wrong order", authority.own + leaf, key, "certificate", "problem", "does not vouch", 1)
    look("with a key that others read", leaf, key, "tls key", "warning", "chmod 600", 0, mode=0o644)
    look("for nobody", *authority.make(names=None), "certificate", "warning", "names no host", 0)
    look("for another host", leaf, key, "certificate", "warning", "not for shop.test but for shop.example", 1,
         "--http", "shop.test:1")
    old = authority.make(-20, -1)
    look("that has expired", *old, "certificate", "problem", "has expired on", 1)
    look("that is still to come", *authority.make(2, 90), "certificate", "problem", "is valid from", 1)
    look("that soon expires", *authority.make(-20, 12), "certificate", "warning", "expires in 11 days", 0)


def address(found, subject):
    return next(((one["level"], one["text"]) for one in found if one["subject"] == subject), (None, None))


def addresses(binary):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = f"127.0.0.1:{probe.getsockname()[1]}"
    code, found = findings(binary, "--http", free, "--metrics", "127.0.0.1:0")
    report.check("addresses: free ones are", code == 0 and address(found, "http") == ("ok", f"{free} is free"), found)
    report.check("addresses: both are looked at", address(found, "metrics")[0] == "ok", found)
    report.check("addresses: none is looked at that was not named",
                 not {"http", "metrics"} & {one["subject"] for one in findings(binary)[1]})
    code, found = findings(binary, "--http", "192.0.2.1:8080")
    report.check("addresses: one of another machine", code == 1 and "no address of this machine" in address(found, "http")[1],
                 found)
    code, found = findings(binary, "--http", "no.such.host.invalid:8080")
    report.check("addresses: an unknown name", code == 1 and "is not known" in address(found, "http")[1], found)
    code, found = findings(binary, "--http", free, "--metrics", free)
    report.check("addresses: one for two", code == 1 and "can't share" in address(found, "metrics")[1], found)

    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        code, found = findings(binary, "--http", f"127.0.0.1:{mute.getsockname()[1]}")
        level, text = address(found, "http")
        report.check("addresses: somebody who says nothing", code == 1 and "does not answer HTTP" in text, (level, text))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    code, found = findings(binary, "--http", f"127.0.0.1:{other.server_port}")
    report.check("addresses: another program", code == 1 and "another program that speaks HTTP" in address(found, "http")[1],
                 found)
    other.shutdown()
    other.server_close()

    with Tandem(binary, "--ephemeral", "--http", "127.0.0.1:0", "--metrics", "127.0.0.1:0") as tandem:
        deadline = time.monotonic() + 30
        while not ((api := re.search(r"http://(\S+)/v1", tandem.log))
                   and (metrics := re.search(r"http://(\S+)/metrics", tandem.log))):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        code, found = findings(binary, "--http", api[1], "--metrics", metrics[1])
        report.check("addresses: a Tandem that runs", code == 0 and "a Tandem answers" in address(found, "http")[1], found)
        report.check("addresses: and its metrics", "a Tandem answers" in address(found, "metrics")[1], found)
        code, found = findings(binary, "--http", metrics[1])
        report.check("addresses: metrics are no API", code == 1 and "not for this" in address(found, "http")[1], found)


def main():
    binary = sys.argv[1]
    addresses(binary)
    with tempfile.TemporaryDirectory() as folder:
        certificates(binary, folder)
    report.end()


report = Report()
main()
