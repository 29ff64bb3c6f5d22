//! How the outside reaches this server.

use axum::http::{HeaderMap, header};
use std::net::{IpAddr, SocketAddr};

/// Where the server is, as its visitors see it.
#[derive(Clone, Debug)]
pub struct Site {
    /// `https://chat.example.org`, without a slash at the end. None: taken from each request.
    pub public_url: Option<String>,
    /// Whether a proxy of our own stands in front, whose `X-Forwarded-*` may be believed.
    pub behind_proxy: bool,
}

impl Site {
    /// The address of this server as links need it.
    pub fn url(&self, headers: &HeaderMap) -> String {
        if let Some(url) = &self.public_url {
            return url.clone();
        }
        let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or("localhost");
        // A host that is none would let a stranger put words into our links.
        let fine =
            host.len() <= 255 && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
        let host = if fine { host } else { "localhost" };
        format!("{}://{host}", if self.forwarded_https(headers) { "https" } else { "http" })
    }

    fn forwarded_https(&self, headers: &HeaderMap) -> bool {
        self.behind_proxy && headers.get("x-forwarded-proto").is_some_and(|v| v.as_bytes() == b"https")
    }

    /// Whether browsers reach us over TLS, or on their own machine, which they trust as much.
    pub fn is_secure(&self, headers: &HeaderMap) -> bool {
        let url = self.url(headers);
        let host = url.split("://").nth(1).unwrap_or_default();
        let local = host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]");
        url.starts_with("https://") || local
    }

    /// The caller's address.
    pub fn caller(&self, headers: &HeaderMap, peer: SocketAddr) -> IpAddr {
        if self.behind_proxy
            // The proxy appends what it saw: the last entry is its word, the others are the caller's.
            && let Some(seen) = headers.get_all("x-forwarded-for").iter().next_back()
            && let Some(ip) = seen.to_str().ok().and_then(|v| v.rsplit(',').next()?.trim().parse().ok())
        {
            return ip;
        }
        peer.ip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect()
    }

    #[test]
    fn only_our_own_proxy_is_believed() {
        let peer: SocketAddr = "10.0.0.1:4000".parse().unwrap();
        let sent = headers(&[
            ("x-forwarded-for", "1.2.3.4, 5.6.7.8"),
            ("x-forwarded-proto", "https"),
            ("host", "a.b"),
        ]);
        let open = Site { public_url: None, behind_proxy: false };
        let behind = Site { public_url: None, behind_proxy: true };
        assert_eq!(open.caller(&sent, peer).to_string(), "10.0.0.1");
        assert_eq!(behind.caller(&sent, peer).to_string(), "5.6.7.8");
        assert_eq!(open.url(&sent), "http://a.b");
        assert_eq!(behind.url(&sent), "https://a.b");
    }

    #[test]
    fn a_host_with_words_in_it_is_not_put_into_links() {
        let site = Site { public_url: None, behind_proxy: false };
        assert_eq!(site.url(&headers(&[("host", "a.b/evil?x")])), "http://localhost");
    }
}
