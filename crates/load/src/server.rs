//! A Portico server as a child process on a data directory of its own.

use crate::{
    Result,
    clock::Clock,
    http::{self, Asker},
};
use std::{
    fs::File,
    io::Write,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// Who owns an organization that `set_up` made.
const OWNER: &str = "olga@load.example";
const PASSWORD: &str = "a long and boring passphrase 4711";

/// A running server; ends with its owner.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From starting the program to the first good answer of `/readyz`.
    pub(crate) ready_after: Duration,
}

impl Server {
    /// Starts `binary` on `data` and waits until it is ready.
    pub(crate) fn start(binary: &Path, data: &Path) -> Result<Self> {
        Self::start_with(binary, data, &[])
    }

    /// The same with more flags.
    pub(crate) fn start_with(binary: &Path, data: &Path, flags: &[String]) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = File::options().create(true).append(true).open(data.with_extension("log"))?;
        let clock = Clock::start();
        let child = Command::new(binary)
            .args([
                "serve",
                "--log",
                "warn",
                "--config",
                "/dev/null",
                "--listen",
                &address.to_string(),
                "--data",
            ])
            .arg(data)
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|e| format!("cannot start {}: {e}", binary.display()))?;
        let mut server = Self { child, address, ready_after: Duration::ZERO };
        loop {
            if let Ok(mut asker) = Asker::connect(address)
                && asker.json("/readyz", "").is_ok()
            {
                server.ready_after = clock.elapsed();
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                return Err(format!(
                    "the server ended at its start ({status}); see {}",
                    data.with_extension("log").display()
                )
                .into());
            }
            if clock.elapsed() > Duration::from_mins(1) {
                return Err("the server was not ready within a minute".into());
            }
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    /// Signs the owner in whom `set_up` made: a connection, and the token.
    pub(crate) fn owner(&self) -> Result<(Asker, String)> {
        let mut asker = Asker::connect(self.address)?;
        let credentials = serde_json::json!({"email": OWNER, "password": PASSWORD}).to_string();
        let owner = asker.expect(&http::send("POST", "/sessions", "", &credentials))?;
        let token = owner["token"].as_str().ok_or("no token for the owner")?.to_owned();
        Ok((asker, token))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What was acknowledged is durable: there is nothing to be polite about.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Makes an organization and its owner with the server's own command.
pub(crate) fn set_up(binary: &Path, data: &Path) -> Result<()> {
    set_up_with(binary, data, &[])
}

/// The same with more flags.
pub(crate) fn set_up_with(binary: &Path, data: &Path, flags: &[String]) -> Result<()> {
    let mut child = Command::new(binary)
        .args([
            "setup",
            "--config",
            "/dev/null",
            "--log",
            "warn",
            "--organization",
            "Load",
            "--name",
            "Olga Owner",
        ])
        .args(["--email", OWNER, "--password-stdin", "--data"])
        .arg(data)
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|e| format!("cannot start {}: {e}", binary.display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        writeln!(stdin, "{PASSWORD}")?;
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("portico setup failed ({status})").into()) }
}
