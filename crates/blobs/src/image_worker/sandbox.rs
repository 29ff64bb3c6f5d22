//! What the worker gives up before it reads a byte.
//!
//! Two walls, each enough alone against a decoder that was taken over: Landlock takes files and network away,
//! seccomp kills the process at any system call a decoder has no use for. Where the kernel offers one only, or
//! neither, the worker says so and works on: it still is a process without the server's memory and secrets.

use std::fmt;

/// Which walls stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sandbox {
    /// Files and network are taken away by Landlock.
    pub files: bool,
    /// System calls are filtered by seccomp.
    pub system_calls: bool,
}

impl Sandbox {
    /// Puts up both walls, as far as the kernel lets it. Irrevocable for this process.
    pub(super) fn enter() -> Self {
        // Landlock first: the filter forbids the calls that set it up.
        let files = report("landlock", restrict_files());
        let system_calls = report("seccomp", restrict_system_calls());
        Self { files, system_calls }
    }

    /// Whether nothing is missing.
    pub fn complete(self) -> bool {
        self.files && self.system_calls
    }
}

/// Tells the server's log, through standard error, of a wall that is missing.
fn report(wall: &str, outcome: Result<(), Refused>) -> bool {
    match outcome {
        Ok(()) => true,
        Err(refused) => {
            eprintln!("image worker: no {wall} sandbox here: {refused}");
            false
        }
    }
}

/// Why the kernel, or this platform, gave no wall.
#[derive(Debug)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(target_os = "linux")]
impl<E: std::error::Error> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Takes every file, TCP and (on newer kernels) abstract socket and signal away from this process, for good.
#[cfg(target_os = "linux")]
pub fn restrict_files() -> Result<(), Refused> {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};
    let newest = ABI::V6;
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(newest))?
        .handle_access(AccessNet::from_all(newest))?
        .scope(Scope::from_all(newest))?
        .create()?
        .restrict_self()?;
    match status.ruleset {
        // Older kernels lack the newer rights; those on files were there from the first.
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
        RulesetStatus::NotEnforced => Err(Refused("the kernel has no Landlock, or it is off".to_owned())),
    }
}

/// Leaves this thread the system calls that decoding needs; any other kills the process. For good.
#[cfg(target_os = "linux")]
pub fn restrict_system_calls() -> Result<(), Refused> {
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule,
    };
    use std::collections::BTreeMap;

    let only = |argument: u8, operator: SeccompCmpOp, value: u64| -> Result<SeccompRule, Refused> {
        let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)?;
        Ok(SeccompRule::new(vec![condition])?)
    };
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for call in [
        // memory
        libc::SYS_brk,
        libc::SYS_madvise,
        libc::SYS_mremap,
        libc::SYS_munmap,
        // locks, time, hash seeds and numbers of oneself
        libc::SYS_clock_gettime,
        libc::SYS_futex,
        libc::SYS_getcpu,
        libc::SYS_getpid,
        libc::SYS_getrandom,
        libc::SYS_gettid,
        libc::SYS_sched_yield,
        // the end, also by panic
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_restart_syscall,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
    ] {
        rules.insert(call, Vec::new());
    }
    // Memory that can be run is never needed: without it there is no way to bring code along.
    let never_executable = || only(2, SeccompCmpOp::MaskedEq(u64::from(libc::PROT_EXEC.unsigned_abs())), 0);
    rules.insert(libc::SYS_mmap, vec![never_executable()?]);
    rules.insert(libc::SYS_mprotect, vec![never_executable()?]);
    // An allocator may name its memory for those who read maps; prctl is good for nothing else here.
    rules.insert(
        libc::SYS_prctl,
        vec![only(0, SeccompCmpOp::Eq, u64::from(libc::PR_SET_VMA.unsigned_abs()))?],
    );
    // Input from 0, the answer to 1, complaints to 2: a descriptor that leaked in stays untouched.
    rules.insert(libc::SYS_read, vec![only(0, SeccompCmpOp::Eq, 0)?]);
    let output = || Ok::<_, Refused>(vec![only(0, SeccompCmpOp::Eq, 1)?, only(0, SeccompCmpOp::Eq, 2)?]);
    rules.insert(libc::SYS_write, output()?);
    rules.insert(libc::SYS_writev, output()?);

    let filter: BpfProgram = SeccompFilter::new(
        rules,
        SeccompAction::KillProcess,
        SeccompAction::Allow,
        std::env::consts::ARCH.try_into()?,
    )?
    .try_into()?;
    Ok(seccompiler::apply_filter(&filter)?)
}

/// Landlock is a part of Linux.
#[cfg(not(target_os = "linux"))]
pub fn restrict_files() -> Result<(), Refused> {
    Err(Refused("Landlock is a part of Linux".to_owned()))
}

/// Seccomp is a part of Linux.
#[cfg(not(target_os = "linux"))]
pub fn restrict_system_calls() -> Result<(), Refused> {
    Err(Refused("seccomp is a part of Linux".to_owned()))
}
