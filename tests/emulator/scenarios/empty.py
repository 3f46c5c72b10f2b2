"""An account that holds nothing, not even a default VPC."""
from .networks import remove_default_vpcs


def seed(account):
    """Take away what a new account has."""
    remove_default_vpcs(account)
