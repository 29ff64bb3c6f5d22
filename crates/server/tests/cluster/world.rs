//! An installation of several nodes with an organization in it.

use crate::{
    nats::Nats,
    server::{BIN, Server},
    stream::Stream,
};
use portico_testkit::Database;
use serde_json::{Value, json};
use std::process::Command;

pub(crate) struct World {
    pub(crate) nodes: Vec<Server>,
    pub(crate) nats: Nats,
    /// Of the owner.
    pub(crate) token: String,
    pub(crate) room: String,
    /// The bucket, when files are in one.
    pub(crate) files: Option<String>,
    database: String,
    directory: tempfile::TempDir,
    // Dropped after the nodes that use it.
    made: Option<Database>,
}

/// Nothing where there is no PostgreSQL to test on, or no NATS.
pub(crate) fn world(nodes: usize) -> Option<World> {
    if std::env::var_os("PORTICO_NATS_SERVER").is_none() {
        eprintln!("PORTICO_NATS_SERVER is not set: not run");
        return None;
    }
    let made = Database::new()?;
    let mut world = World::on(made.url(), nodes);
    world.made = Some(made);
    Some(world)
}

impl World {
    pub(crate) fn on(database: String, nodes: usize) -> Self {
        let mut world = Self {
            nodes: Vec::new(),
            nats: Nats::start(),
            files: None,
            token: String::new(),
            room: String::new(),
            database,
            directory: tempfile::tempdir().unwrap(),
            made: None,
        };
        if nodes > 0 {
            world.begin(nodes);
        }
        world
    }

    /// Starts the first nodes; the very first makes the organization.
    pub(crate) fn begin(&mut self, nodes: usize) {
        let first = self.start(0, &self.nats.url());
        (self.token, self.room) = first.set_up();
        self.nodes.push(first);
        for n in 1..nodes {
            let node = self.start(n, &self.nats.url());
            self.nodes.push(node);
        }
        self.bus_is("ok");
    }

    pub(crate) fn start(&self, number: usize, bus: &str) -> Server {
        let data = self.directory.path().join(number.to_string());
        let mut command = Command::new(BIN);
        command.args(["serve", "--database", &self.database, "--bus", bus, "--data"]).arg(data);
        if let Some(files) = &self.files {
            command.args(["--files", files]);
            command.env("AWS_ACCESS_KEY_ID", "portico").env("AWS_SECRET_ACCESS_KEY", "sesame");
        }
        Server::run(&mut command)
    }

    /// A command of the operator with the settings of a node. It must succeed.
    pub(crate) fn operate(&self, command: &str, more: &[&str]) {
        let mut run = Command::new(BIN);
        run.args([command, "--log", "error", "--database", &self.database]);
        run.arg("--data").arg(self.directory.path().join("operator"));
        if let Some(files) = &self.files {
            run.args(["--files", files]);
            run.env("AWS_ACCESS_KEY_ID", "portico").env("AWS_SECRET_ACCESS_KEY", "sesame");
        }
        let done = run.args(more).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Waits until every node says so of its bus.
    pub(crate) fn bus_is(&self, state: &str) {
        for node in &self.nodes {
            while node.get("/readyz", "")["bus"] != state {
                std::thread::yield_now();
            }
        }
    }

    /// Somebody who has joined the room, by an invitation made on one node and accepted on another.
    pub(crate) fn person(&self, name: &str, role: &str) -> (String, String) {
        let (first, last) = (self.nodes.first().unwrap(), self.nodes.last().unwrap());
        let (status, invite) =
            first.post("/invites", &self.token, &json!({"role": role, "channel_ids": [self.room]}));
        assert_eq!(status, 201, "{invite}");
        let code = invite["code"].as_str().unwrap();
        let who = json!({"name": name, "email": format!("{name}@example.org"), "password": "correct horse battery"});
        let (status, made) = last.post(&format!("/invites/{code}/accept"), "", &who);
        assert_eq!(status, 201, "{made}");
        (made["token"].as_str().unwrap().to_owned(), made["member"]["id"].as_str().unwrap().to_owned())
    }

    pub(crate) fn say(&self, node: usize, token: &str, text: &str) -> Value {
        let path = format!("/rooms/{}/messages", self.room);
        let (status, message) = self.nodes[node].post(&path, token, &json!({"body": text}));
        assert_eq!(status, 201, "{message}");
        message
    }

    pub(crate) fn stream(&self, node: usize, token: &str) -> Stream {
        Stream::open(&self.nodes[node].address, token, None)
    }
}
