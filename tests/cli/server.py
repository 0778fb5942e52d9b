"""A PostgreSQL server of its own for a test, which an unprivileged user runs in a temporary folder."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


class Server:
    def __init__(self, durable=False):
        """Durable: what is committed is on disk, as it has to be wherever it is to outlive the server."""
        self.flushes = "on" if durable else "off"

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="doudi-server-"))
        self.made = 0
        self.user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}
        if self.user:
            shutil.chown(self.folder, "nobody")
        try:
            self.call("initdb", "-A", "trust", "-U", "doudi", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
            self.call("pg_ctl", "-w", "-o", f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync={self.flushes}", "start")
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        return self

    def __exit__(self, *_):
        self.call("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def call(self, program, *words):
        """A program of the server's own, on its data."""
        with open(self.folder / "log", "ab") as log:
            subprocess.run([PROGRAMS / program, "-D", self.folder / "data", *words], check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, **self.user)

    def database(self):
        """The URL of a new database."""
        self.made += 1
        subprocess.run([PROGRAMS / "createdb", "-h", self.folder, "-U", "doudi", f"d{self.made}"], check=True)
        return f"postgresql://doudi@/d{self.made}?host={self.folder}"

    def sql(self, database, *words, **values):
        """What psql prints that is given SQL, or told to read a file by -f."""
        words = [word for text in words for word in (["-c", text] if " " in text else [text])]
        named = [f"-v{name}={value}" for name, value in values.items()]
        result = subprocess.run([PROGRAMS / "psql", database, "-XAtq", "-v", "ON_ERROR_STOP=1", *named, *words], capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        return result.stdout
