//! Which names and addresses this server answers to. A page of a stranger may have its own name point at 127.0.0.1 (DNS
//! rebinding); the browser then sends that name as `Host`, and it is refused. Addresses cannot be pointed elsewhere.

use std::net::IpAddr;

use axum::http::{HeaderMap, header};
use url::{Host, Url};

use super::ServeSettings;

/// The origin that a request was sent to, if it is one of ours: `http://127.0.0.1:8740`.
pub(super) fn origin(headers: &HeaderMap, settings: &ServeSettings) -> Option<String> {
    let mut named = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (named.next(), named.next()) else { return None };
    let host = host.to_str().ok()?;
    if let Some(public) = &settings.public
        && Url::parse(&format!("{}://{host}/", public.scheme())).ok().is_some_and(|url| is_same(&url, public))
    {
        return Some(public.origin().ascii_serialization());
    }
    let url = Url::parse(&format!("http://{host}/")).ok()?;
    // Nothing but host and port: `a@b` and `a/b` are no hosts.
    let bare = url.username().is_empty() && url.password().is_none() && url.path() == "/" && url.query().is_none();
    let ours = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => is_ours(address.into(), settings),
        Host::Ipv6(address) => is_ours(address.into(), settings),
    };
    (bare && ours).then(|| url.origin().ascii_serialization())
}

fn is_ours(address: IpAddr, settings: &ServeSettings) -> bool {
    address.is_loopback() || address == settings.listen.ip()
}

fn is_same(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin() && one.username().is_empty()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::{super::Access, *};

    fn asked(host: &str, public: Option<&str>) -> Option<String> {
        let settings = ServeSettings {
            listen: "192.0.2.7:8740".parse().unwrap(),
            public: public.map(|url| url.parse().unwrap()),
            access: Access::default(),
            flags: Default::default(),
            scans: Default::default(),
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        origin(&headers, &settings)
    }

    #[test]
    fn loopback_the_own_address_and_the_public_name_are_answered_to() {
        for (host, wanted) in [
            ("127.0.0.1:8740", "http://127.0.0.1:8740"),
            ("localhost:9000", "http://localhost:9000"),
            ("LocalHost", "http://localhost"),
            ("[::1]:8740", "http://[::1]:8740"),
            ("192.0.2.7:8740", "http://192.0.2.7:8740"),
            ("rung.example", "https://rung.example"),
            ("RUNG.example:443", "https://rung.example"),
        ] {
            assert_eq!(asked(host, Some("https://rung.example/")).as_deref(), Some(wanted), "{host}");
        }
    }

    #[test]
    fn every_other_name_is_not() {
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "rung.example:8080",
            "rung.example.evil.example",
            "x@rung.example",
            "x@localhost",
            "localhost/x",
            "localhost?x",
            "10.0.0.1",
            "",
            "*",
        ] {
            assert_eq!(asked(host, Some("https://rung.example/")), None, "{host}");
        }
        assert_eq!(asked("rung.example", None), None);
    }
}
