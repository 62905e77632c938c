//! The same for what needs registered names: a server with its history in a file, as many accounts as there may be, and an
//! operator.

use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use rusqlite::Connection;
use tertulia::chat::{AdminOrder, ChatConfig, Language, Name, Password, Text};
use tertulia::config::Config;
use tertulia::control::{AccountOrder, AccountReply};
use tertulia::limits::{ACCOUNTS_MAX, ACCOUNTS_PER_CONNECTION, ROOMS_PER_PERSON};
use tertulia::net::Server;
use tertulia::storage::{Storage, Store, hash};

use super::house::House;
use super::state::{Scale, banned, filled, longest, name};
use super::support::Failure;
use super::support::dir::Dir;
use super::taken::Taken;
use super::{A_WHILE, Sample};

/// How long a helper may take, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

const PASSWORD: &str = "tres tristes tigres";

/// Is an operator of the server.
const OPERATOR: usize = 0;
/// Is nobody in particular.
const GUEST: usize = 1;
/// Has given the passwords of as many accounts as may be, and is in as many rooms, each with a ban.
const MANY_NAMED: usize = 2;
/// Decides in those rooms.
const STRICT: usize = 3;
/// Says what counts nowhere.
const WARMER: usize = 4;
/// Those behind them do each thing once.
const OTHERS: usize = 5;

/// The server, and what its threads have it wake up for.
pub(crate) struct Registered {
    house: House,
    woken: Receiver<()>,
    dir: Dir,
    hash: String,
    next_ticket: u64,
}

/// The file in it, as another program sees it.
fn sql(dir: &Dir) -> Result<Connection, Failure> {
    Ok(Connection::open(dir.path().join("tertulia.db"))?)
}

/// A line, or several that belong together, of the so-manieth round.
pub(crate) struct Case {
    pub(crate) what: &'static str,
    pub(crate) command: &'static str,
    who: fn(usize) -> usize,
    line: fn(usize) -> String,
    /// What its sender reads when it is done.
    reads: &'static str,
    /// Sent before it, by them.
    before: fn(usize) -> String,
}

const fn case(
    what: &'static str,
    command: &'static str,
    who: fn(usize) -> usize,
    line: fn(usize) -> String,
    reads: &'static str,
) -> Case {
    Case { what, command, who, line, reads, before: |_| String::new() }
}

fn guest(round: usize) -> String {
    format!("Invitado-Ñandú{:05}", OTHERS + 2_000 + round)
}

/// Each in its turn: some go on where another one ended.
pub(crate) const CASES: [Case; 15] = [
    case("/registrar", "registrar", |round| OTHERS + round, |_| "/registrar\n".into(), "Nueva contraseña: "),
    case(
        "/registrar: the password",
        "",
        |round| OTHERS + round,
        |_| format!("{PASSWORD}\n").repeat(2),
        "es tuyo desde ahora",
    ),
    case(
        "/identificar",
        "identificar",
        |round| OTHERS + 1_000 + round,
        |round| format!("/identificar {}\n", name(1 + round)),
        "Contraseña: ",
    ),
    case(
        "/identificar: the password",
        "",
        |round| OTHERS + 1_000 + round,
        |_| format!("{PASSWORD}\n"),
        "Te has identificado",
    ),
    Case {
        before: |_| "/clave\n".into(),
        ..case(
            "/clave: the passwords",
            "",
            |_| OPERATOR,
            |_| format!("{PASSWORD}\n").repeat(3),
            "Contraseña cambiada",
        )
    },
    case("/clave", "clave", |round| OTHERS + 1_000 + round, |_| "/clave\n".into(), "Contraseña actual: "),
    case(
        "/expulsar, 1,000 are expelled",
        "expulsar",
        |_| OPERATOR,
        |round| filled(&format!("/expulsar {} ", guest(round)), "insultos ", 300),
        "Queda expulsado",
    ),
    case("/expulsados", "expulsados", |_| OPERATOR, |_| "/expulsados\n".into(), "expulsiones:"),
    case(
        "/readmitir",
        "readmitir",
        |_| OPERATOR,
        |round| format!("/readmitir {}\n", guest(round)),
        "Puede volver",
    ),
    case(
        "/privado to who is not there",
        "",
        |_| GUEST,
        |round| longest(&format!("/privado {} ", name(5_000 + round)), "¡ñandú! "),
        "lo leerá",
    ),
    case(
        "words to all, kept in a file",
        "",
        |_| GUEST,
        |_| longest("", "¡ñandú! ") + "/idioma\n",
        "Te hablo en español",
    ),
    case("/historial, from a file", "", |_| GUEST, |_| "/historial 99999999\n".into(), "ñandú"),
    case("/buscar, in a file", "", |_| GUEST, |_| longest("/buscar ", "ñandú "), "ñandú"),
    case(
        "/nombre, a registered one",
        "",
        |round| OTHERS + 1_500 + round,
        |round| format!("/nombre {}\n", name(4_000 + round)),
        "Contraseña: ",
    ),
    case(
        "/nombre, many accounts and rooms with bans",
        "",
        |_| MANY_NAMED,
        |round| format!("/nombre Ñúñez-Ibáñez-{round:07}\n/idioma\n"),
        "Te hablo en español",
    ),
];

type Doing = fn(&mut Registered, usize) -> Result<Duration, Failure>;

/// What the administrator and other programs do to the accounts: the longest turn.
pub(crate) const TURNS: [(&str, Doing); 2] = [
    ("a turn of an order about one account", |registered, round| {
        let order = AccountOrder::Change { name: name(3_000 + round), hash: registered.hash.clone() };
        registered.order(order)
    }),
    ("a turn of all accounts changed by another program", |registered, round| {
        let (from, to) = if round % 2 == 0 { ("ÑÚ", "ÚÑ") } else { ("ÚÑ", "ÑÚ") };
        sql(&registered.dir)?
            .execute("UPDATE account SET name = replace(name, ?1, ?2) WHERE key > 1", [from, to])?;
        registered.house.server.reload_accounts();
        // What comes behind it is told behind it.
        registered.order(AccountOrder::Change { name: name(0), hash: registered.hash.clone() })
    }),
];

impl Registered {
    /// Builds it, so that everything can be done so many times.
    pub(crate) fn build(
        scale: &Scale,
        rounds: usize,
        say: &mut dyn FnMut(&str),
    ) -> Result<Registered, Failure> {
        let dir = Dir::new("worst")?;
        let (store, hash) = with_accounts(&dir, rounds)?;
        let operator = store.account_meant(&Name::known(&name(0)).map_err(|_| "a good name")?)?;
        let operators = operator.into_iter().collect();
        let settings = Config {
            rate_limit: 0,
            chat: ChatConfig { replay: 10, operators, ..ChatConfig::default() },
            ..Config::default()
        };
        let (wake, woken) = mpsc::channel();
        let history = Storage::in_file(store, move || {
            let _ = wake.send(());
        })?;
        let house = House::of(Server::remembering(settings, history));
        let mut registered = Registered { house, woken, dir, hash, next_ticket: 0 };
        say("people");
        registered.come(scale)?;
        say("the expelled");
        for number in 0..scale.expelled - rounds {
            let (whom, why) = (Text::clean(&banned(number)), Text::clean(&"insultos ".repeat(13)));
            let house = &mut registered.house;
            let order = AdminOrder::Expel { whom, minutes: None, reason: Some(why) };
            house.server.administer(0, order, Language::Spanish, house.now);
            for (_, done) in house.server.take_chat_replies() {
                done.map_err(|refusal| format!("{refusal:?}"))?;
            }
        }
        registered.house.settle();
        Ok(registered)
    }

    /// The operator comes, and all others, whose names are not registered.
    fn come(&mut self, scale: &Scale) -> Result<(), Failure> {
        self.house.connect();
        self.until(OPERATOR, &format!("{}\n{PASSWORD}\n", name(0)), "Bienvenido")?;
        // Those who do something in one of the rounds are there in any case.
        for number in GUEST..scale.people.max(3_000) {
            self.house.connect();
            self.house.send(number, format!("Invitado-Ñandú{number:05}\n").as_bytes());
        }
        self.house.settle();
        self.house.waits(A_WHILE);
        for number in 1..ROOMS_PER_PERSON {
            self.house.says(STRICT, format!("/entrar estricta-{number}\n/vetar Vetádo-Ñúñez-{number:07}\n"));
            self.house.says(MANY_NAMED, format!("/entrar estricta-{number}\n"));
        }
        for number in 0..ACCOUNTS_PER_CONNECTION {
            let account = name(6_000 + number);
            let login = format!("/identificar {account}\n{PASSWORD}\n");
            self.until(MANY_NAMED, &login, "Te has identificado")?;
        }
        self.house.waits(A_WHILE);
        Ok(())
    }

    /// Measures a line: what it takes at once, and what it takes when a helper has done its part.
    pub(crate) fn line(&mut self, case: &Case, round: usize) -> Result<Sample, Failure> {
        let who = (case.who)(round);
        let before = (case.before)(round);
        self.house.says(who, before);
        self.house.waits(A_WHILE);
        let sample = self.until(who, &(case.line)(round), case.reads);
        self.house.waits(A_WHILE);
        sample.map_err(|why| format!("{}: {why}", case.what).into())
    }

    /// Somebody sends something, until they read these words.
    fn until(&mut self, who: usize, line: &str, words: &str) -> Result<Sample, Failure> {
        let Registered { house, woken, .. } = self;
        let (mut taken, mut read) = (Taken::default(), String::new());
        let mut hearers = 1;
        house.listen(who);
        warm(house);
        house.send(who, line.as_bytes());
        loop {
            let before = house.server.work();
            taken.settle(house);
            hearers += (house.server.work() - before).heard;
            read += &house.heard(who);
            if read.contains(words) {
                break;
            }
            woken.recv_timeout(PATIENCE).map_err(|_| format!("{read:.300}"))?;
            warm(house);
            let before = house.server.work();
            taken.add(|| house.server.storage_ready(house.now));
            hearers += (house.server.work() - before).heard;
        }
        house.stops_listening(who);
        Ok(Sample { took: taken.all, hearers })
    }

    /// An order is carried out; gives the longest turn until it is.
    fn order(&mut self, order: AccountOrder) -> Result<Duration, Failure> {
        let Registered { house, woken, next_ticket, .. } = self;
        *next_ticket += 1;
        if !house.server.order_account(*next_ticket, order, house.now) {
            return Err("no place for an order".into());
        }
        let mut taken = Taken::default();
        loop {
            taken.settle(house);
            match house.server.take_account_replies().pop() {
                Some((_, AccountReply::Done)) => return Ok(taken.turn),
                Some((_, reply)) => return Err(format!("{reply:?}").into()),
                None => {}
            }
            woken.recv_timeout(PATIENCE)?;
            taken.add(|| house.server.storage_ready(house.now));
        }
    }
}

/// All hear something, which counts nowhere: hashing a password fills the processor's caches with 19 MiB of its own, and the
/// other server is measured while it is busy, too.
fn warm(house: &mut House) {
    if house.clients() > WARMER {
        house.says(WARMER, "hola\n");
    }
}

/// A history with as many accounts as there may be but for a few; gives the hash of their password as well.
fn with_accounts(dir: &Dir, few: usize) -> Result<(Store, String), Failure> {
    let path = dir.path();
    drop(Store::open(path, None)?);
    let password = Password::new(PASSWORD).map_err(|error| format!("{error:?}"))?;
    let hash = hash(&password)?;
    let mut sql = sql(dir)?;
    let transaction = sql.transaction()?;
    for number in 0..ACCOUNTS_MAX - few {
        transaction.execute(
            "INSERT INTO account (name, password, made_at) VALUES (?1, ?2, 0)",
            [&name(number), &hash],
        )?;
    }
    transaction.commit()?;
    drop(sql);
    Ok((Store::open(path, None)?, hash))
}
