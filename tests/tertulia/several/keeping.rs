//! What several servers keep in their directories: accounts, letters, rooms and history are the same at each of them.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;

use super::{THERE, kill, order, refused};
use crate::engine::server::RedisServer;
use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::server::Server;

/// Nodes over one log, each with a directory.
struct Kept {
    redis: RedisServer,
    dirs: [Dir; 2],
}

impl Kept {
    /// The log begins with the first of two directories, in which there may be a chat already.
    fn founded(first: Dir) -> Option<Kept> {
        let kept = Kept { redis: RedisServer::start()?, dirs: [first, Dir::new()] };
        let founded =
            order(&["cluster", "init", "--cluster", &kept.redis.url(), "--data", kept.dirs[0].arg()]);
        assert!(founded.status.success(), "{founded:?}");
        Some(kept)
    }

    #[track_caller]
    fn node(&self, at: usize) -> Server {
        let server = self.started(["a", "b"][at], &self.dirs[at]);
        server.console_find(|line| line.contains(THERE));
        server
    }

    #[track_caller]
    fn started(&self, name: &str, dir: &Dir) -> Server {
        let url = self.redis.url();
        Server::start(&["--cluster", &url, "--node", name, "--data", dir.arg(), "--rate-limit", "0"])
    }
}

/// Enters under a registered name.
#[track_caller]
fn login(server: &Server, name: &str, password: &str) -> Peer {
    let mut peer = Peer::connect(server);
    peer.say(&format!("{name}\n{password}"));
    peer.until("Bienvenid");
    peer
}

#[track_caller]
fn register(peer: &mut Peer, password: &str) {
    peer.say(&format!("/registrar\n{password}\n{password}"));
    peer.until("es tuyo desde ahora");
}

#[test]
fn accounts_letters_and_history_are_at_each_node_and_outlast_them() {
    let Some(kept) = Kept::founded(Dir::new()) else { return };
    let (mut a, mut b) = (kept.node(0), kept.node(1));
    let mut ana = Peer::join(&a, "Ana");
    register(&mut ana, "girasol azul");
    let mut luis = Peer::enter(&b, "Luis");
    ana.say("/entrar cocina\n/tema meriendas\npan y queso\n/salir");
    luis.until("<<< Ana");
    luis.say("/privado Ana te espero");
    luis.until("te espero");
    // The name is hers at the other node, too, and so is what waits for her.
    let mut ana = login(&b, "Ana", "girasol azul");
    ana.until("te espero");
    ana.say("/entrar cocina\n/clave\ngirasol azul\nmargarita blanca\nmargarita blanca");
    ana.until("Contraseña cambiada");
    kill(&mut a);
    let a = kept.node(0);
    let mut again = login(&a, "Ana", "margarita blanca");
    again.say("/buscar queso");
    let told = again.until("pan y queso").join("\n");
    assert!(!told.contains("te espero"), "she has read it: {told}");
    b.stop();
    // What the second node keeps does not need the log.
    drop(a);
    let left = order(&["cluster", "leave", "--data", kept.dirs[1].arg()]);
    assert!(left.status.success(), "{left:?}");
    let alone = Server::keeping(&kept.dirs[1]);
    let mut ana = login(&alone, "Ana", "margarita blanca");
    ana.say("/entrar cocina\n/historial");
    let told = ana.until("pan y queso").join("\n");
    assert!(told.contains("meriendas"), "{told}");
}

#[test]
fn orders_about_accounts_and_people_hold_at_each_node() {
    let Some(kept) = Kept::founded(Dir::new()) else { return };
    let (mut a, mut b) = (kept.node(0), kept.node(1));
    let password = Dir::new();
    let file = password.path().join("password");
    fs::write(&file, "girasol azul\n").expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("closed to others");
    let file = file.to_str().expect("a plain path");
    let add = |dir: &Dir, name: &str| {
        order(&["account", "add", name, "--data", dir.arg(), "--password-file", file])
    };
    assert!(add(&kept.dirs[0], "Eva").status.success());
    let taken = refused(&add(&kept.dirs[1], "eva"));
    assert!(taken.contains("Eva"), "{taken}");
    let mut eva = login(&b, "Eva", "girasol azul");
    let mut luis = Peer::join(&b, "Luis");
    let kicked = order(&["kick", "Luis", "--data", kept.dirs[0].arg()]);
    assert!(kicked.status.success(), "{kicked:?}");
    luis.rest();
    let nobody = refused(&order(&["kick", "Luis", "--data", kept.dirs[0].arg()]));
    assert!(nobody.contains("No hay nadie"), "{nobody}");
    let listed = order(&["account", "list", "--data", kept.dirs[1].arg()]);
    assert!(String::from_utf8_lossy(&listed.stdout).starts_with("Eva\t"), "{listed:?}");
    assert!(order(&["account", "remove", "Eva", "--data", kept.dirs[0].arg()]).status.success());
    eva.rest();
    let mut free = Peer::join(&a, "Eva");
    free.say("sin contraseña");
    b.console_find(|line| line == "[INFO] Eva: sin contraseña");
    assert_eq!(order(&["account", "list", "--data", kept.dirs[1].arg()]).stdout, b"");
    a.stop();
    b.stop();
    let offline = refused(&add(&kept.dirs[0], "Pau"));
    assert!(offline.contains("--cluster"), "the others would not know: {offline}");
}

#[test]
fn log_begins_with_the_chat_of_a_directory_and_who_joins_says_what_is_missing() {
    let dir = Dir::new();
    let mut alone = Server::keeping(&dir);
    let mut ana = Peer::join(&alone, "Ana");
    register(&mut ana, "girasol azul");
    ana.say("/entrar cocina\n/tema meriendas\npan y queso\n/salir");
    ana.rest();
    let mut luis = Peer::join(&alone, "Luis");
    luis.say("/privado Ana te espero");
    luis.until("te espero");
    luis.say("hola a todos\n/historial");
    luis.until("Luis: hola a todos");
    alone.stop();
    let Some(kept) = Kept::founded(dir) else { return };
    let (a, b) = (kept.node(0), kept.node(1));
    let mut ana = login(&b, "Ana", "girasol azul");
    ana.until("te espero");
    ana.say("/historial");
    let told = ana.until("faltan mensajes").join("\n");
    assert!(!told.contains("hola a todos"), "{told}");
    ana.say("/entrar cocina");
    let told = ana.until("meriendas").join("\n");
    assert!(!told.contains("pan y queso"), "{told}");
    let mut pau = Peer::enter(&a, "Pau");
    pau.say("/historial");
    let told = pau.until("Luis: hola a todos").join("\n");
    assert!(!told.contains("faltan"), "the directory that the log began with has all: {told}");
}

#[test]
fn directory_is_of_one_log_or_of_a_server_alone() {
    let Some(kept) = Kept::founded(Dir::new()) else { return };
    let url = kept.redis.url();
    let alone = |dir: &Dir| order(&["--listen", "127.0.0.1:0", "--data", dir.arg()]);
    let why = refused(&alone(&kept.dirs[0]));
    assert!(why.contains("--cluster") && why.contains("cluster leave"), "{why}");
    let again =
        ["cluster", "init", "--cluster", &url, "--cluster-prefix", "otro", "--data", kept.dirs[0].arg()];
    assert!(refused(&order(&again)).contains("cluster leave"));
    // One in which a server has kept a chat of its own is left as it is.
    let own = Dir::new();
    let mut server = Server::keeping(&own);
    let mut ana = Peer::join(&server, "Ana");
    ana.say("mío\n/historial");
    ana.until("Ana: mío");
    server.stop();
    let why =
        refused(&order(&["--listen", "127.0.0.1:0", "--cluster", &url, "--node", "c", "--data", own.arg()]));
    assert!(why.contains("cluster init"), "{why}");
    // One that belongs to another log stops the node for good.
    kept.node(1).stop();
    let other = ["cluster", "init", "--cluster", &url, "--cluster-prefix", "otro"];
    assert!(order(&other).status.success());
    let other = ["--cluster", &url, "--cluster-prefix", "otro", "--node", "b", "--data", kept.dirs[1].arg()];
    let mut foreign = Server::start(&other);
    foreign
        .console_find(|line| line.contains("Los datos de --data son de otro registro que el de --cluster"));
    assert_eq!(foreign.wait().code(), Some(3));
}

#[test]
fn letters_wait_for_a_while_that_no_node_lives() {
    let Some(kept) = Kept::founded(Dir::new()) else { return };
    let mut a = kept.node(0);
    let mut ana = Peer::join(&a, "Ana");
    register(&mut ana, "girasol azul");
    ana.say("/salir");
    ana.rest();
    let mut luis = Peer::join(&a, "Luis");
    luis.say("/privado Ana te espero");
    luis.until("te espero");
    a.signal(Signal::KILL);
    a.wait();
    let b = kept.node(1);
    login(&b, "Ana", "girasol azul").until("te espero");
}

#[test]
fn node_that_starts_again_does_not_log_what_the_others_have_logged() {
    let Some(kept) = Kept::founded(Dir::new()) else { return };
    let (a, mut b) = (kept.node(0), kept.node(1));
    let mut pau = Peer::enter(&a, "Pau");
    let mut luis = Peer::enter(&b, "Luis");
    pau.say("uno");
    luis.until("Pau: uno");
    kill(&mut b);
    let b = kept.started("b", &kept.dirs[1]);
    let logged = b.console_find(|line| line.contains(THERE));
    assert!(!logged.iter().any(|line| line.contains("Pau") || line.contains("Luis")), "{logged:?}");
    pau.say("dos");
    b.console_find(|line| line.contains("Pau: dos"));
}
