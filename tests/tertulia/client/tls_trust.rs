//! Whom the client trusts through TLS: a key that it was given, one that it remembers, an authority's word, and who comes first.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{client, ended, in_pipes, with_input};
use crate::support::dir::Dir;
use crate::support::fake_server::{FakeServer, NAME, welcome};
#[cfg(feature = "prompt")]
use crate::support::pty::Pty;
use crate::support::tls_front::{Authority, Identity, Manner, TlsFront};

/// A server whose certificate is for this name, of an authority in this file.
fn signed_for(name: &str) -> (Meeting, PathBuf) {
    let authority = Authority::new();
    let meeting = Meeting::with(authority.sign(name));
    let pem = meeting.home.path().join("authority.pem");
    fs::write(&pem, &authority.pem).unwrap();
    (meeting, pem)
}

/// A server behind TLS, and a home for what the client remembers.
struct Meeting {
    home: Dir,
    server: FakeServer,
    identity: Identity,
    front: TlsFront,
}

impl Meeting {
    fn with(identity: Identity) -> Meeting {
        let server = FakeServer::start();
        let front = TlsFront::start(server.addr(), &identity, Manner::default());
        Meeting { home: Dir::new(), server, identity, front }
    }

    fn new() -> Meeting {
        Meeting::with(Identity::of_its_own())
    }

    fn file(&self) -> PathBuf {
        self.home.path().join("tertulia/known_hosts")
    }

    /// Writes the file by hand.
    fn note(&self, text: &str) {
        fs::create_dir_all(self.file().parent().unwrap()).unwrap();
        fs::write(self.file(), text).unwrap();
    }

    fn noted(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    /// The client, about to come in as `bot`, on a machine that knows no authority.
    fn client(&self, options: &[&str]) -> Command {
        let mut command = client(&format!("tls://{}", self.front.place()), options);
        command.args(["--name", "bot"]).env("XDG_STATE_HOME", self.home.path());
        command.env("SSL_CERT_FILE", "/dev/null").env_remove("SSL_CERT_DIR");
        command
    }

    /// The same, on a machine that knows the authority of this file.
    fn client_that_knows(&self, authority: &Path) -> Command {
        let mut command = self.client(&[]);
        command.env("SSL_CERT_FILE", authority);
        command
    }

    /// Comes in, leaves, and gives what the client told besides.
    fn enters(&self, command: Command) -> String {
        let bot = with_input(command, b"hola\n");
        let mut peer = self.server.accept_as("bot");
        peer.expect("hola\n");
        peer.expect_end();
        peer.close();
        let (status, said, told) = ended(bot);
        assert_eq!((status, said), (Some(0), format!("{NAME}{}", welcome("bot"))), "{told}");
        told
    }

    /// Is refused without having said anything, and gives what the client told.
    fn is_refused(&self, command: Command) -> String {
        let (status, said, told) = ended(with_input(command, b"hola\n"));
        assert_eq!((status, said.as_str()), (Some(1), ""), "{told}");
        self.server.expect_nobody();
        told
    }
}

#[test]
fn first_meeting_is_shown_and_remembered() {
    let meeting = Meeting::new();
    let (place, key) = (meeting.front.place(), meeting.identity.fingerprint());
    let told = meeting.enters(meeting.client(&[]));
    assert_eq!(
        told.lines().next(),
        Some(format!("--- Primera vez con {place}. Su clave: {key}").as_str()),
        "{told}"
    );
    assert_eq!(told.lines().count(), 2);
    let (header, line) =
        meeting.noted().split_once('\n').map(|(a, b)| (a.to_string(), b.to_string())).unwrap();
    assert!(header.starts_with('#') && line == format!("{place} {key}\n"), "{header}\n{line}");
    assert_eq!(fs::metadata(meeting.file()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(meeting.file().parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(meeting.enters(meeting.client(&[])), "", "the second time there is nothing to tell");
    assert_eq!(fs::read_dir(meeting.file().parent().unwrap()).unwrap().count(), 2, "the file and its lock");
}

#[test]
fn same_key_at_another_address_is_recognised() {
    let meeting = Meeting::new();
    meeting.note(&format!("chat.example:7000 {}\n", meeting.identity.fingerprint()));
    let told = meeting.enters(meeting.client(&[]));
    assert!(told.contains("la misma que la de chat.example:7000\n"), "{told}");
}

#[test]
fn changed_key_is_refused_before_anything_is_said() {
    let meeting = Meeting::new();
    let (place, old, new) =
        (meeting.front.place(), Identity::of_its_own().fingerprint(), meeting.identity.fingerprint());
    meeting.note(&format!("# mine\n{place} {old}\n"));
    for (language, words) in
        [("es", "LA CLAVE DEL SERVIDOR HA CAMBIADO"), ("en", "THE SERVER'S KEY HAS CHANGED")]
    {
        for options in [&[][..], &["--reconnect"], &["--say", "hola"]] {
            let mut command = meeting.client(options);
            command.env("LC_ALL", language);
            let told = meeting.is_refused(command);
            assert!(told.starts_with("tertulia: ") && told.contains(words), "{told}");
            assert!(told.contains(&old) && told.contains(&new), "both fingerprints: {told}");
            assert!(told.contains(&meeting.file().display().to_string()), "which file: {told}");
            assert!(
                told.contains(if language == "es" { "línea 2 de" } else { "line 2 of" }),
                "which line: {told}"
            );
        }
    }
    assert_eq!(meeting.noted(), format!("# mine\n{place} {old}\n"), "the file stays as it is");
}

#[test]
fn fingerprint_that_was_asked_for_is_all_that_counts() {
    let meeting = Meeting::new();
    let (place, other) = (meeting.front.place(), Identity::of_its_own().fingerprint());
    meeting.note(&format!("{place} {other}\n"));
    let key = meeting.identity.fingerprint();
    assert_eq!(meeting.enters(meeting.client(&["--tls-fingerprint", &key])), "");
    let told = meeting.is_refused(meeting.client(&["--tls-fingerprint", &other]));
    assert!(told.contains(&key) && told.contains(&other), "{told}");
    assert_eq!(meeting.noted(), format!("{place} {other}\n"));
}

#[test]
fn authority_of_this_machine_is_believed() {
    let (meeting, pem) = signed_for("127.0.0.1");
    let knowing = || meeting.client_that_knows(&pem);
    let place = meeting.front.place();
    assert_eq!(meeting.enters(knowing()), "");
    assert!(meeting.noted().ends_with(&format!("\n{place} authority\n")), "{}", meeting.noted());
    assert_eq!(meeting.enters(knowing()), "");
    // A machine that does not know the authority any more, or a certificate of somebody else's making.
    let told = meeting.is_refused(meeting.client(&[]));
    assert!(told.contains("línea 2 de") && told.contains(&meeting.identity.fingerprint()), "{told}");
    // A key that was remembered gives way to the authority.
    let old = Identity::of_its_own().fingerprint();
    meeting.note(&format!("{place} {old} the lab\n# end\n"));
    let told = meeting.enters(knowing());
    assert_eq!(told, format!("--- {place} tiene ahora un certificado de una autoridad conocida\n"));
    assert_eq!(meeting.noted(), format!("{place} authority the lab\n# end\n"));
    // What cannot be understood does not: nobody has seen what it was to say.
    let damaged = format!("{place} {}\n", &old[..old.len() - 1]);
    meeting.note(&damaged);
    let told = meeting.is_refused(knowing());
    assert!(told.contains("la línea 1 de"), "{told}");
    assert_eq!(meeting.noted(), damaged);
}

#[test]
fn certificate_for_another_name_is_no_better_than_none() {
    let (meeting, pem) = signed_for("127.0.0.2");
    assert!(meeting.enters(meeting.client_that_knows(&pem)).starts_with("--- Primera vez"));
    assert!(meeting.noted().contains(&meeting.identity.fingerprint()));
}

#[test]
fn certificate_with_a_name_that_commands_a_terminal_is_told_without_it() {
    let long = "x".repeat(10_000);
    for name in ["\x1b]0;title\x07\x1b[2J\r\x08\x7f.example", &long] {
        let (meeting, pem) = signed_for(name);
        meeting.note(&format!("{} authority\n", meeting.front.place()));
        let told = meeting.is_refused(meeting.client_that_knows(&pem));
        assert!(told.contains("ninguna autoridad responde de él: "), "{told:?}");
        assert!(told.chars().all(|c| c == '\n' || !c.is_control()), "{told:?}");
        assert!(told.lines().all(|line| line.chars().count() < 300), "{told}");
    }
}

#[test]
fn certificate_without_its_key_is_not_enough() {
    let identity = Identity::of_its_own();
    let meeting = Meeting::with(identity.stolen());
    for options in [&[][..], &["--reconnect"], &["--tls-fingerprint", &identity.fingerprint()]] {
        let told = meeting.is_refused(meeting.client(options));
        assert!(told.contains("su certificado no vale"), "{told}");
    }
    meeting.note(&format!("{} {}\n", meeting.front.place(), identity.fingerprint()));
    meeting.is_refused(meeting.client(&[]));
}

#[test]
fn damaged_lines_are_told_and_kept() {
    let meeting = Meeting::new();
    let place = meeting.front.place();
    meeting.note("nobody knows\n# fine\nchat.example:1 SHA256:abc");
    let told = meeting.enters(meeting.client(&[]));
    assert!(
        told.starts_with(&format!("--- {}: ", meeting.file().display())) && told.contains("línea 1, 3\n"),
        "{told}"
    );
    let key = meeting.identity.fingerprint();
    assert_eq!(meeting.noted(), format!("nobody knows\n# fine\nchat.example:1 SHA256:abc\n{place} {key}\n"));
    // About this very server, such a line is no leave to trust it anew.
    meeting.note(&format!("{place} {}\n", &key[..key.len() - 1]));
    let told = meeting.is_refused(meeting.client(&[]));
    assert!(told.contains("la línea 1 de"), "{told}");
}

#[test]
fn file_that_cannot_be_read_is_no_leave_to_trust_anew_where_no_person_is() {
    let (meeting, pem) = signed_for("127.0.0.1");
    let (file, key) = (meeting.file(), meeting.identity.fingerprint());
    fs::create_dir_all(&file).unwrap();
    for (language, words) in [
        ("es", format!("no se puede leer {} (es una carpeta)", file.display())),
        ("en", file.display().to_string()),
    ] {
        for options in [&[][..], &["--reconnect"], &["--say", "hola"]] {
            let mut command = meeting.client(options);
            command.env("LC_ALL", language);
            let told = meeting.is_refused(command);
            assert!(told.starts_with("tertulia: ") && told.contains(&words) && told.contains(&key), "{told}");
        }
    }
    // The word of an authority, or of the person who started it, does not need the file.
    assert_eq!(meeting.enters(meeting.client_that_knows(&pem)), "");
    assert_eq!(meeting.enters(meeting.client(&["--tls-fingerprint", &key])), "");
}

#[cfg(feature = "prompt")]
#[test]
fn file_that_cannot_be_read_is_told_to_a_person_who_sees_the_key() {
    let meeting = Meeting::new();
    fs::create_dir_all(meeting.file()).unwrap();
    let mut screen = Pty::spawn(meeting.client(&[]));
    let _peer = meeting.server.accept_as("bot");
    screen.wait_for_line("Tú:");
    let shown = screen.screen().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("(es una carpeta)") && shown.contains(&meeting.identity.fingerprint()), "{shown}");
}

#[test]
fn pipe_in_place_of_the_file_or_its_lock_is_not_waited_for() {
    let meeting = Meeting::new();
    let (file, lock) = (meeting.file(), meeting.file().with_extension("lock"));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    assert!(Command::new("mkfifo").arg(&file).status().expect("mkfifo").success());
    let told = meeting.is_refused(meeting.client(&[]));
    assert!(told.contains("(no es un archivo corriente)"), "{told}");
    fs::rename(&file, &lock).unwrap();
    let told = meeting.enters(meeting.client(&[]));
    assert!(told.contains("no se notará si cambia"), "{told}");
}

#[test]
fn file_that_cannot_be_written_is_told_and_the_key_is_shown() {
    let meeting = Meeting::new();
    let key = meeting.identity.fingerprint();
    let blocked = meeting.home.path().join("file");
    fs::write(&blocked, "").unwrap();
    for _ in 0..2 {
        let mut command = meeting.client(&[]);
        command.env("XDG_STATE_HOME", &blocked);
        let told = meeting.enters(command);
        assert!(told.contains(&key) && told.contains("no se notará si cambia"), "{told}");
    }
    let mut homeless = meeting.client(&[]);
    homeless.env_remove("XDG_STATE_HOME").env("HOME", "");
    let told = meeting.enters(homeless);
    assert!(told.contains(&key) && told.contains("Sin carpeta personal"), "{told}");
}

#[test]
fn file_is_under_home_where_nothing_else_is_said() {
    let meeting = Meeting::new();
    for state in ["", "relative"] {
        let mut command = meeting.client(&[]);
        command.env("XDG_STATE_HOME", state).env("HOME", meeting.home.path());
        meeting.enters(command);
    }
    let file = meeting.home.path().join(".local/state/tertulia/known_hosts");
    assert!(fs::read_to_string(file).unwrap().contains(&meeting.identity.fingerprint()));
}

#[test]
fn clients_that_start_at_once_all_remember() {
    let meetings: Vec<Meeting> = (0..6).map(|_| Meeting::new()).collect();
    let bots = meetings.iter().map(|meeting| {
        let mut command = meeting.client(&[]);
        command.env("XDG_STATE_HOME", meetings[0].home.path());
        in_pipes(command)
    });
    let bots: Vec<_> = bots.collect();
    for (meeting, bot) in meetings.iter().zip(bots) {
        meeting.server.accept_as("bot").close();
        ended(bot);
    }
    let noted = meetings[0].noted();
    assert_eq!(noted.lines().count(), meetings.len() + 1, "{noted}");
    for meeting in &meetings {
        let line = format!("\n{} {}\n", meeting.front.place(), meeting.identity.fingerprint());
        assert!(noted.contains(&line), "{noted}");
    }
}
