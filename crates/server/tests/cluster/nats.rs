//! A NATS server of a test's own, that can be stopped and started again where it was.

use crate::certificates::Pair;
use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

pub(crate) struct Nats {
    pub(crate) port: u16,
    child: Option<Child>,
}

/// A port that is free at this moment.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Nats {
    pub(crate) fn start() -> Self {
        let mut nats = Self::absent();
        nats.go_on();
        nats
    }

    /// One that has still to be started.
    pub(crate) fn absent() -> Self {
        Self { port: free_port(), child: None }
    }

    /// With a password, as it is asked for.
    pub(crate) fn url(&self) -> String {
        format!("nats://portico:sesame@127.0.0.1:{}", self.port)
    }

    pub(crate) fn wrong_url(&self) -> String {
        format!("nats://portico:guess@127.0.0.1:{}", self.port)
    }

    /// Starts it, and waits until it takes connections.
    pub(crate) fn go_on(&mut self) {
        self.go_on_with("sesame", None);
    }

    /// The same with another password, and with TLS where there is a certificate.
    pub(crate) fn go_on_with(&mut self, password: &str, tls: Option<&Pair>) {
        self.stop();
        let program = std::env::var("PORTICO_NATS_SERVER").expect("PORTICO_NATS_SERVER names the program");
        let mut command = Command::new(program);
        command.args([
            "-a",
            "127.0.0.1",
            "-p",
            &self.port.to_string(),
            "--user",
            "portico",
            "--pass",
            password,
        ]);
        if let Some(pair) = tls {
            command.arg("--tls").arg("--tlscert").arg(&pair.certificate).arg("--tlskey").arg(&pair.key);
        }
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.child = Some(child.expect("nats-server starts"));
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "nats-server ended: {ended:?}");
            std::thread::yield_now();
        }
    }

    /// Kills it.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.stop();
    }
}
