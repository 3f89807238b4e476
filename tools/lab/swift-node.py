"""One node of a Swift for swift.sh: `rings ETC kind=port...` writes the rings, `serve ETC kind` runs a server in the foreground.

Swift reads /etc/swift/swift.conf whatever it is told; set_swift_dir, called before anything else of Swift is imported, is the way around that."""

import os
import sys

from swift.common import utils


def rings(etc, kinds):
    """One device and one copy each; one process in place of nine runs of swift-ring-builder."""
    from swift.common.ring import RingBuilder

    for kind, port in (pair.split("=") for pair in kinds):
        builder = RingBuilder(2, 1, 0)
        address = {"ip": "127.0.0.1", "port": int(port), "replication_ip": "127.0.0.1", "replication_port": int(port)}
        builder.add_dev({"id": 0, "region": 1, "zone": 1, "device": "d1", "weight": 1.0, "meta": "", **address})
        builder.rebalance()
        builder.get_ring().save(os.path.join(etc, kind + ".ring.gz"))


def serve(etc, kind):
    from swift.common.wsgi import run_wsgi

    return run_wsgi(os.path.join(etc, kind + "-server.conf"), kind + "-server")


word, folder, *rest = sys.argv[1:]
utils.set_swift_dir(folder)
sys.exit(rings(folder, rest) if word == "rings" else serve(folder, *rest))
