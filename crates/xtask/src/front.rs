//! One address in front of several servers, for trying a cluster out on one machine: each connection goes to the next of
//! them, and past one that is not there. No TLS, no health checks, no more than that; real ones have a real proxy.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// How long a server may take to answer before the next one is tried.
const PATIENCE: Duration = Duration::from_secs(1);

/// Serves until it is ended.
pub(crate) fn serve(listener: &TcpListener, servers: Vec<SocketAddr>) -> io::Result<()> {
    let servers = Arc::new(servers);
    let turn = Arc::new(AtomicUsize::new(0));
    for client in listener.incoming() {
        let (servers, turn) = (Arc::clone(&servers), Arc::clone(&turn));
        // A client that left while it was let in is no reason to end.
        let Ok(client) = client else { continue };
        thread::Builder::new().stack_size(128 * 1024).spawn(move || {
            let first = turn.fetch_add(1, Ordering::Relaxed);
            let mut tries = (0..servers.len()).filter_map(|n| servers.get((first + n) % servers.len()));
            if let Some(server) = tries.find_map(|at| TcpStream::connect_timeout(at, PATIENCE).ok()) {
                // Either side may break off: that is what the other is told by the end of its stream.
                let _broke = join(client, server);
            }
        })?;
    }
    Ok(())
}

/// Carries bytes both ways until both ends are done.
fn join(client: TcpStream, server: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    let up = thread::Builder::new().stack_size(128 * 1024).spawn(move || {
        let copied = io::copy(&mut from_client, &mut to_server);
        let _gone = to_server.shutdown(Shutdown::Write);
        copied
    })?;
    let (mut from_server, mut to_client) = (server, client);
    let copied = io::copy(&mut from_server, &mut to_client);
    // The server has said all: whatever the client still sends goes nowhere.
    let _gone = to_client.shutdown(Shutdown::Both);
    let _ended = up.join();
    copied.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    /// A server that says its name and what it heard.
    fn server(name: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        thread::spawn(move || {
            for client in listener.incoming() {
                let mut client = client.unwrap();
                let mut heard = [0; 4];
                client.read_exact(&mut heard).unwrap();
                client.write_all(&[name.as_bytes(), &heard].concat()).unwrap();
            }
        });
        at
    }

    #[test]
    fn connections_take_turns_and_pass_a_server_that_is_gone() {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let servers = vec![server("one "), gone, server("two ")];
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let front = listener.local_addr().unwrap();
        thread::spawn(move || serve(&listener, servers));
        let mut heard = Vec::new();
        for _ in 0..6 {
            let mut client = TcpStream::connect(front).unwrap();
            client.write_all(b"ping").unwrap();
            let mut text = String::new();
            client.read_to_string(&mut text).unwrap();
            heard.push(text);
        }
        let turns = ["one ping", "two ping", "two ping"];
        assert_eq!(heard, [turns, turns].concat());
    }
}
