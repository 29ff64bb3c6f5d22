//! The real binary: its command line, and what it keeps when it is killed or the disk is full.

mod command_line;
mod full_disk;
mod killed;
mod server;
