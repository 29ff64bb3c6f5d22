//! An open stream, over a real connection: what is answered, what ends it, and how it parts.

use crate::team::Team;
use futures_util::{SinkExt, StreamExt};
use portico_domain::member::Role;
use portico_testkit::{HttpApp, each_http};
use portico_types::Millis;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, protocol::frame::coding::CloseCode},
};

/// Longer than anything takes; a test that waits this long has failed.
const LONG: Duration = Duration::from_mins(1);

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(h: &HttpApp, token: &str) -> Self {
        let address = h.serve().await;
        let (socket, _) =
            connect_async(format!("ws://{address}{}/stream", portico_api::BASE)).await.expect("a socket");
        let mut socket = Self(socket);
        socket.say(&json!({"type": "hello", "token": token})).await;
        assert_eq!(socket.text().await["type"], "ready");
        socket
    }

    async fn say(&mut self, what: &Value) {
        self.0.send(Message::text(what.to_string())).await.expect("it is heard");
    }

    async fn frame(&mut self) -> Message {
        timeout(LONG, self.0.next()).await.expect("something comes").expect("it is open").expect("a frame")
    }

    /// The next text that is no presence.
    async fn text(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.frame().await {
                let text: Value = serde_json::from_str(&text).expect("JSON");
                if text["type"] != "presence" {
                    return text;
                }
            }
        }
    }

    async fn closes(&mut self) -> CloseCode {
        loop {
            if let Message::Close(closing) = self.frame().await {
                return closing.expect("with a code").code;
            }
        }
    }
}

#[test]
fn what_is_asked_is_answered_and_what_happens_is_told() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (ann, _) = h.session(&t.ann).await;
        let mut socket = Socket::open(&h, &ann).await;
        socket.0.send(Message::Ping("there?".into())).await.expect("it is heard");
        while socket.frame().await != Message::Pong("there?".into()) {}
        socket.say(&json!({"type": "ping"})).await;
        assert_eq!(socket.text().await, json!({"type": "pong"}));
        // What is no word is passed over, and so is what is too much.
        socket.0.send(Message::binary(vec![0, 159])).await.expect("it is heard");
        for word in ["{", "[]", "{\"type\":\"sing\"}"] {
            socket.0.send(Message::text(word)).await.expect("it is heard");
        }
        h.as_member(&t.ann).patch("/me", json!({"name": "Another Name"})).await.ok(200);
        let told = socket.text().await;
        assert_eq!(
            (&told["type"], &told["data"]["member"]["name"]),
            (&json!("person.updated"), &json!("Another Name"))
        );
        socket.0.close(None).await.expect("it parts");
        assert!(timeout(LONG, socket.0.next()).await.expect("it ends").is_none_or(|last| last.is_ok()));
    });
}

#[test]
fn a_stream_ends_when_its_session_is_over() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (ann, _) = h.session(&t.ann).await;
        let mut socket = Socket::open(&h, &ann).await;
        h.t.clock.advance(180 * Millis::DAY);
        assert_eq!(socket.text().await, json!({"type": "revoked"}));
        assert_eq!(socket.closes().await, CloseCode::Normal);
    });
}

#[test]
fn who_cannot_be_understood_is_told_why() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (ann, _) = h.session(&t.ann).await;
        let mut socket = Socket::open(&h, &ann).await;
        socket.0.send(Message::text("x".repeat(128 * 1024 + 1))).await.expect("it is sent");
        assert_eq!(socket.closes().await, CloseCode::Size);
        let mut socket = Socket::open(&h, &ann).await;
        let MaybeTlsStream::Plain(tcp) = socket.0.get_mut() else { unreachable!("no TLS here") };
        // Not masked.
        tcp.write_all(&[0x81, 2, b'{', b'}']).await.expect("it is sent");
        assert_eq!(socket.closes().await, CloseCode::Protocol);
    });
}

#[test]
fn a_hello_may_come_with_the_request_and_byte_by_byte() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (ann, _) = h.session(&t.ann).await;
        let request = format!(
            "GET {}/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            portico_api::BASE
        );
        let hello = json!({"type": "hello", "token": ann}).to_string();
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(&[0x81, 0x80 | hello.len() as u8, 0, 0, 0, 0]);
        bytes.extend_from_slice(hello.as_bytes());
        for step in [bytes.len(), 1] {
            let mut stream = TcpStream::connect(h.serve().await).await.expect("a connection");
            stream.set_nodelay(true).expect("it can be set");
            for piece in bytes.chunks(step) {
                stream.write_all(piece).await.expect("it is sent");
            }
            let mut said = Vec::new();
            while !said.windows(14).any(|w| w == b"\"type\":\"ready\"") {
                let mut piece = [0; 1000];
                let n = timeout(LONG, stream.read(&mut piece)).await.expect("it answers").expect("bytes");
                assert!(n > 0, "{}", String::from_utf8_lossy(&said));
                said.extend_from_slice(&piece[..n]);
            }
            let said = String::from_utf8_lossy(&said).to_lowercase();
            assert!(said.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{said}");
        }
    });
}

#[test]
fn members_may_ask_who_is_around_and_guests_not() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let gus = h.t.member(&t.org, "Gus", Role::Guest).await;
        let (ann, _) = h.session(&t.ann).await;
        assert_eq!(h.as_member(&t.ann).get("/presence").await.ok(200), json!({"members": {}}));
        let _here = Socket::open(&h, &ann).await;
        let around = h.as_member(&t.ann).get("/presence").await.ok(200);
        assert_eq!(around, json!({"members": {t.ann.id.to_string(): "online"}}));
        h.as_member(&gus).get("/presence").await.refused(403, "forbidden");
        h.anonymous().get("/presence").await.refused(401, "unauthenticated");
    });
}
