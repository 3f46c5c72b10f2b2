"""Larch Outfitters: a shop, payments, media and analytics in two regions, well and badly kept."""
from . import databases, edge, functions, networks, scaling, storage, volumes


def seed(account):
    """Everything, in the order in which one thing needs another."""
    networks.seed(account)
    volumes.seed(account)
    scaling.seed(account)
    volumes.seed_root_volumes(account)
    databases.seed(account)
    functions.seed(account)
    storage.seed(account)
    edge.seed(account)
