//! A client of the stream that waits for what is to come.

use serde_json::{Value, json};
use std::{net::TcpStream, time::Duration};
use tokio_tungstenite::tungstenite::{Message, WebSocket, client, http::Request};

/// Longer than anything may take; only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Stream {
    socket: WebSocket<TcpStream>,
    /// Where it is.
    pub(crate) cursor: String,
    pub(crate) resumed: bool,
}

impl Stream {
    /// Opens the stream of a token's owner.
    pub(crate) fn open(address: &str, token: &str, cursor: Option<&str>) -> Self {
        Self::try_open(address, token, cursor).expect("the stream opens")
    }

    pub(crate) fn try_open(address: &str, token: &str, cursor: Option<&str>) -> Option<Self> {
        let tcp = TcpStream::connect(address).ok()?;
        tcp.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = Request::get(format!("ws://{address}/api/portico/v1/stream"))
            .header("Host", address)
            .header("Authorization", format!("Bearer {token}"))
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
            .body(())
            .unwrap();
        let (socket, _) = client(request, tcp).ok()?;
        let mut stream = Self { socket, cursor: String::new(), resumed: false };
        stream.say(&json!({"type": "hello", "cursor": cursor}));
        let ready = stream.next()?;
        if ready["type"] != "ready" {
            return None;
        }
        ready["cursor"].as_str()?.clone_into(&mut stream.cursor);
        stream.resumed = ready["resumed"] == true;
        Some(stream)
    }

    pub(crate) fn say(&mut self, what: &Value) {
        self.socket.send(Message::text(what.to_string())).unwrap();
    }

    /// The next frame; nothing when the server has closed the stream or is gone.
    pub(crate) fn next(&mut self) -> Option<Value> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    if let Some(cursor) = frame["cursor"].as_str() {
                        cursor.clone_into(&mut self.cursor);
                    }
                    return Some(frame);
                }
                Ok(Message::Close(_)) => return None,
                Ok(_) => {}
                Err(tokio_tungstenite::tungstenite::Error::Io(e))
                    if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
                {
                    panic!("nothing came for {PATIENCE:?}")
                }
                Err(_) => return None,
            }
        }
    }

    /// The next frame of a kind, past all others.
    pub(crate) fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().unwrap_or_else(|| panic!("the stream ended before {kind}"));
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// The text of the next message.
    pub(crate) fn next_text(&mut self) -> String {
        loop {
            let frame = self.next_of("message.posted");
            if let Some(text) = frame["data"]["message"]["body"]["text"].as_str() {
                return text.to_owned();
            }
        }
    }

    /// Reads until the server closes; the kind of the last frame.
    pub(crate) fn last_word(&mut self) -> Option<String> {
        let mut last = None;
        while let Some(frame) = self.next() {
            last = frame["type"].as_str().map(ToOwned::to_owned);
        }
        last
    }
}
