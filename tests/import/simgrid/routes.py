"""Asks SimGrid for the routes of a platform: prints for each pair of the hosts named the links with their bytes per second.

Usage: routes.py PLATFORM.xml HOST...
"""
import sys
from simgrid import Engine, Host

# Hosts live as long as the engine.
engine = Engine(["routes", "--log=root.thres:critical"])
engine.load_platform(sys.argv[1])
# Routes over several zones or links are only computed when the platform is complete.
engine.netzone_root.seal()
for a in sys.argv[2:]:
    for b in sys.argv[2:]:
        if a != b:
            try:
                links, _ = Host.by_name(a).route_to(Host.by_name(b))
            except Exception:
                continue
            print("\t".join([a, b] + [f"{link.name}={link.bandwidth:.9g}" for link in links]))
