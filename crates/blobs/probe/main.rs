//! A program for the image worker's tests: a real worker, and workers gone wrong in every way the server must
//! survive. Never shipped.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use portico_blobs::image_worker::{SUBCOMMAND, restrict_files, restrict_system_calls, run_worker};

fn main() -> ExitCode {
    let part = std::env::args().nth(1).unwrap_or_default();
    if part == SUBCOMMAND {
        return run_worker();
    }
    match play(&part) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("probe: {error}");
            ExitCode::FAILURE
        }
    }
}

fn play(part: &str) -> io::Result<()> {
    let mut out = io::stdout();
    match part {
        "hang" => loop {
            std::thread::park();
        },
        "abort" => std::process::abort(),
        "nonsense" => {
            io::stdin().read_to_end(&mut Vec::new())?;
            out.write_all(b"<html>hello</html>")
        }
        "flood" => loop {
            out.write_all(&[0; 1 << 12])?;
        },
        "environment" => {
            io::stdin().read_to_end(&mut Vec::new())?;
            let count = std::env::vars_os().count();
            Err(io::Error::other(format!("{count} variables")))
        }
        "open-behind-landlock" => {
            restrict_files().map_err(|refused| io::Error::other(refused.to_string()))?;
            said(&mut out, std::fs::File::open("/etc/passwd"))?;
            said(&mut out, std::fs::File::create("/tmp/portico-probe-must-not-exist"))?;
            said(&mut out, std::fs::read_dir("/"))?;
            said(&mut out, TcpStream::connect("127.0.0.1:9"))
        }
        "open-behind-seccomp" => {
            restrict_system_calls().map_err(|refused| io::Error::other(refused.to_string()))?;
            said(&mut out, std::fs::File::open("/etc/passwd"))
        }
        "connect-behind-seccomp" => {
            restrict_system_calls().map_err(|refused| io::Error::other(refused.to_string()))?;
            said(&mut out, TcpStream::connect("127.0.0.1:9"))
        }
        "thread-behind-seccomp" => {
            restrict_system_calls().map_err(|refused| io::Error::other(refused.to_string()))?;
            said(&mut out, std::thread::Builder::new().spawn(|| ()))
        }
        "work-behind-seccomp" => {
            restrict_system_calls().map_err(|refused| io::Error::other(refused.to_string()))?;
            said(&mut out, Ok::<_, io::Error>(vec![1_u8; 100 << 20]))
        }
        other => Err(io::Error::other(format!("unknown part {other:?}"))),
    }
}

fn said<T>(out: &mut impl Write, outcome: io::Result<T>) -> io::Result<()> {
    match outcome {
        Ok(_) => writeln!(out, "allowed"),
        Err(error) => writeln!(out, "{:?}", error.kind()),
    }
}
