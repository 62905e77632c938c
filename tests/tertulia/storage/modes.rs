//! Who may read what lies in the directory: its owner, whatever the directory and the umask say.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use tertulia::chat::Language;
use tertulia::storage::{Exposed, Store};

use super::support::{Desk, Dir, GENERAL, Peer, Server, line};
use crate::support::owned::Owned;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The files of a directory, each with its mode.
fn modes(dir: &Path) -> Vec<(String, u32)> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let mut modes: Vec<_> =
        entries.map(|entry| (entry.file_name().into_string().unwrap(), mode(&entry.path()))).collect();
    modes.sort();
    modes
}

/// A shell that runs the server with a umask that takes nothing away.
fn without_umask() -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_tertulia-server")]);
    shell
}

#[test]
fn files_are_their_owners_alone_whatever_the_umask() {
    for (made, open) in [(false, false), (true, true)] {
        let dir = Dir::new();
        let data = dir.path().join("data");
        if made {
            fs::create_dir(&data).unwrap();
            set_mode(&data, 0o755);
        }
        let log = dir.path().join("log");
        let mut shell = without_umask();
        shell
            .args(["--listen", "127.0.0.1:0", "-q", "--log-file"])
            .arg(&log)
            .arg("--data")
            .arg(&data)
            .stderr(Stdio::piped());
        let server = Server::from_command(&mut shell);
        let mut juan = Peer::enter(&server, "Juan");
        juan.say("hola\n/historial 1");
        juan.until("Juan: hola");
        let found = modes(&data);
        assert!(found.iter().any(|(name, _)| name == "tertulia.db-shm"), "{found:?}");
        assert!(found.iter().all(|(_, mode)| *mode == 0o600), "{found:?}");
        assert_eq!(mode(&log), 0o600);
        assert_eq!(mode(&data), if made { 0o755 } else { 0o700 }, "another's directory keeps its mode");
        let complaint = server.complaints();
        assert_eq!(complaint.lines().count(), usize::from(open), "{complaint}");
        let advice = format!("(permisos 755). Para quitárselo: chmod 700 {}\n", data.display());
        assert!(!open || complaint.ends_with(&advice), "{complaint}");
    }
}

#[test]
fn files_of_the_account_command_are_their_owners_alone() {
    let dir = Dir::new();
    let data = dir.path().join("data");
    let mut shell = without_umask();
    shell.args(["account", "add", "Ana", "--password-file", "-", "--data"]).arg(&data);
    let mut child = Owned::start(shell.stdin(Stdio::piped()).stdout(Stdio::null()));
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"secreto8\n").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(mode(&data), 0o700);
    assert!(modes(&data).iter().all(|(_, mode)| *mode == 0o600), "{:?}", modes(&data));
}

#[test]
fn files_that_others_could_read_are_closed_and_it_is_said() {
    let dir = Dir::new();
    let store = Store::open(dir.path(), None).unwrap();
    assert_eq!(store.exposed(), [], "what is made is closed from the start");
    let mut desk = Desk::of(store);
    desk.keep(line(GENERAL, 0, "hola"));
    assert_eq!(desk.last(GENERAL, 1), ["hola"]);
    let found = modes(dir.path());
    assert!(found.iter().all(|(_, mode)| *mode == 0o600), "whatever the umask of this process: {found:?}");
    // As a crash leaves them: beside the database there is what was written ahead.
    let copy = Dir::new();
    for name in ["tertulia.db", "tertulia.db-wal", "tertulia.lock"] {
        fs::copy(dir.path().join(name), copy.path().join(name)).unwrap();
        set_mode(&copy.path().join(name), 0o644);
    }
    let store = Store::open(copy.path(), None).unwrap();
    let found = modes(copy.path());
    assert!(found.iter().all(|(_, mode)| *mode == 0o600), "{found:?}");
    assert_eq!(store.exposed(), [Exposed { path: copy.file(), mode: 0o644, advice: None }]);
    drop(store);
    assert_eq!(Store::open(copy.path(), None).unwrap().exposed(), [], "it is said once");
}

#[test]
fn exposure_is_one_line_in_both_languages() {
    let (mended, open) = (
        Exposed { path: "/d/tertulia.db".into(), mode: 0o640, advice: None },
        Exposed { path: "/d".into(), mode: 0o755, advice: Some(0o700) },
    );
    assert_eq!(
        mended.describe(Language::Spanish),
        "Otros usuarios de este equipo tenían acceso a /d/tertulia.db (permisos 640); ya no lo tienen"
    );
    assert_eq!(
        open.describe(Language::English),
        "Other users of this machine have access to /d (mode 755). To take it from them: chmod 700 /d"
    );
}

#[test]
fn lock_holds_when_its_file_is_deleted_or_replaced() {
    let dir = Dir::new();
    let first = Store::open(dir.path(), None).unwrap();
    let lock = dir.path().join("tertulia.lock");
    fs::remove_file(&lock).unwrap();
    assert!(Store::open(dir.path(), None).is_err(), "deleted");
    assert!(!lock.exists(), "who is refused makes none");
    File::create(&lock).unwrap();
    assert!(Store::open(dir.path(), None).is_err(), "replaced");
    drop(first);
    assert!(Store::open(dir.path(), None).is_ok());
}

#[test]
fn lock_is_no_way_to_another_file() {
    let dir = Dir::new();
    let precious = dir.path().join("precious");
    fs::write(&precious, "words").unwrap();
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    std::os::unix::fs::symlink(&precious, data.join("tertulia.lock")).unwrap();
    assert!(Store::open(&data, None).is_err());
    assert_eq!(fs::read_to_string(&precious).unwrap(), "words");
}
