//! A PostgreSQL of a test's own, that may be stopped, started again, and set up otherwise.

use crate::certificates::Pair;
use std::{os::unix::fs::PermissionsExt, path::Path, process::Command};

pub(crate) struct Postgres {
    /// Of its operator, at its first database.
    pub(crate) url: String,
    directory: tempfile::TempDir,
}

impl Postgres {
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // The account that runs PostgreSQL must be able to reach it.
        std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut postgres = Self { url: String::new(), directory };
        postgres.url = postgres.script("start");
        postgres
    }

    pub(crate) fn script(&self, word: &str) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/need-postgres.sh");
        let place = self.directory.path().join("pg");
        let out = Command::new(script).arg(word).env("PORTICO_PG_DIR", place).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    /// Where it listens, as `host:port`.
    pub(crate) fn place(&self) -> &str {
        self.url.split('@').nth(1).unwrap().split('/').next().unwrap()
    }

    /// Runs a statement as its operator, in a database that no server uses; its first value.
    pub(crate) fn run(&self, sql: &str) -> Option<String> {
        let url = format!("{}/postgres", self.url.rsplit_once('/').unwrap().0);
        portico_testkit::administer(&url, sql.to_owned())
    }

    /// Ends all connections of a user.
    pub(crate) fn end(&self, user: &str) {
        self.run(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{user}'"));
    }

    /// Offers TLS with a certificate from now on, or none.
    pub(crate) fn offer(&self, pair: Option<&Pair>) {
        if let Some(pair) = pair {
            let data = self.directory.path().join("pg/data");
            let here = |from: &Path| {
                let to = data.join(from.file_name().unwrap());
                std::fs::copy(from, &to).unwrap();
                std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o600)).unwrap();
                // Where root runs this, PostgreSQL is somebody else.
                let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(&data).unwrap());
                std::os::unix::fs::chown(&to, Some(owner), None).unwrap();
                to
            };
            self.run(&format!("ALTER SYSTEM SET ssl_cert_file = '{}'", here(&pair.certificate).display()));
            self.run(&format!("ALTER SYSTEM SET ssl_key_file = '{}'", here(&pair.key).display()));
        }
        self.run(&format!("ALTER SYSTEM SET ssl = {}", if pair.is_some() { "on" } else { "off" }));
        self.run("SELECT pg_reload_conf()");
        // Whoever connects has what the program that lets them in has read by then.
        let (setting, wanted) = match pair {
            Some(pair) => ("ssl_cert_file", pair.certificate.file_name().unwrap().to_str().unwrap()),
            None => ("ssl", "off"),
        };
        while !self.run(&format!("SHOW {setting}")).unwrap().ends_with(wanted) {
            std::thread::yield_now();
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.script("remove");
    }
}
