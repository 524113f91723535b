"""Certificates for tests, signed by an authority of their own."""

import datetime
import subprocess

POLICY = """
[ca]
default_ca = here
[here]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = anything
[anything]
organizationName = optional
commonName = supplied
"""


class Authority:
    """Signs certificates, in a folder."""

    def __init__(self, folder):
        self._folder = folder
        self._made = 0
        open(f"{folder}/index.txt", "w").close()
        with open(f"{folder}/serial", "w") as file:
            file.write("01")
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
                      "-subj", "/O=Tests/CN=Authority", "-days", "9000")
        self.own = self._text("ca.pem")

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self._folder, check=True, capture_output=True)

    def _text(self, name):
        with open(f"{self._folder}/{name}") as file:
            return file.read()

    def make(self, begin=-1, end=365, names="DNS:shop.example"):
        """A certificate and its key, as text; the days count from today."""
        self._made += 1
        name = f"leaf{self._made}"
        with open(f"{self._folder}/{name}.cnf", "w") as file:
            file.write(POLICY + (f"[more]\nsubjectAltName = {names}\n" if names else "[more]\nbasicConstraints = CA:FALSE\n"))
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                      "-subj", f"/O=Tests/CN={name}")

        def moment(days):
            return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")

        self._openssl("ca", "-batch", "-config", f"{name}.cnf", "-extensions", "more", "-cert", "ca.pem", "-keyfile",
                      "ca.key", "-in", f"{name}.csr", "-out", f"{name}.pem", "-startdate", moment(begin), "-enddate",
                      moment(end), "-notext")
        return self._text(f"{name}.pem"), self._text(f"{name}.key")
