//! A NATS server of a test's own, that can be stopped and started again where it was.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

pub(crate) struct Nats {
    port: u16,
    child: Option<Child>,
}

/// A port that is free at this moment.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Nats {
    pub(crate) fn start() -> Self {
        let mut nats = Self { port: free_port(), child: None };
        nats.go_on();
        nats
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
        let program = std::env::var("PORTICO_NATS_SERVER").expect("PORTICO_NATS_SERVER names the program");
        let child = Command::new(program)
            .args(["-a", "127.0.0.1", "-p", &self.port.to_string(), "--user", "portico", "--pass", "sesame"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nats-server starts");
        self.child = Some(child);
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
