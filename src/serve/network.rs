//! Addresses of proxies that are trusted: one, or a network in CIDR form.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// An address or a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether an address lies in it. IPv4 addresses that come in IPv6 clothes are what they are.
    pub fn contains(&self, other: IpAddr) -> bool {
        match (self.address, other.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                same(own.to_bits().into(), other.to_bits().into(), 32 - self.prefix)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => same(own.to_bits(), other.to_bits(), 128 - self.prefix),
            _ => false,
        }
    }
}

/// Whether two addresses are the same but for the last bits.
fn same(one: u128, two: u128, bits: u8) -> bool {
    (one ^ two).checked_shr(bits.into()).unwrap_or(0) == 0
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected an address like 10.0.0.7 or a network like 10.0.0.0/24".to_owned();
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| expected())?;
        let (most, unspecified) = match address {
            IpAddr::V4(own) => (32, own == Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(own) => (128, own == Ipv6Addr::UNSPECIFIED),
        };
        let prefix = prefix.map_or(Ok(most), |prefix| prefix.parse().map_err(|_| expected()))?;
        if prefix > most {
            return Err(expected());
        }
        if prefix == 0 || unspecified {
            return Err("that is everybody: name the proxy's own address".to_owned());
        }
        Ok(Network { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        network.parse::<Network>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn addresses_and_networks() {
        assert!(holds("10.0.0.7", "10.0.0.7") && !holds("10.0.0.7", "10.0.0.8"));
        assert!(holds("10.0.0.0/24", "10.0.0.255") && !holds("10.0.0.0/24", "10.0.1.0"));
        assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe80::1"));
        assert!(holds("10.0.0.7", "::ffff:10.0.0.7"), "IPv4 inside IPv6");
        assert!(!holds("10.0.0.7", "::1"));
        for wrong in ["", "10.0.0", "10.0.0.0/33", "::1/129", "10.0.0.0/x", "0.0.0.0/0", "::/0", "0.0.0.0"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
