//! HTTP/1.1 by hand over one connection: a request that gets no answer must be known as such.

use crate::{Result, clock::PATIENCE};
use serde_json::Value;
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

/// Where the native API lives.
pub(crate) const BASE: &str = "/api/portico/v1";

/// A connection for one question after the other.
pub(crate) struct Line {
    pub(crate) io: TcpStream,
    bytes: Vec<u8>,
}

impl Line {
    pub(crate) fn open(to: SocketAddr) -> Result<Self> {
        let io = TcpStream::connect(to)?;
        io.set_nodelay(true)?;
        io.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { io, bytes: Vec::new() })
    }

    /// Sends a request. An error means that no answer will come; it may have been done or not.
    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        key: &str,
        body: &str,
    ) -> Result<()> {
        let request = request(method, path, token, key, body);
        Ok(self.io.write_all(request.as_bytes())?)
    }

    /// The next answer.
    pub(crate) fn answer(&mut self) -> Result<(u16, String)> {
        loop {
            if let Some((status, start, end)) = complete(&self.bytes)? {
                let body = String::from_utf8_lossy(&self.bytes[start..end]).into_owned();
                self.bytes.drain(..end);
                return Ok((status, body));
            }
            let mut chunk = [0; 16 * 1024];
            match self.io.read(&mut chunk)? {
                0 => return Err("the server hung up".into()),
                n => self.bytes.extend_from_slice(&chunk[..n]),
            }
        }
    }

    pub(crate) fn ask(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        key: &str,
        body: &str,
    ) -> Result<(u16, Value)> {
        self.send(method, path, token, key, body)?;
        let (status, body) = self.answer()?;
        Ok((status, serde_json::from_str(&body).unwrap_or(Value::Null)))
    }

    /// Asks for JSON and expects it.
    pub(crate) fn get(&mut self, path: &str, token: &str) -> Result<Value> {
        match self.ask("GET", path, token, "", "")? {
            (200, body) => Ok(body),
            (status, body) => Err(format!("GET {path} answered {status}: {body}").into()),
        }
    }

    /// Posts and expects that it was done.
    pub(crate) fn post(&mut self, path: &str, token: &str, key: &str, body: &Value) -> Result<Value> {
        match self.ask("POST", path, token, key, &body.to_string())? {
            (200 | 201, body) => Ok(body),
            (status, body) => Err(format!("POST {path} answered {status}: {body}").into()),
        }
    }
}

/// A request as bytes.
pub(crate) fn request(method: &str, path: &str, token: &str, key: &str, body: &str) -> String {
    let auth = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let key = if key.is_empty() { String::new() } else { format!("Idempotency-Key: {key}\r\n") };
    format!(
        "{method} {BASE}{path} HTTP/1.1\r\nHost: localhost\r\n{auth}{key}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The status of the first answer in `bytes`, where its body begins and where it ends; nothing while it is incomplete.
fn complete(bytes: &[u8]) -> Result<Option<(u16, usize, usize)>> {
    let Some(head) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&bytes[..head])?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|l| l.split(' ').nth(1)).ok_or("no status line")?.parse()?;
    let mut length = 0;
    for (name, value) in lines.filter_map(|l| l.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse()?;
        }
    }
    let body = head + 4;
    Ok((bytes.len() >= body + length).then_some((status, body, body + length)))
}
