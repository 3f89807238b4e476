"""An FTP server that knows MLSD and MLST, in clear text or with TLS: ftp-facts.py PORT USER HOME CERTIFICATE; the password is in FTP_PASSWORD."""

import os
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.filesystems import UnixFilesystem
from pyftpdlib.handlers import TLS_FTPHandler
from pyftpdlib.servers import FTPServer

port, user, home, certificate = sys.argv[1:]
authorizer = DummyAuthorizer()
authorizer.add_user(user, os.environ["FTP_PASSWORD"], "/", perm="elradfmwMT")
# The log-in leads where vsftpd's leads.
authorizer.get_home_dir = lambda _: "/"


class Handler(TLS_FTPHandler):
    """Absolute paths are those of the host."""

    certfile = certificate
    abstracted_fs = UnixFilesystem

    def on_login(self, username):
        self.fs.cwd = home


Handler.authorizer = authorizer
server = FTPServer(("127.0.0.1", int(port)), Handler)
server.max_cons = 256
server.serve_forever()
