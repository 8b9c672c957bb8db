//! Where the figures come from: machine, versions, settings.

use std::fs;
use std::process::Command;
use std::thread;

use crate::Result;
use crate::bench::{Bench, SETTINGS};
use crate::contender::Contender;
use crate::table::DATABASE;

pub fn print(bench: &Bench, contenders: &[Contender]) -> Result<()> {
    let cores = thread::available_parallelism()?;
    println!("machine:    {cores} cores, {}, {} MB", processor(), memory());
    println!("server:     {}", bench.server.psql(DATABASE, "SELECT version()")?);
    println!("settings:   {}", SETTINGS.join(", "));
    for &contender in contenders {
        println!("contender:  {}: {}", contender.name(), version(contender));
    }
    Ok(())
}

fn processor() -> String {
    field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

fn memory() -> u64 {
    let kibibytes =
        field("/proc/meminfo", "MemTotal").and_then(|value| value.split(' ').next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024 / 1_000_000
}

fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

fn version(contender: Contender) -> String {
    let output = contender.program().and_then(|path| Command::new(path).arg("--version").output().ok());
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.and_then(|text| text.lines().next().map(str::to_owned)).unwrap_or_else(|| "unknown".to_owned())
}
