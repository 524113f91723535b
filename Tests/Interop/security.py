"""What servers need to ask for TLS and for a login: certificates, a key among themselves, a user."""

import secrets
import subprocess


class Security:
    """Certificates and secrets that exist for one deployment."""

    def __init__(self, tls=False, login=False):
        self.tls = tls
        self.user = "tester" if login else None
        self.password = secrets.token_hex(16)
        self.authority = None

    def server_options(self, folder):
        """Makes the files in a folder and returns the options that name them."""
        options = []
        if self.tls:
            self.authority = make_authority(folder, "authority")
            certificate = make_certificate(folder, self.authority)
            options += [
                "--tlsMode", "requireTLS", "--tlsCertificateKeyFile", certificate, "--tlsCAFile", self.authority,
                "--tlsAllowConnectionsWithoutCertificates"]
        if self.user:
            key = folder / "members.key"
            key.touch(mode=0o600)
            key.write_text(secrets.token_hex(64))
            options += ["--keyFile", str(key)]
        return options

    def client_options(self):
        return {"tls": True, "tlsCAFile": self.authority} if self.tls else {}

    def login(self):
        return {"username": self.user, "password": self.password, "authSource": "admin"} if self.user else {}

    def uri_parts(self):
        """What stands before the hosts, and the options behind them."""
        login = f"{self.user}:{self.password}@" if self.user else ""
        return login, {"tls": "true", "tlsCAFile": self.authority} if self.tls else {}

    def create_user(self, client):
        """A server that has no user yet lets somebody on its own machine make the first."""
        if self.user:
            client.admin.command("createUser", self.user, pwd=self.password, roles=["root"])


def make_authority(folder, name):
    """A certificate that signs others; returns its path."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", f"/CN=Tandem tests {name}", "-keyout", key, "-out", certificate)
    return str(certificate)


def make_certificate(folder, authority):
    """A certificate of this machine with its key, in one file as mongod wants it; returns its path."""
    key, request, certificate = folder / "server.key", folder / "server.csr", folder / "server.crt"
    names = folder / "server.names"
    names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    openssl(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
        "-keyout", key, "-out", request)
    openssl(
        "x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority.replace(".pem", ".key"),
        "-CAcreateserial", "-days", "2", "-extfile", names, "-out", certificate)
    both = folder / "server.pem"
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return str(both)


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"openssl {arguments[0]}: {done.stderr.strip()}")
