# SPDX-License-Identifier: Apache-2.0
"""Certificates by openssl: a root, an intermediate below it, and what comes from that."""
from . import process

_CA = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"]


class Authority:
    """In a folder: NAME.key, and NAME.pem, the certificate with those that it comes from."""

    def __init__(self):
        self.folder = process.new_folder()
        self.root = self._make("root", None, *_CA)
        self._make("intermediate", "root", *_CA)

    def _make(self, name, issuer, *extensions):
        path, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        by = ["-CA", self.folder / f"{issuer}.pem", "-CAkey", self.folder / f"{issuer}.key"]
        process.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-keyout", key, "-out", path, *(by if issuer else []),
                    *(word for one in extensions for word in ("-addext", one)))
        return path

    def _issue(self, name, *extensions):
        path = self._make(name, "intermediate", "basicConstraints=critical,CA:FALSE", *extensions)
        with path.open("a") as chain:
            chain.write((self.folder / "intermediate.pem").read_text())
        return path, path.with_suffix(".key")

    def issue_server(self, name):
        """Of localhost; gives the paths of certificates and key."""
        return self._issue(name, "extendedKeyUsage=serverAuth",
                           "subjectAltName=DNS:localhost,IP:127.0.0.1")

    def issue_client(self, name):
        return self._issue(name, "extendedKeyUsage=clientAuth")
