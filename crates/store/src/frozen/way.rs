//! A way to a TCP server that can be frozen: its connections stay open and take what is sent, and nothing passes any more.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
};

/// What happens to the connection that carries a text, once the text is on its way to the server.
#[derive(Clone, Copy)]
enum Then {
    Freeze,
    End,
}

#[derive(Default)]
struct State {
    /// Both ends of every connection, and whether anything passes.
    wires: Vec<(TcpStream, Option<TcpStream>, bool)>,
    /// Whether whoever connects is taken on to the server, or only taken.
    silent: bool,
    watch: Option<(&'static [u8], Then)>,
}

pub(super) struct Way {
    pub(super) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Way {
    pub(super) fn to(server: &str) -> Self {
        let (server, listener) = (server.to_owned(), TcpListener::bind("127.0.0.1:0").unwrap());
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                let mut state = shared.lock().unwrap();
                let number = state.wires.len();
                if state.silent {
                    state.wires.push((client, None, false));
                    continue;
                }
                let server = TcpStream::connect(&server).unwrap();
                let both = (client.try_clone().unwrap(), Some(server.try_clone().unwrap()), true);
                state.wires.push(both);
                drop(state);
                for stream in [&client, &server] {
                    stream.set_nodelay(true).unwrap();
                }
                let (back, forth) = ((server.try_clone(), client.try_clone()), (client, server));
                let (shared, also) = (Arc::clone(&shared), Arc::clone(&shared));
                std::thread::spawn(move || carry(forth.0, forth.1, true, number, &shared));
                std::thread::spawn(move || carry(back.0.unwrap(), back.1.unwrap(), false, number, &also));
            }
        });
        Self { address, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Nothing passes any more on what is connected now.
    pub(super) fn freeze(&self) {
        self.state().wires.iter_mut().for_each(|wire| wire.2 = false);
    }

    /// Whether whoever connects from now on is taken on to the server. Otherwise nothing is ever said to them.
    pub(super) fn take(&self, on: bool) {
        self.state().silent = !on;
    }

    /// The next connection that carries this to the server is frozen when it has: no answer comes back.
    pub(super) fn freeze_after(&self, text: &'static [u8]) {
        self.state().watch = Some((text, Then::Freeze));
    }

    /// The same, for one that ends then.
    pub(super) fn end_after(&self, text: &'static [u8]) {
        self.state().watch = Some((text, Then::End));
    }

    /// How many have connected.
    pub(super) fn connections(&self) -> usize {
        self.state().wires.len()
    }

    /// Ends everything.
    pub(super) fn end(&self) {
        for (client, server, _) in &self.state().wires {
            [Some(client), server.as_ref()].into_iter().flatten().for_each(hang_up);
        }
    }
}

/// It may have ended by itself.
fn hang_up(stream: &TcpStream) {
    let _gone = stream.shutdown(Shutdown::Both);
}

/// Carries one direction of a connection while it passes.
fn carry(mut from: TcpStream, mut to: TcpStream, forth: bool, number: usize, state: &Mutex<State>) {
    let mut bytes = vec![0; 1 << 16];
    loop {
        let n = from.read(&mut bytes).unwrap_or(0);
        let mut then = None;
        {
            let mut state = state.lock().unwrap();
            if !state.wires[number].2 {
                // Taken, and that is all; not even an end passes.
                return;
            }
            if let Some((text, what)) = state.watch
                && forth
                && bytes[..n].windows(text.len()).any(|part| part == text)
            {
                (state.watch, then) = (None, Some(what));
                state.wires[number].2 = false;
            }
        }
        if n == 0 || to.write_all(&bytes[..n]).is_err() {
            hang_up(&to);
            return;
        }
        match then {
            None => {}
            Some(Then::Freeze) => return,
            Some(Then::End) => return hang_up(&from),
        }
    }
}
