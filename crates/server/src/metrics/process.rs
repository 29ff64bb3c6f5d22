//! What the kernel says of this process: Linux only; elsewhere these lines are missing.

use super::text::Page;
use std::fs;

/// The kernel reports CPU time in hundredths of a second, whatever its own tick.
const TICKS: f64 = 100.0;

pub(super) fn write(page: &mut Page) {
    if let Some(cpu) = cpu() {
        page.counter("process_cpu_seconds_total", "CPU time of all threads, user and system.", cpu);
    }
    if let Some(bytes) = memory() {
        page.gauge("process_resident_memory_bytes", "Resident memory.", bytes);
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        page.gauge("process_open_fds", "Open files and connections.", open.count());
    }
    if let Some(most) = most_files() {
        page.gauge("process_max_fds", "Files and connections that may be open.", most);
    }
}

fn cpu() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the name in brackets and may hold anything; the rest is numbers.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11).map(str::parse::<f64>);
    Some((fields.next()?.ok()? + fields.next()?.ok()?) / TICKS)
}

fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()? * 1024)
}

fn most_files() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}
