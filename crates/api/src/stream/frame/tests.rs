//! The codec against a peer that was written by others, at every cut, and against bytes nobody means well with.

use super::*;
use proptest::prelude::*;
use std::io::{Cursor, Read, Write};
use tokio_tungstenite::tungstenite::{
    Error, Message, WebSocket,
    protocol::{Role, WebSocketConfig, frame::coding::CloseCode},
};

/// A connection in memory: what was written, and what is to be read.
#[derive(Default)]
struct Pipe {
    sent: Vec<u8>,
    waiting: Cursor<Vec<u8>>,
}

impl Read for Pipe {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        match self.waiting.read(to)? {
            0 => Err(std::io::ErrorKind::WouldBlock.into()),
            n => Ok(n),
        }
    }
}

impl Write for Pipe {
    fn write(&mut self, from: &[u8]) -> std::io::Result<usize> {
        self.sent.write(from)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The bytes of messages as the other library's client sends them, masked.
fn sent(messages: Vec<Message>) -> Vec<u8> {
    let mut client = WebSocket::from_raw_socket(Pipe::default(), Role::Client, None);
    for message in messages {
        client.send(message).unwrap();
    }
    client.get_ref().sent.clone()
}

/// What we make of bytes that come in pieces of `step`.
fn heard(bytes: &[u8], step: usize) -> (Vec<Heard>, Option<Fault>) {
    let (mut reader, mut all) = (Reader::default(), Vec::new());
    for piece in bytes.chunks(step.max(1)) {
        reader.put(piece);
        loop {
            match reader.next() {
                Ok(Some(one)) => all.push(one),
                Ok(None) => break,
                Err(fault) => return (all, Some(fault)),
            }
        }
    }
    (all, None)
}

fn masked(first: u8, length: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first, MASKED | length[0]];
    bytes.extend_from_slice(&length[1..]);
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(payload);
    bytes
}

/// A short frame with a mask of zeros.
fn plain(first: u8, payload: &[u8]) -> Vec<u8> {
    masked(first, &[payload.len() as u8], payload)
}

fn fault(bytes: &[u8]) -> Option<Fault> {
    let at_once = heard(bytes, usize::MAX);
    assert_eq!(at_once, heard(bytes, 1));
    at_once.1
}

#[test]
fn what_breaks_the_protocol_is_refused_with_its_code() {
    let long = |length: u64| {
        let mut bytes = vec![127];
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes
    };
    for (bytes, expected) in [
        (plain(0x81, b"fine"), None),
        (vec![0x81, 0x04, b'b', b'a', b'r', b'e'], Some(Fault::Protocol)),
        (plain(0xc1, b"compressed"), Some(Fault::Protocol)),
        (plain(0x83, b"reserved"), Some(Fault::Protocol)),
        (plain(0x8b, b"reserved"), Some(Fault::Protocol)),
        (plain(0x09, b"half a ping"), Some(Fault::Protocol)),
        (masked(0x89, &[126, 0, 126], &[0; 126]), Some(Fault::Protocol)),
        (plain(0x80, b"of nothing"), Some(Fault::Protocol)),
        ([plain(0x01, b"one"), plain(0x81, b"within")].concat(), Some(Fault::Protocol)),
        (masked(0x81, &[126, 0, 5], b"wordy"), Some(Fault::Protocol)),
        (masked(0x81, &long(5), b"wordy"), Some(Fault::Protocol)),
        (plain(0x81, &[0xff, 0xfe]), Some(Fault::NotText)),
        (plain(0x82, &[0xff, 0xfe]), None),
        ([plain(0x01, &[0xc3]), plain(0x80, &[0xa4])].concat(), None),
        ([plain(0x01, &[0xc3]), plain(0x80, b"x")].concat(), Some(Fault::NotText)),
        (plain(0x88, b""), None),
        (plain(0x88, &[3]), Some(Fault::Protocol)),
        (plain(0x88, &1005_u16.to_be_bytes()), Some(Fault::Protocol)),
        (plain(0x88, &[3, 232, 0xff]), Some(Fault::NotText)),
        // Told by its head alone; nobody waits for the rest.
        (masked(0x81, &long(LARGEST as u64 + 1), b""), Some(Fault::TooLarge)),
        (masked(0x81, &long(u64::MAX), b""), Some(Fault::TooLarge)),
    ] {
        assert_eq!(fault(&bytes), expected, "{:02x?}", &bytes[..bytes.len().min(20)]);
    }
}

#[test]
fn a_message_has_a_largest_size_whole_or_in_pieces() {
    let whole = sent(vec![Message::text("x".repeat(LARGEST))]);
    assert_eq!(heard(&whole, 4096).0, [Heard::Text("x".repeat(LARGEST))]);
    assert_eq!(heard(&sent(vec![Message::text("x".repeat(LARGEST + 1))]), 4096).1, Some(Fault::TooLarge));
    let mut pieces = plain(0x01, b"");
    for _ in 0..=LARGEST / 125 {
        pieces.extend(plain(0x00, &[b'x'; 125]));
    }
    pieces.extend(plain(0x80, b""));
    assert_eq!(heard(&pieces, 4096), (vec![], Some(Fault::TooLarge)));
}

#[test]
fn between_messages_nothing_is_kept() {
    let mut reader = Reader::default();
    let bytes = sent(vec![Message::text("one"), Message::text("two")]);
    reader.put(&bytes[..bytes.len() - 1]);
    assert_eq!(reader.next(), Ok(Some(Heard::Text("one".into()))));
    assert_eq!(reader.next(), Ok(None));
    reader.put(&bytes[bytes.len() - 1..]);
    assert_eq!(reader.next(), Ok(Some(Heard::Text("two".into()))));
    assert_eq!(reader.next(), Ok(None));
    assert_eq!((reader.bytes.capacity(), reader.begun), (0, None));
}

#[test]
fn pings_come_between_the_pieces_of_a_message() {
    let bytes = [plain(0x01, b"one "), plain(0x89, b"there?"), plain(0x80, b"message")].concat();
    let expected = vec![Heard::Ping(b"there?".to_vec()), Heard::Text("one message".into())];
    assert_eq!(heard(&bytes, 3), (expected, None));
}

#[derive(Clone, Debug)]
enum Said {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
}

fn said() -> impl Strategy<Value = Said> {
    let bytes = |most| proptest::collection::vec(any::<u8>(), 0..most);
    prop_oneof![
        ".{0,40}".prop_map(Said::Text),
        (100_usize..70_000).prop_map(|n| Said::Text("ä".repeat(n / 2))),
        bytes(300).prop_map(Said::Binary),
        bytes(126).prop_map(Said::Ping),
        bytes(126).prop_map(Said::Pong),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_another_client_sends_is_understood(said in proptest::collection::vec(said(), 0..8), step in 1_usize..5000) {
        let messages = said.iter().cloned().map(|one| match one {
            Said::Text(text) => Message::text(text),
            Said::Binary(bytes) => Message::binary(bytes),
            Said::Ping(bytes) => Message::Ping(bytes.into()),
            Said::Pong(bytes) => Message::Pong(bytes.into()),
        });
        let expected: Vec<Heard> = said.iter().cloned().map(|one| match one {
            Said::Text(text) => Heard::Text(text),
            Said::Ping(bytes) => Heard::Ping(bytes),
            Said::Binary(_) | Said::Pong(_) => Heard::Other,
        }).collect();
        prop_assert_eq!(heard(&sent(messages.collect()), step), (expected, None));
    }

    #[test]
    fn what_we_send_is_understood_by_another_client(texts in proptest::collection::vec(".{0,200}", 1..5), n in 0_usize..140_000, code in 3000_u16..5000) {
        let texts: Vec<String> = texts.into_iter().chain(["x".repeat(n)]).collect();
        let mut bytes = Vec::new();
        for one in &texts {
            bytes.extend_from_slice(&text(one));
        }
        bytes.extend_from_slice(&pong(b"here"));
        bytes.extend_from_slice(&close(code));
        let pipe = Pipe { waiting: Cursor::new(bytes), ..Pipe::default() };
        let mut client = WebSocket::from_raw_socket(pipe, Role::Client, None);
        for one in texts {
            prop_assert_eq!(client.read().unwrap(), Message::text(one));
        }
        prop_assert_eq!(client.read().unwrap(), Message::Pong("here".into()));
        let Message::Close(Some(closing)) = client.read().unwrap() else { panic!("it closes") };
        prop_assert_eq!(closing.code, CloseCode::from(code));
    }

    #[test]
    fn any_bytes_are_read_alike_in_any_pieces_and_never_more_leniently_than_elsewhere(
        bytes in proptest::collection::vec(prop_oneof![Just(0x81_u8), Just(0x01), Just(0x80), Just(0x89), Just(0x88), 0x80_u8..0x8a, any::<u8>()], 0..400),
        step in 1_usize..50,
    ) {
        let ours = heard(&bytes, usize::MAX);
        prop_assert_eq!(&ours, &heard(&bytes, step));
        let limits = WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
        let pipe = Pipe { waiting: Cursor::new(bytes), ..Pipe::default() };
        let mut server = WebSocket::from_raw_socket(pipe, Role::Server, Some(limits));
        for one in ours.0 {
            let theirs = server.read();
            match (one, theirs) {
                (Heard::Text(a), Ok(Message::Text(b))) => prop_assert_eq!(a.as_str(), b.as_str()),
                (Heard::Ping(a), Ok(Message::Ping(b))) => prop_assert_eq!(a, b.to_vec()),
                (Heard::Other, Ok(Message::Binary(_) | Message::Pong(_))) => {}
                // They look at a text before its last piece is there.
                (Heard::Close(_), Ok(Message::Close(_))) | (_, Err(Error::Utf8(_))) => return Ok(()),
                (a, b) => prop_assert!(false, "we: {a:?}, they: {b:?}"),
            }
        }
        if ours.1.is_none() {
            let theirs = server.read();
            prop_assert!(matches!(theirs, Err(Error::Io(_) | Error::Utf8(_))), "they refuse what we take: {theirs:?}");
        }
    }
}
