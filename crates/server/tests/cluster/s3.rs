//! An S3-like server of a test's own, with a bucket in it. It forgets all when it ends.

use crate::certificates::Pair;
use std::{
    net::TcpStream,
    process::{Child, Command, Stdio},
};

pub(crate) struct S3 {
    pub(crate) port: u16,
    scheme: &'static str,
    child: Child,
}

impl S3 {
    /// Starts it, with TLS where there is a certificate.
    pub(crate) fn start(port: u16, tls: Option<&Pair>) -> Self {
        let mut command = Command::new(std::env::var("PORTICO_S3_SERVER").unwrap());
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        if let Some(pair) = tls {
            command.arg("-c").arg(&pair.certificate).arg("-k").arg(&pair.key);
        }
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let mut s3 = Self { port, scheme, child };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(s3.child.try_wait().unwrap().is_none(), "it ended");
            std::thread::yield_now();
        }
        s3.ask("PUT", "/portico", "");
        s3
    }

    /// A request that must succeed. Python is what the server itself runs on; it is asked not to look at certificates.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) {
        let script = "import ssl, sys, urllib.request as r; _, method, url, body = sys.argv; \
            r.urlopen(r.Request(url, method=method, data=body.encode(), headers={'Content-Type': 'text/plain'}), context=ssl._create_unverified_context()).read()";
        let url = format!("{}://127.0.0.1:{}{path}", self.scheme, self.port);
        let done = Command::new("python3").args(["-c", script, method, &url, body]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
