//! What it means, for an operator, that a TLS connection to another server was not made: one sentence with what to do, the
//! same for the database, the bus and the bucket. Connects to nothing and trusts nobody itself.
#![warn(missing_docs)]

use rustls::{CertificateError as C, Error as Tls, InvalidMessage};
use std::{error::Error, io};

/// The sentence, when TLS is what failed somewhere in `e`; nothing otherwise.
///
/// `whose`: the other server, as "PostgreSQL". `authority`: how to have another authority trusted, in the imperative.
pub fn refusal(e: &(dyn Error + 'static), whose: &str, authority: &str) -> Option<String> {
    let said = match find(e)? {
        Tls::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => format!(
            "the certificate of {whose} has expired; renew it there, or set the clock of this machine right"
        ),
        Tls::InvalidCertificate(C::NotValidYet | C::NotValidYetContext { .. }) => {
            format!("the certificate of {whose} is not valid yet; set the clock of this machine right")
        }
        Tls::InvalidCertificate(C::UnknownIssuer) => {
            format!("the certificate of {whose} is of an authority this machine does not know; {authority}")
        }
        Tls::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => format!(
            "the certificate of {whose} is for another name than the one it is asked by; use a name it is for"
        ),
        Tls::InvalidCertificate(other) => format!("the certificate of {whose} is not accepted: {other}"),
        // The first bytes are no TLS at all.
        Tls::InvalidMessage(InvalidMessage::InvalidContentType) => {
            format!(
                "{whose} offers no TLS there; turn it on, or write the address without it where the network is your own"
            )
        }
        other => format!("TLS with {whose} fails: {other}"),
    };
    Some(said)
}

/// The TLS error an error is, wraps, or was caused by.
fn find<'a>(e: &'a (dyn Error + 'static)) -> Option<&'a Tls> {
    if let Some(tls) = e.downcast_ref::<Tls>() {
        return Some(tls);
    }
    // An I/O error gives the source of what it wraps, and hides what it wraps.
    let wrapped = e.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    wrapped.and_then(|inner| find(inner)).or_else(|| e.source().and_then(find))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tls_error_is_found_however_deep_and_said_with_what_to_do() {
        let say = |tls| {
            let inner = io::Error::new(io::ErrorKind::InvalidData, tls);
            refusal(&io::Error::other(inner), "NATS", "trust it").unwrap()
        };
        assert!(say(Tls::InvalidCertificate(C::Expired)).contains("NATS has expired; renew it"));
        assert!(say(Tls::InvalidCertificate(C::UnknownIssuer)).ends_with("does not know; trust it"));
        assert!(say(Tls::InvalidCertificate(C::NotValidForName)).contains("another name"));
        assert!(say(Tls::InvalidMessage(InvalidMessage::InvalidContentType)).contains("offers no TLS"));
        assert!(say(Tls::DecryptError).starts_with("TLS with NATS fails"));
    }

    #[test]
    fn other_trouble_is_not_taken_for_it() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(refusal(&io::Error::other(refused), "NATS", "trust it"), None);
    }
}
