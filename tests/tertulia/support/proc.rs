//! What Linux tells of a process in `/proc`.

use std::fs;

/// Bytes of memory that process `id` really occupies.
pub fn resident_bytes(id: u32) -> u64 {
    1024 * field(&format!("/proc/{id}/status"), "VmRSS:")
}

/// Of these, bytes that are in no file: which pages of the program itself are there depends on what the system has in its cache.
pub fn anonymous_bytes(id: u32) -> u64 {
    1024 * field(&format!("/proc/{id}/smaps_rollup"), "Anonymous:")
}

/// How often the threads of process `id` have gone to sleep or been put to sleep.
pub fn context_switches(id: u32) -> u64 {
    let switches = |task: &str| {
        let status = format!("{task}/status");
        field(&status, "voluntary_ctxt_switches:") + field(&status, "nonvoluntary_ctxt_switches:")
    };
    tasks(id).iter().map(|task| switches(task)).sum()
}

/// Processor time of process `id`, in hundredths of a second.
pub fn cpu_ticks(id: u32) -> u64 {
    let stat = stat(&format!("/proc/{id}"));
    // utime and stime are fields 14 and 15 of proc_pid_stat(5); the first here is field 3.
    stat[11].parse::<u64>().expect("a number") + stat[12].parse::<u64>().expect("a number")
}

/// Whether every thread of process `id` sleeps.
pub fn is_asleep(id: u32) -> bool {
    tasks(id).iter().all(|task| stat(task)[0] == "S")
}

/// The descriptor that process `id` would get next.
pub fn next_descriptor(id: u32) -> u64 {
    (0..)
        .find(|number| fs::symlink_metadata(format!("/proc/{id}/fd/{number}")).is_err())
        .expect("a free number")
}

/// For how many descriptors the system's table of process `id` has room.
pub fn room_for_descriptors(id: u32) -> u64 {
    field(&format!("/proc/{id}/status"), "FDSize:")
}

/// How many descriptors process `id` has open.
pub fn descriptors(id: u32) -> usize {
    fs::read_dir(format!("/proc/{id}/fd")).expect("a process that lives").count()
}

/// The signals that each thread of process `id` blocks, one bit each, that of the first one being the lowest; the thread that began first.
pub fn blocked_signals(id: u32) -> Vec<u64> {
    let mut tasks = tasks(id);
    tasks.sort_by_key(|task| !task.ends_with(&format!("/{id}")));
    let mask = |task: &String| {
        let status = fs::read_to_string(format!("{task}/status")).expect("a thread that lives");
        let mask = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).expect("a mask");
        u64::from_str_radix(mask.trim(), 16).expect("a number")
    };
    tasks.iter().map(mask).collect()
}

fn tasks(id: u32) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{id}/task")).expect("a process that lives");
    tasks.map(|task| task.expect("a thread").path().to_str().expect("text").to_owned()).collect()
}

/// The fields of a `stat` file behind the name, which may hold anything.
fn stat(directory: &str) -> Vec<String> {
    let text = fs::read_to_string(format!("{directory}/stat")).expect("a process that lives");
    let (_, fields) = text.rsplit_once(") ").expect("a name in parentheses");
    fields.split_whitespace().map(str::to_owned).collect()
}

fn field(path: &str, name: &str) -> u64 {
    let text = fs::read_to_string(path).expect("a process that lives");
    let value = text.lines().find_map(|line| line.strip_prefix(name)).expect(name);
    value.trim().trim_end_matches(" kB").parse().expect("a number")
}
