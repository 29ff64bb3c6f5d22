//! Certificates of a test's own: good ones, and one of each kind that must be refused.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    date_time_ymd,
};
use std::path::{Path, PathBuf};

/// A certificate and its key, in files.
pub(crate) struct Pair {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

pub(crate) struct Certificates {
    /// The authority that the nodes are told to trust.
    pub(crate) authority: PathBuf,
    pub(crate) good: Pair,
    pub(crate) expired: Pair,
    /// For another host.
    pub(crate) misnamed: Pair,
    /// Of an authority nobody knows.
    pub(crate) strange: Pair,
    _directory: tempfile::TempDir,
}

impl Certificates {
    pub(crate) fn make() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path();
        let (known, unknown) = (authority("known"), authority("unknown"));
        std::fs::write(place.join("authority.pem"), known.pem()).unwrap();
        let until = 2096;
        Self {
            authority: place.join("authority.pem"),
            good: pair(place, "good", &known, "127.0.0.1", until),
            expired: pair(place, "expired", &known, "127.0.0.1", 2001),
            misnamed: pair(place, "misnamed", &known, "elsewhere.example", until),
            strange: pair(place, "strange", &unknown, "127.0.0.1", until),
            _directory: directory,
        }
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut full = DistinguishedName::new();
    full.push(DnType::CommonName, name);
    full
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn pair(place: &Path, name: &str, by: &CertifiedIssuer<'_, KeyPair>, host: &str, until: i32) -> Pair {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    params.distinguished_name = named(name);
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let certificate = params.signed_by(&key, by).unwrap();
    let pair =
        Pair { certificate: place.join(format!("{name}.pem")), key: place.join(format!("{name}.key")) };
    std::fs::write(&pair.certificate, certificate.pem()).unwrap();
    std::fs::write(&pair.key, key.serialize_pem()).unwrap();
    pair
}
