//! The bus cannot be reached, or refuses: a node starts and serves all the same, says which part it is and why, and is
//! whole again when the bus is.

use crate::{
    certificates::Certificates,
    nats::Nats,
    speaking::{Node, portico, refuses},
};
use portico_testkit::Database;

const PASSWORD: &str = "sesame-of-the-bus";

/// A node whose bus is away at first, then good, then away the same way, then good.
fn goes_on_without(
    scheme: &str,
    spoil: impl Fn(&mut Nats, &Certificates),
    sentence: impl Fn(&str) -> String,
) {
    if std::env::var_os("PORTICO_NATS_SERVER").is_none() {
        eprintln!("PORTICO_NATS_SERVER is not set: not run");
        return;
    }
    let Some(database) = Database::new() else { return };
    let certificates = Certificates::make();
    let authority = certificates.authority.as_path();
    let mut nats = Nats::absent();
    let place = format!("127.0.0.1:{}", nats.port);
    let sentence = sentence(&place);
    let mend = |nats: &mut Nats| {
        nats.go_on_with(PASSWORD, (scheme == "tls").then_some(&certificates.good));
    };
    spoil(&mut nats, &certificates);
    let (url, bus) = (database.url(), format!("{scheme}://portico:{PASSWORD}@{place}"));
    let node = Node::start(&["--database", &url, "--bus", &bus], authority, ("key", "secret"));
    let (token, room) = node.server.set_up();
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_str().unwrap();
    for round in 0..2 {
        node.waits("bus", "down");
        node.says(&format!("why=\"{sentence}"));
        assert_eq!(node.ready().1["status"], "degraded");
        assert_eq!(node.post(&room, &token, &format!("without-{round}")).0, 201);
        if round == 0 {
            let arguments = ["doctor", "--data", data, "--database", &url, "--bus", &bus];
            let line = format!("bad   bus: {sentence}");
            refuses(&mut portico(&arguments, authority, ("key", "secret")), &line, &[PASSWORD]);
        }
        mend(&mut nats);
        node.waits("bus", "ok");
        assert_eq!(node.ready().1["status"], "ready");
        assert_eq!(node.post(&room, &token, &format!("with-{round}")).0, 201);
        if round == 0 {
            spoil(&mut nats, &certificates);
        }
    }
    assert_eq!(node.server.timeline(&format!("/rooms/{room}/messages"), &token).len(), 4);
    node.kept(&[PASSWORD]);
}

#[test]
fn a_bus_that_is_not_there() {
    goes_on_without(
        "nats",
        |nats, _| nats.stop(),
        |at| format!("NATS at {at} cannot be reached; check --bus and that it runs"),
    );
}

#[test]
fn a_bus_that_does_not_know_the_password() {
    goes_on_without(
        "nats",
        |nats, _| nats.go_on_with("another", None),
        |at| format!("NATS at {at} refuses the user, password or token in --bus"),
    );
}

#[test]
fn a_bus_with_an_expired_certificate() {
    goes_on_without(
        "tls",
        |nats, certificates| nats.go_on_with(PASSWORD, Some(&certificates.expired)),
        |at| {
            format!(
                "the certificate of NATS at {at} has expired; renew it there, or set the clock of this machine right"
            )
        },
    );
}

#[test]
fn a_bus_with_a_certificate_for_another_name() {
    goes_on_without(
        "tls",
        |nats, certificates| nats.go_on_with(PASSWORD, Some(&certificates.misnamed)),
        |at| {
            format!(
                "the certificate of NATS at {at} is for another name than the one it is asked by; use a name it is for"
            )
        },
    );
}

#[test]
fn a_bus_with_a_certificate_of_an_unknown_authority() {
    goes_on_without(
        "tls",
        |nats, certificates| nats.go_on_with(PASSWORD, Some(&certificates.strange)),
        |at| {
            format!(
                "the certificate of NATS at {at} is of an authority this machine does not know; put that authority's own certificate among those of this machine, or into a file that SSL_CERT_FILE names"
            )
        },
    );
}

#[test]
fn a_bus_without_the_tls_that_is_asked_for() {
    goes_on_without(
        "tls",
        |nats, _| nats.go_on_with(PASSWORD, None),
        |at| {
            format!(
                "NATS at {at} offers no TLS there; turn it on, or write the address without it where the network is your own"
            )
        },
    );
}
