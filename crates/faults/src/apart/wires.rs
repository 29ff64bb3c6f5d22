//! A network of our own: a namespace for each machine, and one in the middle that forwards between them and can lose
//! what goes from one to another. Loses silently: nobody is refused, nobody is told. Needs root and iproute2.

use crate::Result;
use std::process::Command;

/// The namespace in the middle, and the beginning of all names.
const MIDDLE: &str = "portico-faults";
/// This process's own end.
const HERE: &str = "portico-here";

/// See the module. Taken down with its owner.
pub(crate) struct Wires(Vec<String>);

/// A machine's address: the network for benchmarks of RFC 2544, which is nowhere on a real one.
pub(crate) fn address(machine: u8, number: u8) -> String {
    format!("198.18.{machine}.{number}")
}

impl Wires {
    /// Lays wires to these machines, each of which has as many addresses, from 2 on.
    pub(crate) fn lay(machines: &[(u8, u8)]) -> Result<Self> {
        clear();
        let mut wires = Self(vec![MIDDLE.to_owned()]);
        ip(&["netns", "add", MIDDLE])?;
        run(Command::new("ip").args(["netns", "exec", MIDDLE]).args([
            "sh",
            "-c",
            "echo 1 > /proc/sys/net/ipv4/ip_forward",
        ]))?;
        ip(&["link", "add", HERE, "type", "veth", "peer", "name", "to0", "netns", MIDDLE])?;
        ip(&["addr", "add", &format!("{}/24", address(0, 2)), "dev", HERE])?;
        ip(&["link", "set", HERE, "up"])?;
        middle(0)?;
        ip(&["route", "add", "198.18.0.0/16", "via", &address(0, 1)])?;
        for (machine, addresses) in machines {
            let name = format!("{MIDDLE}-{machine}");
            ip(&["netns", "add", &name])?;
            wires.0.push(name.clone());
            ip(&["-n", &name, "link", "set", "lo", "up"])?;
            let to = format!("to{machine}");
            ip(&["-n", MIDDLE, "link", "add", &to, "type", "veth", "peer", "name", "wire", "netns", &name])?;
            for number in 2..2 + addresses {
                let at = format!("{}/24", address(*machine, number));
                ip(&["-n", &name, "addr", "add", &at, "dev", "wire"])?;
            }
            ip(&["-n", &name, "link", "set", "wire", "up"])?;
            middle(*machine)?;
            ip(&["-n", &name, "route", "add", "default", "via", &address(*machine, 1)])?;
        }
        Ok(wires)
    }

    /// What runs a program on a machine; the program and its arguments follow.
    pub(crate) fn on(machine: u8) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &format!("{MIDDLE}-{machine}")]);
        command
    }

    /// From now on, what goes from one address to the other is lost.
    pub(crate) fn cut(&self, from: &str, to: &str) -> Result<()> {
        ip(&["-n", &self.0[0], "rule", "add", "from", from, "to", to, "blackhole"])
    }

    /// It arrives again.
    pub(crate) fn mend(&self, from: &str, to: &str) -> Result<()> {
        ip(&["-n", &self.0[0], "rule", "del", "from", from, "to", to, "blackhole"])
    }
}

impl Drop for Wires {
    fn drop(&mut self) {
        clear();
    }
}

/// The middle's end of a wire.
fn middle(machine: u8) -> Result<()> {
    let to = format!("to{machine}");
    ip(&["-n", MIDDLE, "addr", "add", &format!("{}/24", address(machine, 1)), "dev", &to])?;
    ip(&["-n", MIDDLE, "link", "set", &to, "up"])
}

/// Takes down what is there, and what a run that was killed has left.
fn clear() {
    let Ok(listed) = Command::new("ip").args(["netns", "list"]).output() else { return };
    for line in String::from_utf8_lossy(&listed.stdout).lines() {
        if let Some(name) = line.split_whitespace().next().filter(|n| n.starts_with(MIDDLE)) {
            let _gone = Command::new("ip").args(["netns", "del", name]).output();
        }
    }
    let _gone = Command::new("ip").args(["link", "del", HERE]).output();
}

fn ip(arguments: &[&str]) -> Result<()> {
    run(Command::new("ip").args(arguments))
}

fn run(command: &mut Command) -> Result<()> {
    let done = command.output().map_err(|e| format!("ip cannot be run ({e}); install iproute2"))?;
    if done.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&done.stderr).trim().to_owned();
    Err(format!("{command:?}: {why}").into())
}
