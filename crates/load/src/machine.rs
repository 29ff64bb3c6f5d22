//! What the kernel says of processes and of this machine. Linux only.

use crate::{Result, clock::Clock};
use sha2::{Digest, Sha256};
use std::{fs, time::Duration};

/// The kernel reports CPU time in hundredths of a second, whatever its own tick.
const TICKS: u64 = 100;

/// CPU time a process has used, user and system, with all its threads, ended ones too.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    cpu_fields(pid, 11)
}

/// The sum of a field after the name in `/proc/…/stat` and the next, both CPU times.
fn cpu_fields(pid: u32, skipped: usize) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field is the name in brackets and may hold anything; the rest is numbers.
    let rest = stat.rsplit_once(')').map(|(_, rest)| rest).ok_or("/proc/…/stat has no name")?;
    let mut fields = rest.split_whitespace().skip(skipped);
    let mut next = || -> Result<u64> { Ok(fields.next().ok_or("/proc/…/stat is short")?.parse()?) };
    let ticks = next()? + next()?;
    Ok(Duration::from_millis(ticks * 1000 / TICKS))
}

/// CPU time of the calling thread.
pub(crate) fn thread_cpu() -> Result<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos = text.split_whitespace().next().ok_or("schedstat is empty")?.parse()?;
    Ok(Duration::from_nanos(nanos))
}

/// Resident memory of a process, bytes.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    memory(pid, "VmRSS:")
}

/// The most resident memory a process has had, bytes.
pub(crate) fn peak(pid: u32) -> Result<u64> {
    memory(pid, "VmHWM:")
}

fn memory(pid: u32, name: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix(name))
        .ok_or_else(|| format!("/proc/…/status has no {name}"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kilobytes * 1024)
}

/// How fast this machine is just now for a program with two threads: rounds a second of a fixed piece of work, over
/// about a fifth of a second.
pub(crate) fn pace() -> f64 {
    const ROUNDS: u32 = 48;
    let clock = Clock::start();
    let work = || {
        let block = vec![7_u8; 1 << 20];
        (0..ROUNDS).fold(0, |sum: u8, _| sum.wrapping_add(Sha256::digest(&block)[0]))
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(work);
        std::hint::black_box(work());
        // Its sum is nobody's business.
        let _sum = other.join();
    });
    f64::from(2 * ROUNDS) / clock.elapsed().as_secs_f64()
}

/// CPU time of the children that have ended, and of theirs.
pub(crate) fn children_cpu() -> Result<Duration> {
    cpu_fields(std::process::id(), 13)
}

/// How many processes wanted to run, over the last minute.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("?").to_owned()
}

/// Cores and memory in one line.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes = memory
        .lines()
        .find_map(|l| l.strip_prefix("MemTotal:"))
        .and_then(|l| l.trim().trim_end_matches(" kB").parse::<f64>().ok())
        .unwrap_or(0.0);
    format!("{cores} cores, {:.0} GiB", kilobytes / 1024.0 / 1024.0)
}

/// Raises the limit of open files as far as it goes and says how far that is.
pub(crate) fn raise_files() -> u64 {
    rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1024)
}
