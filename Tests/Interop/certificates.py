"""health.getCertificate, asked about servers of this machine, which OpenSSL runs."""

import socket
import subprocess
import sys
import tempfile
import time

from authority import Authority
from client import Refused, Tandem
from report import Report


def hosts(binary, folder):
    authority = Authority(folder)
    made = {"good": authority.make(names="DNS:localhost"), "old": authority.make(-20, -1, "DNS:localhost"),
            "foreign": authority.make(names="DNS:shop.example")}
    with Tandem(binary, "--ephemeral", "--allow-private-webhooks") as tandem:
        servers = []
        for name, (chain, key) in made.items():
            for suffix, text in [("pem", chain), ("key", key)]:
                with open(f"{folder}/{name}.{suffix}", "w") as file:
                    file.write(text)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            servers.append(subprocess.Popen(
                ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", f"{folder}/{name}.pem", "-key",
                 f"{folder}/{name}.key", "-quiet"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL))
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            domain = f"https://localhost:{port}"
            try:
                answer = tandem.execute("health.getCertificate", domain=domain)
            except Refused as error:
                answer = error.type
            if name == "good":
                report.check("a certificate is told", isinstance(answer, dict) and answer["subjectSN"].startswith("leaf")
                             and answer["issuerOrganisation"] == "Tests" and answer["signatureTypeSN"] == "RSA-SHA256"
                             and answer["name"].startswith("/O=Tests/CN=leaf"), answer)
                left = int(answer["validTo"]) - time.time() if isinstance(answer, dict) else 0
                report.check("and until when it is good", 360 * 86400 < left < 366 * 86400, left)
            else:
                wanted = {"old": "health_certificate_expired", "foreign": "health_invalid_host"}[name]
                report.check(f"one that is {name}", answer == wanted, answer)
        for server in servers:
            server.kill()
            server.wait()
        for domain in ["https://localhost:1", "no.such.host.invalid"]:
            try:
                answer = tandem.execute("health.getCertificate", domain=domain)
            except Refused as error:
                answer = error.type
            report.check(f"{domain}", answer == "health_invalid_host", answer)
        for domain in ["", "a b", "http://localhost", "localhost/x", "https://localhost:0", "user@localhost"]:
            try:
                answer = tandem.execute("health.getCertificate", domain=domain)
            except Refused as error:
                answer = error.type
            report.check(f"'{domain}' is none", answer == "general_argument_invalid", answer)
    with Tandem(binary, "--ephemeral") as tandem:
        for domain in ["localhost", "https://127.0.0.1:8443", "169.254.169.254"]:
            try:
                answer = tandem.execute("health.getCertificate", domain=domain)
            except Refused as error:
                answer = str(error)
            report.check(f"{domain} is closed", "Nothing is sent to" in str(answer), answer)


report = Report()
with tempfile.TemporaryDirectory() as folder:
    hosts(sys.argv[1], folder)
report.end()
