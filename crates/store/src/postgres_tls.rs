//! The way to PostgreSQL: TLS as `sslmode` and `sslrootcert` in the address ask for it, and what it means when
//! PostgreSQL cannot be reached or refuses.
//!
//! The words mean what they mean to libpq, so that an address that works in `psql` works here: `disable`; `prefer` (the
//! default) and `require`, which encrypt and do not ask who answers; `verify-ca` and `verify-full`, which do. Trusted are
//! the authorities of this machine (`SSL_CERT_FILE` names others), or those in the file `sslrootcert`. Opens no
//! connection itself, and never repeats the address: it holds a password.

use portico_types::{Error, Result, percent_decoded};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_postgres::config::Host;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How an operator has another authority trusted.
const AUTHORITY: &str = "name that authority's own certificate: sslrootcert=FILE in --database";

/// How much of the server's certificate is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Check {
    Nothing,
    Authority,
    AuthorityAndName,
}

/// Takes from an address what is ours to know, and gives the rest, which the PostgreSQL client reads, with the connector
/// for it: a `MakeTlsConnect` of the client.
///
/// Errors: `sslmode` is none of those above; the file `sslrootcert` cannot be read; this machine knows no authorities.
pub(crate) fn of(url: &str) -> Result<(String, MakeRustlsConnect)> {
    let (rest, check, roots) = read(url)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?;
    let trusting = Trusting { provider: Arc::clone(&provider), authority: None };
    let verifier: Arc<dyn ServerCertVerifier> = if check == Check::Nothing {
        Arc::new(trusting)
    } else {
        let known =
            WebPkiServerVerifier::builder_with_provider(Arc::new(trusted(roots.as_deref())?), provider)
                .build()
                .map_err(Error::internal)?;
        if check == Check::Authority {
            Arc::new(Trusting { authority: Some(known), ..trusting })
        } else {
            known
        }
    };
    let config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    Ok((rest, MakeRustlsConnect::new(config)))
}

/// The address without what the client does not know, what is to be looked at, and the file of authorities.
fn read(url: &str) -> Result<(String, Check, Option<String>)> {
    // A password may hold a question mark.
    let after = url.find('@').unwrap_or(0);
    let cut = url[after..].find('?').map_or(url.len(), |at| after + at);
    let (place, query) = (&url[..cut], url[cut..].trim_start_matches('?'));
    let (mut mode, mut roots, mut kept) = (String::new(), None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => value.clone_into(&mut mode),
            // libpq's word for the authorities of the machine.
            Some(("sslrootcert", "system")) => roots = None,
            Some(("sslrootcert", value)) => roots = Some(percent_decoded(value)),
            _ => kept.push(pair.to_owned()),
        }
    }
    let (word, check) = match mode.as_str() {
        "disable" => ("disable", Check::Nothing),
        "" | "prefer" => ("prefer", Check::Nothing),
        // As libpq does: whoever names authorities wants them asked.
        "require" if roots.is_none() => ("require", Check::Nothing),
        "require" | "verify-ca" => ("require", Check::Authority),
        "verify-full" => ("require", Check::AuthorityAndName),
        _ => {
            return Err(Error::internal(
                "sslmode in --database is not known; write disable, prefer, require, verify-ca or verify-full",
            ));
        }
    };
    kept.push(format!("sslmode={word}"));
    Ok((format!("{place}?{}", kept.join("&")), check, roots))
}

/// The authorities of the file, or of this machine.
fn trusted(file: Option<&str>) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    if let Some(file) = file {
        let unread = |e: &dyn std::fmt::Display| {
            Error::internal(format!("sslrootcert in --database: cannot read certificates from {file}: {e}"))
        };
        for certificate in CertificateDer::pem_file_iter(file).map_err(|e| unread(&e))? {
            store.add(certificate.map_err(|e| unread(&e))?).map_err(|e| unread(&e))?;
        }
    } else {
        // One that cannot be used must not take the others along.
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if store.is_empty() {
        return Err(Error::internal(match file {
            Some(file) => format!("sslrootcert in --database: there is no certificate in {file}"),
            None => "this machine knows no authorities to check PostgreSQL's certificate by; install ca-certificates, or name a file: sslrootcert=FILE in --database".into(),
        }));
    }
    Ok(store)
}

/// Looks at less of a certificate than the whole: at nothing, or at who signed it and not for which name.
#[derive(Debug)]
struct Trusting {
    provider: Arc<CryptoProvider>,
    authority: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(authority) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        // The name is looked at last: a certificate that is only for another one is good in all else.
        match authority.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// A connection to PostgreSQL at these hosts, or why there is none. A server that had one says in its log when it cannot
/// have another, once until the reason changes; at the start whoever starts is told.
/// Without an error of the client, somebody took the connection and said nothing.
pub(crate) fn outcome<T>(connected: Result<T, Option<tokio_postgres::Error>>, hosts: &[Host]) -> Result<T> {
    // What was said last; nothing before the first connection.
    static SAID: Mutex<Option<String>> = Mutex::new(None);
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    let error = match connected {
        Ok(connection) => {
            *said = Some(String::new());
            return Ok(connection);
        }
        Err(Some(e)) => refusal(&e, hosts),
        Err(None) => away(format!(
            "PostgreSQL at {} is silent; look whether it is PostgreSQL that takes connections there, and whether it lives",
            place(hosts)
        )),
    };
    if let (Some(said), Some(why)) = (said.as_mut(), error.cause())
        && said != why
    {
        tracing::error!(why, "the database is down; the server tries again at every request");
        why.clone_into(said);
    }
    Err(error)
}

/// What it means that there is no connection: 503 for whoever asks, and for the operator (at the start, in the log, in
/// `doctor`) which of the parts is wrong and what to do.
fn refusal(e: &tokio_postgres::Error, hosts: &[Host]) -> Error {
    if let Some(db) = e.as_db_error() {
        let said = db.message();
        return match db.code().code() {
            // Starting, stopping, or full: it will be back.
            code if code.starts_with("57") || code.starts_with("53") => {
                away(format!("PostgreSQL takes no connections just now ({said}); the server tries again"))
            }
            "28P01" => away(format!("PostgreSQL refuses the user or password in --database: {said}")),
            "28000" if said.contains("no encryption") => {
                away(format!("PostgreSQL refuses: {said}; write sslmode=verify-full in --database"))
            }
            "28000" => away(format!("PostgreSQL refuses: {said}; see its pg_hba.conf")),
            "3D000" => {
                away(format!("PostgreSQL refuses: {said}; create it, or correct the name in --database"))
            }
            _ => away(format!("PostgreSQL refuses: {said}")),
        };
    }
    if let Some(said) = portico_tls::refusal(e, "PostgreSQL", AUTHORITY) {
        return away(said);
    }
    let mut innermost: &dyn std::error::Error = e;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    let innermost = innermost.to_string();
    away(match innermost.as_str() {
        "server does not support TLS" => "PostgreSQL offers no TLS, and sslmode in --database asks for it; set ssl = on there, or write sslmode=disable where the network is your own".into(),
        "password missing" => "PostgreSQL asks for a password; write postgres://user:password@host/name in --database".into(),
        _ => format!("cannot reach PostgreSQL at {} ({innermost}); check --database and that it runs", place(hosts)),
    })
}

fn away(cause: String) -> Error {
    Error::unavailable_because("the database cannot be reached just now", cause)
}

fn place(hosts: &[Host]) -> String {
    let names = hosts.iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    });
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_divided_between_us_and_the_client() {
        let url = "postgres://ann:se?cret@db/p";
        for (query, rest, check, roots) in [
            ("", "sslmode=prefer", Check::Nothing, None),
            ("?sslmode=disable", "sslmode=disable", Check::Nothing, None),
            ("?sslmode=require&connect_timeout=3", "connect_timeout=3&sslmode=require", Check::Nothing, None),
            ("?sslmode=require&sslrootcert=/a%20b", "sslmode=require", Check::Authority, Some("/a b")),
            ("?sslmode=verify-ca", "sslmode=require", Check::Authority, None),
            ("?sslrootcert=system&sslmode=verify-full", "sslmode=require", Check::AuthorityAndName, None),
        ] {
            let (left, found, file) = read(&format!("{url}{query}")).unwrap();
            assert_eq!((left, found, file.as_deref()), (format!("{url}?{rest}"), check, roots), "{query}");
            let config: tokio_postgres::Config = format!("{url}?{rest}").parse().unwrap();
            assert_eq!(config.get_password(), Some(&b"se?cret"[..]));
        }
        let e = of("postgres://ann:secret@db/p?sslmode=verify").err().unwrap();
        assert!(e.cause().unwrap().contains("verify-full") && !e.to_string().contains("secret"));
    }

    #[test]
    fn a_file_without_authorities_is_an_error() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        for (file, words) in
            [("/nowhere/ca.pem", "cannot read"), (empty.path().to_str().unwrap(), "no certificate")]
        {
            let url = format!("postgres://ann:secret@db/p?sslmode=verify-full&sslrootcert={file}");
            let e = of(&url).err().unwrap();
            assert!(e.cause().unwrap().contains(words), "{e}");
            assert!(e.cause().unwrap().contains(file) && !e.to_string().contains("secret"));
        }
    }
}
