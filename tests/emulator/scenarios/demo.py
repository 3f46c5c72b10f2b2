"""Larch Outfitters: a shop, payments, media and analytics in two regions, well and badly kept."""
from . import (caches, databases, debt, delivery, edge, functions, networks, scaling, sizing, slos, storage,
               volumes)


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
    sizing.seed(account)
    caches.seed(account)
    delivery.seed(account)
    slos.seed(account)
    debt.seed(account)
