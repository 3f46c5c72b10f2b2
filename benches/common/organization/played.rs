//! The server as a process of its own: where it listens, what it counted, what it took.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::{Held, Size, process};

/// A server that runs until this is dropped.
pub(crate) struct Played {
    child: Child,
    /// Where it listens.
    pub(crate) url: String,
    began_at: f64,
}

impl Played {
    /// Starts this very bench with `server`.
    pub(crate) fn start(size: Size, held: Held) -> Played {
        let numbers = [size.accounts.to_string(), size.regions.to_string(), size.latency_ms.to_string()];
        let mut command = Command::new(env::current_exe().unwrap());
        command.arg("server").args(numbers).arg(held.word()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let began_at = process::cpu_seconds(child.id());
        Played { child, url: url.trim().to_owned(), began_at }
    }

    /// Processor time since it listens.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        process::cpu_seconds(self.child.id()) - self.began_at
    }

    /// What it counted.
    pub(crate) fn counts(&self) -> Value {
        let address = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET /_counts HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
