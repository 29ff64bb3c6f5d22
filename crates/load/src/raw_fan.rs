//! The raw fan-out: one thread, one write() for each frame and socket, frames encoded once, nothing else. What any
//! server that writes frames one by one can at best do.

use crate::{Result, measure::Wire, order, socket};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

/// Payload bytes of a frame.
const PAYLOAD: usize = 400;

/// The child: takes a connection for orders, then `sockets` more, then writes a frame to the next `each` of them for
/// every order.
#[expect(clippy::print_stdout, reason = "the parent reads the port from there")]
pub(crate) fn serve(sockets: usize, each: usize) -> Result<()> {
    machine_limits();
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    let (mut orders, _) = listener.accept()?;
    orders.set_nodelay(true)?;
    let mut all = Vec::with_capacity(sockets);
    for _ in 0..sockets {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        all.push(stream);
    }
    let groups = (sockets / each.max(1)).max(1) as u64;
    let mut order = [0; 8];
    // The parent going away is the end.
    while orders.read_exact(&mut order).is_ok() {
        let index = u64::from_be_bytes(order);
        let frame = frame(index / groups + 1, index);
        for stream in all.iter_mut().skip((index % groups) as usize * each).take(each) {
            if stream.write(&frame)? != frame.len() {
                return Err("a reader is too slow for the raw loop".into());
            }
        }
        orders.write_all(&[1])?;
    }
    Ok(())
}

fn machine_limits() {
    let _as_far_as_it_goes = crate::machine::raise_files();
}

/// The frame of the post `index`, with the number it has for those who get it.
fn frame(number: u64, index: u64) -> Vec<u8> {
    let mut payload = format!("{{\"number\":{number},\"text\":\"{} ", order::mark(index)).into_bytes();
    payload.resize(PAYLOAD, b'x');
    let mut frame = socket::text_header(PAYLOAD as u16);
    frame.extend_from_slice(&payload);
    frame
}

/// The child as its parent holds it; ends with its owner.
pub(crate) struct RawFan {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) orders: Option<TcpStream>,
}

impl RawFan {
    /// One with so many sockets that writes each frame to `each` of them.
    pub(crate) fn start(sockets: usize, each: usize) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["raw-fan", &sockets.to_string(), &each.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let address: SocketAddr = line.trim().parse()?;
        let orders = Some(TcpStream::connect(address)?);
        Ok(Self { child, address, orders })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for RawFan {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Orders: eight bytes there, one back.
pub(crate) struct Orders;

impl Wire for Orders {
    fn request(&mut self, _: usize, index: u64) -> Vec<u8> {
        index.to_be_bytes().to_vec()
    }

    fn answered(&self, bytes: &[u8]) -> Result<Option<usize>> {
        Ok((!bytes.is_empty()).then_some(1))
    }
}
