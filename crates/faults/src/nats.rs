//! A NATS server of a run's own, where `PORTICO_NATS_SERVER` names the program.

use crate::{Result, clock::Clock};
use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

pub(crate) struct Nats {
    port: u16,
    child: Child,
}

impl Nats {
    /// Starts it, and waits until it takes connections. Nothing where there is no program.
    pub(crate) fn start() -> Result<Option<Self>> {
        let Some(program) = std::env::var_os("PORTICO_NATS_SERVER") else { return Ok(None) };
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = Command::new(program)
            .args(["-a", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let nats = Self { port, child };
        let clock = Clock::start();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            clock.patience("the start of nats-server")?;
            std::thread::yield_now();
        }
        Ok(Some(nats))
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _reaped = self.child.wait();
    }
}
