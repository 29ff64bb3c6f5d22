//! The addresses of a NATS as an operator writes them. Owns their form, and that a password is never shown.

use async_nats::{ConnectOptions, ServerAddr};
use portico_types::{Error, Result, Secret, percent_decoded};
use std::fmt;

/// The addresses of one NATS (several servers of a cluster), read and checked.
#[derive(Clone)]
pub struct Servers {
    // Without who we are there: the client writes addresses into its log.
    places: Vec<ServerAddr>,
    login: Login,
}

/// Who we are at a NATS.
#[derive(Clone)]
enum Login {
    Nobody,
    Token(Secret<String>),
    User(String, Secret<String>),
}

impl Servers {
    /// Reads `nats://user:password@host:4222` or `tls://…`, several separated by commas.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong =
            || Error::invalid("bus", "bus cannot be read; write nats://user:password@host:4222, or tls://…");
        let (mut places, mut login) = (Vec::new(), None);
        for one in text.split(',').map(str::trim) {
            if !(one.starts_with("nats://") || one.starts_with("tls://")) {
                return Err(wrong());
            }
            let address = one.parse::<ServerAddr>().map_err(|_| wrong())?;
            // Who we are is said by the first address: a user and a password, or a name alone, which is a token.
            login.get_or_insert_with(|| match (address.username(), address.password()) {
                (Some(user), Some(password)) => {
                    Login::User(percent_decoded(user), Secret::new(percent_decoded(password)))
                }
                (Some(token), None) => Login::Token(Secret::new(percent_decoded(token))),
                _ => Login::Nobody,
            });
            let (scheme, rest) = one.split_once("://").ok_or_else(wrong)?;
            let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
            places.push(format!("{scheme}://{place}").parse().map_err(|_| wrong())?);
        }
        Ok(Self { places, login: login.ok_or_else(wrong)? })
    }

    /// Where that is, without who we are there.
    pub fn places(&self) -> String {
        let place = |s: &ServerAddr| format!("{}:{}", s.host(), s.port());
        self.places.iter().map(place).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn all(&self) -> &[ServerAddr] {
        &self.places
    }

    pub(crate) fn login(&self) -> ConnectOptions {
        match &self.login {
            Login::Nobody => ConnectOptions::new(),
            Login::Token(token) => ConnectOptions::with_token(token.expose().clone()),
            Login::User(user, password) => {
                ConnectOptions::with_user_and_password(user.clone(), password.expose().clone())
            }
        }
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.places())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_never_shown_with_the_password() {
        let servers = Servers::parse("nats://ann:secret@one.example:4333, tls://two.example").unwrap();
        assert_eq!(servers.places(), "one.example:4333, two.example:4222");
        assert_eq!(format!("{servers:?}"), servers.places());
        assert!(!format!("{:?}", servers.places).contains("secret"), "the client writes these into its log");
        for wrong in ["", "one.example", "http://one.example", "nats://one.example,,", "ws://one.example"] {
            let e = Servers::parse(wrong).unwrap_err();
            assert_eq!(e.field(), Some("bus"), "{wrong:?}");
            assert!(!e.message().contains(wrong) || wrong.is_empty());
        }
    }
}
