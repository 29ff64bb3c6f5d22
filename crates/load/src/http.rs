//! HTTP/1.1 by hand: requests as bytes, answers cut off the stream. Only what our own server sends is understood.

use crate::Result;
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// Where the native API lives.
pub(crate) const BASE: &str = "/api/portico/v1";

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Where in `bytes` the first answer ends, with its status and where its body begins; nothing while it is incomplete.
pub(crate) fn complete(bytes: &[u8]) -> Result<Option<(u16, usize, usize)>> {
    let Some(head) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&bytes[..head])?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|l| l.split(' ').nth(1)).ok_or("no status line")?.parse()?;
    let mut length = 0;
    for line in lines {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
        }
    }
    let body = head + 4;
    Ok((bytes.len() >= body + length).then_some((status, body, body + length)))
}

/// A request without a body.
pub(crate) fn get(path: &str, token: &str) -> String {
    format!("GET {BASE}{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n")
}

/// A POST of JSON with a key of its own.
pub(crate) fn post(path: &str, token: &str, key: &str, body: &str) -> String {
    format!(
        "POST {BASE}{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Idempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A request with a body of JSON and without a key; no body when it is empty, nobody in particular without a token.
pub(crate) fn send(method: &str, path: &str, token: &str, body: &str) -> String {
    let token = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
    format!(
        "{method} {BASE}{path} HTTP/1.1\r\nHost: localhost\r\n{token}{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A request as a proxy hands it on that says where it came from.
pub(crate) fn forwarded(request: &str, from: &str) -> String {
    request.replacen("\r\n", &format!("\r\nX-Forwarded-For: {from}\r\n"), 1)
}

/// A connection in the stead of one that had nothing to ask for so long that the server closed it.
pub(crate) fn again(to: SocketAddr) -> Result<mio::net::TcpStream> {
    let stream = TcpStream::connect(to)?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    Ok(mio::net::TcpStream::from_std(stream))
}

/// A connection for one question after the other.
pub(crate) struct Asker(TcpStream, Vec<u8>);

impl Asker {
    pub(crate) fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self(stream, Vec::new()))
    }

    pub(crate) fn ask(&mut self, request: &str) -> Result<Answer> {
        let (status, body) = self.ask_bytes(request.as_bytes())?;
        Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// Sends whatever it is and gives status and body.
    pub(crate) fn ask_bytes(&mut self, request: &[u8]) -> Result<(u16, Vec<u8>)> {
        self.0.write_all(request)?;
        let mut chunk = vec![0; 64 * 1024];
        loop {
            if let Some((status, body, end)) = complete(&self.1)? {
                let answer = self.1[body..end].to_vec();
                self.1.drain(..end);
                return Ok((status, answer));
            }
            let n = self.0.read(&mut chunk)?;
            if n == 0 {
                return Err("the server hung up".into());
            }
            self.1.extend_from_slice(&chunk[..n]);
        }
    }

    /// Sends a request and expects success with JSON, or with nothing.
    pub(crate) fn expect(&mut self, request: &str) -> Result<serde_json::Value> {
        let answer = self.ask(request)?;
        if !(200..300).contains(&answer.status) {
            let line = request.lines().next().unwrap_or_default();
            return Err(format!("{line} answered {}: {}", answer.status, answer.body).into());
        }
        if answer.body.is_empty() {
            return Ok(serde_json::Value::Null);
        }
        Ok(serde_json::from_str(&answer.body)?)
    }

    /// Asks for JSON and expects success.
    pub(crate) fn json(&mut self, path: &str, token: &str) -> Result<serde_json::Value> {
        let answer = self.ask(&get(path, token))?;
        if answer.status != 200 {
            return Err(format!("GET {path} answered {}: {}", answer.status, answer.body).into());
        }
        Ok(serde_json::from_str(&answer.body)?)
    }
}

#[cfg(test)]
mod tests {
    use super::complete;

    #[test]
    fn an_answer_ends_where_its_length_says() {
        let bytes = b"HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\n";
        for cut in 0..bytes.len() {
            let found = complete(&bytes[..cut]).unwrap();
            assert_eq!(found, (cut >= 46).then_some((201, 43, 46)), "{cut}");
        }
        assert!(complete(b"nonsense\r\n\r\n").is_err());
    }
}
