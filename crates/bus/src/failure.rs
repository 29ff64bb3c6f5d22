//! Why there is no connection to NATS, in words an operator can act on. The address is never repeated whole: it may hold
//! a password.

use crate::Servers;
use async_nats::ConnectErrorKind;

/// How an operator has another authority trusted.
const AUTHORITY: &str = "put that authority's own certificate among those of this machine, or into a file that SSL_CERT_FILE names";

/// Why there is no connection.
pub(crate) struct Failure {
    /// For the operator, with what to do.
    pub(crate) text: String,
    /// Whether it takes an operator to mend.
    pub(crate) refused: bool,
}

impl Failure {
    pub(crate) fn of(servers: &Servers, e: &async_nats::ConnectError) -> Self {
        let at = servers.places();
        if let Some(said) = portico_tls::refusal(e, &format!("NATS at {at}"), AUTHORITY) {
            return Self { text: said, refused: true };
        }
        let (text, refused) = match e.kind() {
            ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
                (format!("NATS at {at} refuses the user, password or token in --bus"), true)
            }
            ConnectErrorKind::Tls => (format!("NATS at {at} cannot be reached securely: {e}"), true),
            ConnectErrorKind::TimedOut => (format!("NATS at {at} does not answer"), false),
            ConnectErrorKind::Dns => (format!("the name of NATS at {at} leads nowhere"), false),
            _ => (format!("NATS at {at} cannot be reached; check --bus and that it runs ({e})"), false),
        };
        Self { text, refused }
    }
}
