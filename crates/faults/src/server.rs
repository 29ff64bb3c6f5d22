//! The real binary as a child process.

use crate::{Result, clock::Clock, http::Line};
use serde_json::json;
use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

/// What a server needs to start.
#[derive(Clone)]
pub(crate) struct Home {
    pub(crate) binary: PathBuf,
    pub(crate) data: PathBuf,
    /// PostgreSQL instead of the embedded database.
    pub(crate) database: Option<String>,
    /// A NATS between the nodes.
    pub(crate) bus: Option<String>,
}

impl Home {
    pub(crate) fn new(binary: &Path, data: &Path) -> Self {
        Self { binary: binary.to_owned(), data: data.to_owned(), database: None, bus: None }
    }

    /// A command of the binary on this home.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg(name).arg("--data").arg(&self.data);
        command.args(["--config", "/dev/null", "--log", "warn,portico=info"]);
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        if let (Some(url), "serve") = (&self.bus, name) {
            command.args(["--bus", url]);
        }
        command
    }

    pub(crate) fn serve(&self) -> Result<Server> {
        Server::start(&mut self.command("serve"))
    }

    /// Runs a command to its end and gives what it printed; it must succeed.
    pub(crate) fn run(&self, name: &str, more: &[&str]) -> Result<String> {
        said(&self.command(name).args(more).output()?)
    }
}

/// What a command printed, if it succeeded.
pub(crate) fn said(output: &Output) -> Result<String> {
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
    }
}

/// A running server; killed with its owner.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    code: Option<String>,
}

/// Somebody who may write into a room.
#[derive(Clone)]
pub(crate) struct Writer {
    pub(crate) token: String,
    pub(crate) room: String,
}

impl Writer {
    pub(crate) fn path(&self) -> String {
        format!("/rooms/{}/messages", self.room)
    }
}

impl Server {
    /// Starts on a free port and waits until it says where it is.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        Self::start_on(command, "127.0.0.1:0")
    }

    /// The same on an address of its own.
    pub(crate) fn start_on(command: &mut Command, listen: &str) -> Result<Self> {
        let mut child = command
            .args(["--listen", listen, "--sockets-per-address", "100000"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no stdout")?).lines();
        while let Some(line) = lines.next().transpose()? {
            if let Some(at) = line.find("http://") {
                let url = &line[at + 7..];
                let address = url.split(['/', ' ']).next().unwrap_or_default().parse()?;
                let code = url.split_once('#').map(|(_, c)| c.trim().to_owned());
                // Nobody reads on: a full pipe must not stop the server.
                drop(child.stderr.take());
                return Ok(Self { child, address, code });
            }
        }
        let mut why = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            stderr.read_to_string(&mut why)?;
        }
        child.wait()?;
        Err(why.into())
    }

    pub(crate) fn line(&self) -> Result<Line> {
        Line::open(self.address)
    }

    /// Sets up an organization.
    pub(crate) fn set_up(&self) -> Result<Writer> {
        let code = self.code.clone().ok_or("this server is set up already")?;
        let owner = json!({"name": "Ann", "email": "ann@example.org", "password": "correct horse battery"});
        let mut line = self.line()?;
        let made =
            line.post("/setup", "", "", &json!({"code": code, "organization": "Acme", "owner": owner}))?;
        let token = made["token"].as_str().ok_or("no token")?.to_owned();
        let boot = line.get("/boot", &token)?;
        let room = boot["channels"][0]["id"].as_str().ok_or("no channel")?.to_owned();
        Ok(Writer { token, room })
    }

    /// SIGKILL: nothing is flushed, nothing is said.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) -> Result<()> {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        if status.success() { Ok(()) } else { Err("kill failed".into()) }
    }

    /// Waits for its end and gives the exit code.
    pub(crate) fn ended(mut self) -> Result<Option<i32>> {
        let clock = Clock::start();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.code());
            }
            clock.patience("the end of the server")?;
            std::thread::yield_now();
        }
    }

    /// Resident memory, KB.
    pub(crate) fn memory(&self) -> Result<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find(|l| l.starts_with("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.split_whitespace().nth(1).ok_or("no VmRSS")?.parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _reaped = self.child.wait();
    }
}
