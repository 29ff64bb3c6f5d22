//! Three nodes, each on a machine of its own, and a fourth machine with all they share.

use super::wires::{Wires, address};
use crate::{
    Result,
    clock::Clock,
    server::{Home, Server, Writer},
    table::Place,
};
use std::{
    net::{SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

pub(crate) const NODES: u8 = 3;
/// The machine with what is shared.
const SHARED: u8 = 9;

/// Where the nodes find what they share: an address for each, so that each can be cut off alone.
pub(crate) fn database() -> String {
    address(SHARED, 2)
}
pub(crate) fn bus() -> String {
    address(SHARED, 3)
}
pub(crate) fn bucket() -> String {
    address(SHARED, 4)
}
/// Where a node is; they count from 0.
pub(crate) fn node(number: usize) -> String {
    address(number as u8 + 1, 2)
}

/// A program that ends with its owner.
struct Shared(Child);

impl Drop for Shared {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// See the module.
pub(crate) struct World {
    pub(crate) who: Writer,
    pub(crate) nodes: Vec<Server>,
    homes: Vec<Home>,
    url: String,
    pg: PathBuf,
    // In this order: those that use the wires before the wires.
    _shared: Vec<Shared>,
    pub(crate) wires: Wires,
}

impl World {
    pub(crate) fn begin(place: &Place) -> Result<Self> {
        let wires = Wires::lay(&[(1, 1), (2, 1), (3, 1), (SHARED, 3)])?;
        let directory = place.directory("apart")?;
        for open in [place.work.path(), &directory] {
            // The account that runs PostgreSQL must be able to reach it.
            std::fs::set_permissions(open, std::fs::Permissions::from_mode(0o755))?;
        }
        let nats = named("PORTICO_NATS_SERVER")?;
        let s3 = named("PORTICO_S3_SERVER")?;
        let shared = vec![
            serve(Wires::on(SHARED).args([&nats, "-a", &bus(), "-p", "4222"]), &bus(), 4222)?,
            serve(Wires::on(SHARED).args([&s3, "-H", &bucket(), "-p", "9000"]), &bucket(), 9000)?,
        ];
        make_bucket()?;
        let pg = directory.join("pg");
        let url = postgres(&pg, "start")?;
        let mut world = Self {
            who: Writer { token: String::new(), room: String::new() },
            nodes: Vec::new(),
            homes: Vec::new(),
            url,
            pg,
            _shared: shared,
            wires,
        };
        for number in 0..usize::from(NODES) {
            world.homes.push(Home::new(&place.binary, &place.directory(&format!("apart/node-{number}"))?));
            let node = world.start(number)?;
            if number == 0 {
                world.who = node.set_up()?;
            }
            world.nodes.push(node);
        }
        world.all("ready")?;
        Ok(world)
    }

    /// Starts a node where it was.
    pub(crate) fn start(&self, number: usize) -> Result<Server> {
        let home = &self.homes[number];
        let serve = home.command("serve");
        let mut command = Wires::on(number as u8 + 1);
        command.arg(serve.get_program()).args(serve.get_args());
        command.args(["--database", &self.url, "--bus", &format!("nats://{}:4222", bus())]);
        command
            .arg("--files")
            .arg(format!("s3://portico/files?endpoint=http://{}:9000&region=us-east-1", bucket()));
        command.env("AWS_ACCESS_KEY_ID", "portico").env("AWS_SECRET_ACCESS_KEY", "sesame");
        Server::start_on(&mut command, &format!("{}:8065", node(number)))
    }

    /// Stops PostgreSQL and starts it again.
    pub(crate) fn restart_database(&self) -> Result<()> {
        postgres(&self.pg, "stop")?;
        postgres(&self.pg, "start").map(drop)
    }

    /// PostgreSQL's processes, the one that starts the others first.
    fn processes_of_database(&self) -> Result<Vec<String>> {
        let file = std::fs::read_to_string(self.pg.join("data/postmaster.pid"))?;
        let first = file.lines().next().ok_or("PostgreSQL does not run")?.to_owned();
        let children = std::fs::read_to_string(format!("/proc/{first}/task/{first}/children"))?;
        Ok(std::iter::once(first.clone()).chain(children.split_whitespace().map(ToOwned::to_owned)).collect())
    }

    /// Stops all of PostgreSQL where it stands, until what comes of it is dropped.
    pub(crate) fn freeze_database(&self) -> Result<Frozen> {
        // The first one first: then none is added.
        let first = self.processes_of_database()?.remove(0);
        signal("-STOP", &[first])?;
        let frozen = Frozen(self.processes_of_database()?);
        signal("-STOP", &frozen.0)?;
        Ok(frozen)
    }

    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|n| n.address).collect()
    }

    /// Waits until every node says that it is so.
    pub(crate) fn all(&self, status: &str) -> Result<()> {
        let clock = Clock::start();
        for node in &self.nodes {
            while ready(node)?.1["status"] != status {
                clock.patience("readiness of all nodes")?;
            }
        }
        Ok(())
    }

    /// Both ways, or only the answers.
    pub(crate) fn cut(&self, number: usize, off: &str, one_way: bool) -> Result<()> {
        self.wires.cut(off, &node(number))?;
        if one_way { Ok(()) } else { self.wires.cut(&node(number), off) }
    }

    pub(crate) fn mend(&self, number: usize, off: &str, one_way: bool) -> Result<()> {
        self.wires.mend(off, &node(number))?;
        if one_way { Ok(()) } else { self.wires.mend(&node(number), off) }
    }
}

/// A PostgreSQL that stands still.
pub(crate) struct Frozen(Vec<String>);

impl Drop for Frozen {
    fn drop(&mut self) {
        let _gone = signal("-CONT", &self.0);
    }
}

fn signal(what: &str, to: &[String]) -> Result<()> {
    if Command::new("kill").arg(what).args(to).status()?.success() {
        Ok(())
    } else {
        Err(format!("kill {what} failed").into())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.nodes.clear();
        let _gone = postgres(&self.pg, "remove");
    }
}

/// How a node says it is.
pub(crate) fn ready(node: &Server) -> Result<(u16, serde_json::Value)> {
    node.line()?.ask("GET", "/readyz", "", "", "")
}

fn named(variable: &str) -> Result<String> {
    std::env::var(variable).map_err(|_| format!("{variable} names no program").into())
}

/// Starts a program and waits until it listens.
fn serve(command: &mut Command, address: &str, port: u16) -> Result<Shared> {
    let mut shared = Shared(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    let clock = Clock::start();
    while TcpStream::connect((address, port)).is_err() {
        if shared.0.try_wait()?.is_some() {
            return Err(format!("{command:?} ended").into());
        }
        clock.patience("its start")?;
        std::thread::yield_now();
    }
    Ok(shared)
}

fn make_bucket() -> Result<()> {
    use std::io::{Read, Write};
    let mut io = TcpStream::connect((bucket(), 9000))?;
    write!(io, "PUT /portico HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    io.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(answer.into()) }
}

fn postgres(at: &std::path::Path, word: &str) -> Result<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/need-postgres.sh");
    let mut command = Wires::on(SHARED);
    command.args([script, word]).env("PORTICO_PG_DIR", at).env("PORTICO_PG_HOST", database());
    Ok(crate::server::said(&command.output()?)?.trim().to_owned())
}
