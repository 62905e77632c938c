//! Accounts: whose password is right, what a wrong one costs, and what is there after a stop or a kill.

use tertulia::chat::{
    Account, AccountChange, AccountKey, AccountRecord, AuthRequest, AuthResult, ClientId, Matter,
    PasswordHash, Reply, Request, UnixMillis,
};
use tertulia::control::{AccountOrder, AccountReply};
use tertulia::limits::{
    ACCOUNTS_MAX, AUTH_REQUESTS_WAITING, FAILURE_DELAY, FREE_FAILURES, FREE_FAILURES_PER_NAME,
    TRUSTED_ADDRESSES,
};
use tertulia::locale::FileFault;
use tertulia::storage::{RequestId, Storage, StorageEvent, Store, hash};

use super::support::{DEADLINE, Desk, Dir, HOME, login, name, origin, password};

#[test]
fn password_is_right_or_wrong_and_can_be_changed_also_over_a_restart() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    assert_eq!(desk.storage.accounts(), Some(vec![]));
    let ana = desk.account("Ana", "sésamo ábrete");
    assert_eq!(desk.login(Some(ana), "sésamo ábrete"), AuthResult::Granted(ana));
    assert_eq!(
        desk.login(Some(ana), "se\u{301}samo a\u{301}brete"),
        AuthResult::Granted(ana),
        "typed elsewhere"
    );
    assert_eq!(desk.login(Some(ana), "sésamo ábrete "), AuthResult::Wrong);
    let change = |old, new| AuthRequest::Change { account: ana, old: password(old), new: password(new) };
    assert_eq!(desk.authenticate("::1", change("otra", "nueva")), AuthResult::Wrong);
    assert_eq!(desk.authenticate("::1", change("sésamo ábrete", "nueva")), AuthResult::Granted(ana));
    assert_eq!(desk.login(Some(ana), "sésamo ábrete"), AuthResult::Wrong);
    assert!(desk.storage.close(DEADLINE));

    let mut desk = Desk::open(&dir);
    assert_eq!(desk.storage.accounts(), Some(vec![Account { key: ana, name: name("Ana") }]));
    assert_eq!(desk.login(Some(ana), "nueva"), AuthResult::Granted(ana));
    assert_eq!(desk.login(Some(ana), "sésamo ábrete"), AuthResult::Wrong);
    assert_eq!(desk.register("ANA", "mía"), AuthResult::Wrong, "the name is somebody's");
    assert_ne!(desk.account("Luis", "secreto"), ana);
}

#[test]
fn account_of_several_nodes_is_kept_as_it_came_from_the_chat() {
    let (dir, with) = (Dir::new(), |words| PasswordHash::new(hash(&password(words)).unwrap()));
    let mut desk = Desk::open(&dir);
    // Of before: the chat that the nodes have in common knows nothing of it.
    let before = desk.account("Ana", "sésamo ábrete");
    desk.storage.share_accounts();
    let key = before.next().and_then(AccountKey::next).expect("few accounts");
    let account = Account { key, name: name("Ana") };
    let made_at = UnixMillis(1_700_000_000_000);
    let record = |words| {
        Box::new(AccountRecord { account: account.clone(), password: with(words), made_from: None, made_at })
    };
    desk.storage.account(record("otra puerta"));
    let last = record("la última");
    desk.storage.account(last.clone());
    desk.storage.account(last);
    assert_eq!(desk.login(Some(key), "la última"), AuthResult::Granted(key));
    assert_eq!(desk.login(Some(key), "otra puerta"), AuthResult::Wrong);
    assert_eq!(desk.login(Some(before), "sésamo ábrete"), AuthResult::Wrong);
    assert!(desk.storage.close(DEADLINE));

    let chat = Store::open(dir.path(), None).expect("nobody else has it").chat().expect("a chat");
    let made: Vec<UnixMillis> = chat.passwords.iter().map(|record| record.made_at).collect();
    assert_eq!(made, [made_at], "and not when it was written");
    let mut desk = Desk::open(&dir);
    assert_eq!(desk.storage.accounts(), Some(vec![account]));
    assert_eq!(desk.login(Some(key), "la última"), AuthResult::Granted(key));
}

#[test]
fn new_password_of_an_account_of_several_nodes_is_hashed_and_not_written() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "sésamo ábrete");
    desk.storage.share_accounts();
    let luis = AuthRequest::Register { key: ana, name: name("Luis"), password: password("secreto") };
    let change = |old| AuthRequest::Change { account: ana, old: password(old), new: password("nueva") };
    for request in [luis, change("sésamo ábrete")] {
        let matter = request.matter();
        let replies = desk.request(ClientId::new(1, 1), HOME, Request::Authenticate(request));
        match desk.answer(replies) {
            StorageEvent::Reply { reply: Reply::Hashed(about, _), .. } => assert_eq!(about, matter),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(desk.authenticate("127.0.0.1", change("otra")), AuthResult::Wrong);
    assert_eq!(desk.login(Some(ana), "sésamo ábrete"), AuthResult::Granted(ana), "it has the same still");
    assert!(desk.storage.close(DEADLINE));
    assert_eq!(Desk::open(&dir).storage.accounts(), Some(vec![Account { key: ana, name: name("Ana") }]));
}

#[test]
fn hashes_alone_are_stored_each_with_its_own_salt() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    for who in ["Ana", "Luis"] {
        desk.account(who, "contraseña común");
    }
    assert!(desk.storage.close(DEADLINE));
    let sql = dir.sql();
    let mut stored = sql.prepare("SELECT password FROM account").unwrap();
    let stored: Vec<String> = stored.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(stored.len(), 2);
    assert_ne!(stored[0], stored[1]);
    assert!(stored.iter().all(|phc| phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")), "{stored:?}");
    let bytes = std::fs::read(dir.file()).unwrap();
    assert!(!bytes.windows(10).any(|window| window == &"contraseña".as_bytes()[..10]));
}

#[test]
fn name_that_nobody_has_takes_the_same_work() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    let before = desk.storage.hashed();
    assert_eq!(desk.login(Some(ana), "errado"), AuthResult::Wrong);
    assert_eq!(desk.storage.hashed(), before + 1);
    assert_eq!(desk.login(None, "errado"), AuthResult::Wrong);
    assert_eq!(desk.storage.hashed(), before + 2, "hashed like any other");
}

#[test]
fn wrong_ones_at_one_name_delay_that_name_there_and_nothing_else() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let (vera, nora) = (desk.account("Vera", "secreto"), desk.account("Nora", "otro"));
    for _ in 0..=FREE_FAILURES {
        assert_eq!(desk.authenticate("10.0.0.1", login(Some(vera), "errado")), AuthResult::Wrong);
    }
    let before = desk.storage.hashed();
    for address in ["10.0.0.1", "::ffff:10.0.0.1"] {
        assert_eq!(desk.authenticate(address, login(Some(vera), "secreto")), AuthResult::Wait(FAILURE_DELAY));
    }
    assert_eq!(desk.storage.hashed(), before, "not even looked at");
    assert_eq!(desk.authenticate("10.0.0.1", login(Some(nora), "otro")), AuthResult::Granted(nora));
    assert_eq!(desk.authenticate("10.0.0.2", login(Some(vera), "secreto")), AuthResult::Granted(vera));
    desk.now = desk.now + FAILURE_DELAY;
    assert_eq!(desk.authenticate("10.0.0.1", login(Some(vera), "secreto")), AuthResult::Granted(vera));
}

#[test]
fn wrong_ones_from_everywhere_do_not_keep_the_owner_out() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let vera = desk.account("Vera", "secreto");
    assert_eq!(desk.authenticate("10.0.0.7", login(Some(vera), "secreto")), AuthResult::Granted(vera));
    for number in 0..=FREE_FAILURES_PER_NAME {
        let address = format!("10.9.0.{number}");
        assert_eq!(desk.authenticate(&address, login(Some(vera), "errado")), AuthResult::Wrong);
    }
    assert_eq!(desk.authenticate("10.8.0.1", login(Some(vera), "secreto")), AuthResult::Wait(FAILURE_DELAY));
    for address in ["127.0.0.1", "10.0.0.7"] {
        assert_eq!(
            desk.authenticate(address, login(Some(vera), "secreto")),
            AuthResult::Granted(vera),
            "{address}"
        );
    }
    // Another password: who knew the old one is a stranger.
    let change = AuthRequest::Change { account: vera, old: password("secreto"), new: password("nuevo") };
    assert_eq!(desk.authenticate("10.0.0.7", change), AuthResult::Granted(vera));
    assert_eq!(desk.authenticate("10.0.0.7", login(Some(vera), "nuevo")), AuthResult::Granted(vera));
    assert_eq!(desk.authenticate("127.0.0.1", login(Some(vera), "nuevo")), AuthResult::Wait(FAILURE_DELAY));
}

#[test]
fn name_that_nobody_has_is_answered_like_one_that_somebody_has() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let vera = desk.account("Vera", "secreto");
    let mut tries = |account| {
        let before = desk.storage.hashed();
        let mut auth_results = Vec::new();
        for (address, times) in
            [("10.0.0.1", 8), ("10.0.0.2", 3), ("10.0.0.3", 6), ("10.0.0.4", 6), ("10.0.0.5", 2)]
        {
            auth_results.extend((0..times).map(|_| desk.authenticate(address, login(account, "errado"))));
        }
        desk.now = desk.now + FAILURE_DELAY;
        auth_results.push(desk.authenticate("10.0.0.1", login(account, "errado")));
        auth_results.push(desk.authenticate("10.0.0.1", login(account, "errado")));
        auth_results.push(desk.authenticate("10.0.0.6", login(account, "errado")));
        let hashed = desk.storage.hashed() - before;
        (auth_results, hashed)
    };
    let (known, unknown) = (tries(Some(vera)), tries(None));
    assert_eq!(known, unknown);
    let waits = known.0.iter().filter(|auth_result| matches!(auth_result, AuthResult::Wait(_))).count();
    assert!(waits > 5 && waits as u64 + known.1 == known.0.len() as u64, "{known:?}");
}

#[test]
fn flood_from_one_address_is_refused_unhashed_and_others_are_served_between() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    let before = desk.storage.hashed();
    let busy = |event: &StorageEvent| match event {
        StorageEvent::Reply {
            id, reply: Reply::AuthResult(Matter::Login(None), AuthResult::Busy), ..
        } => Some(id.client),
        _ => None,
    };
    let mut refused = 0;
    for number in 0..AUTH_REQUESTS_WAITING + 12 {
        let id = ClientId::new(number as u32, 7);
        let replies = desk.request(id, origin("10.0.0.1"), Request::Authenticate(login(None, "errado")));
        assert!(replies.iter().all(|event| busy(event) == Some(id)));
        refused += replies.len();
    }
    assert_eq!(refused, 10, "two in hand, the rest wait");
    let anas = ClientId::new(0, 8);
    let replies = desk.request(anas, origin("10.0.0.2"), Request::Authenticate(login(Some(ana), "secreto")));
    let displaced = replies[..].iter().map(|event| busy(event).is_some_and(|client| client != anas));
    assert!(displaced.eq([true]), "the flood makes room");
    let mut auth_results = Vec::new();
    while auth_results.len() < AUTH_REQUESTS_WAITING + 2 {
        for event in desk.wait() {
            let StorageEvent::Reply { id, reply: Reply::AuthResult(_, auth_result), .. } = event else {
                panic!("no reply")
            };
            auth_results.push((id.client, auth_result));
        }
    }
    let place = auth_results.iter().position(|(id, _)| *id == anas).unwrap();
    assert!(place <= 3, "behind what was in hand, and a turn at most: {place}");
    assert_eq!(auth_results[place].1, AuthResult::Granted(ana));
    let wrong =
        auth_results.iter().filter(|(_, auth_result)| *auth_result == AuthResult::Wrong).count() as u64;
    let waiting =
        auth_results.iter().filter(|(_, auth_result)| matches!(auth_result, AuthResult::Wait(_))).count();
    assert!(wrong <= u64::from(FREE_FAILURES) + 2, "{auth_results:?}");
    assert_eq!(wrong as usize + waiting + 1, auth_results.len(), "{auth_results:?}");
    assert_eq!(desk.storage.hashed(), before + wrong + 1);
}

#[test]
fn names_that_look_alike_are_registered_by_one() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let names = ["Paloma", "PALOMA", "Pa1oma", "Páloma", "Otra"];
    for (slot, called) in names.into_iter().enumerate() {
        let key = desk.number();
        let auth_request = AuthRequest::Register { key, name: name(called), password: password("secreto") };
        let id = ClientId::new(slot as u32, 1);
        assert!(desk.request(id, origin("127.0.0.1"), Request::Authenticate(auth_request)).is_empty());
    }
    let mut auth_results = Vec::new();
    while auth_results.len() < names.len() {
        auth_results.extend(desk.wait().into_iter().map(|event| match event {
            StorageEvent::Reply {
                id, reply: Reply::AuthResult(Matter::Register(_), auth_result), ..
            } => (id.client.slot(), auth_result),
            other => panic!("{other:?}"),
        }));
    }
    auth_results.sort_by_key(|(slot, _)| *slot);
    let granted: Vec<bool> =
        auth_results.iter().map(|(_, auth_result)| matches!(auth_result, AuthResult::Granted(_))).collect();
    assert_eq!(granted, [true, false, false, false, true], "{auth_results:?}");
    assert_eq!(desk.storage.accounts().unwrap().len(), 2);
}

#[test]
fn granted_is_on_the_disk_and_a_failing_one_is_no_promise() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    desk.account("Ana", "secreto");
    let stored = |query: &str| dir.sql().query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(stored("SELECT count(*) FROM account"), 1);
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(desk.register("Luis", "secreto"), AuthResult::Failed);
    sql.execute_batch("COMMIT").unwrap();
    assert_eq!(stored("SELECT count(*) FROM account"), 1);
    desk.account("Luis", "secreto");
    assert_eq!(stored("SELECT count(*) FROM account"), 2);
}

#[test]
fn stop_gives_up_what_waits_to_be_hashed() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    for slot in 0..20 {
        let id = ClientId::new(slot, 1);
        assert!(desk.request(id, origin("127.0.0.1"), Request::Authenticate(login(None, "x"))).is_empty());
    }
    assert!(desk.storage.close(DEADLINE));
    let hashed = desk.storage.hashed();
    assert_eq!((hashed, desk.storage.accounts()), (0, None), "nobody waits for passwords at the end");
}

#[test]
fn changed_from_outside_the_accounts_come_anew() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    dir.sql()
        .execute_batch(
            "INSERT INTO account (name, password, made_at) SELECT 'Luis', password, 0 FROM account;
             INSERT INTO account (name, password, made_at) VALUES ('Ana', 'twice', 0), ('no name', '', 0);",
        )
        .unwrap();
    desk.storage.reload_accounts();
    let StorageEvent::Accounts(changes) = desk.answer(Vec::new()) else { panic!("the accounts") };
    let accounts = desk.storage.accounts().unwrap();
    assert_eq!(changes, [AccountChange::Added(accounts[1].clone())], "and nothing else");
    let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["Ana", "Luis"]);
    assert_eq!(desk.login(Some(accounts[1].key), "secreto"), AuthResult::Granted(accounts[1].key));
    dir.sql().execute("DELETE FROM account WHERE name LIKE 'ana'", []).unwrap();
    desk.storage.reload_accounts();
    assert!(
        matches!(desk.answer(Vec::new()), StorageEvent::Accounts(changes) if changes == [AccountChange::Removed(ana)])
    );
    assert_eq!(desk.login(Some(ana), "secreto"), AuthResult::Wrong);
    assert_ne!(desk.account("Ana", "otra"), ana, "another account, whoever it is");
}

#[test]
fn accounts_changed_from_outside_are_taken_in_bit_by_bit_and_before_what_comes_behind() {
    const NEW: usize = 2_000;
    const MOST_AT_ONCE: usize = 100;
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    dir.sql()
        .execute(
            "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?1)
             INSERT INTO account (name, password, made_at) SELECT 'Luis' || n, 'none', 0 FROM number",
            [NEW],
        )
        .unwrap();
    desk.storage.reload_accounts();
    assert!(desk.storage.order(7, AccountOrder::Remove { name: "Ana".into() }));
    let mut changes = Vec::new();
    let mut reply = None;
    while reply.is_none() {
        let answers = if desk.storage.has_work() { desk.storage.take_accounts_in() } else { desk.wait() };
        for answer in answers {
            match answer {
                StorageEvent::Accounts(part) => {
                    assert!(part.len() <= MOST_AT_ONCE, "{}", part.len());
                    changes.extend(part);
                }
                StorageEvent::Ordered(7, settled) => reply = Some(settled),
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(reply, Some(AccountReply::Done));
    assert_eq!(changes.len(), NEW + 1);
    assert!(changes.contains(&AccountChange::Removed(ana)));
    assert_eq!(desk.storage.accounts().unwrap().len(), NEW);
}

/// `made` as they could be registered before marks were folded, and one with a name that is reserved by now.
#[test]
fn accounts_of_clashing_and_reserved_names_stay() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let maria = desk.account("María", "girasol");
    dir.sql()
        .execute_batch(
            "INSERT INTO account (name, password, made_at) SELECT 'Maria', password, 0 FROM account;
             INSERT INTO account (name, password, made_at) SELECT 'Contraseña', password, 0 FROM account LIMIT 1;",
        )
        .unwrap();
    desk.storage.close(DEADLINE);
    let mut desk = Desk::open(&dir);
    let accounts = desk.storage.accounts().unwrap();
    let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["María", "Maria", "Contraseña"]);
    for account in &accounts {
        assert_eq!(desk.login(Some(account.key), "girasol"), AuthResult::Granted(account.key));
    }
    for third in ["MARÍA", "Mária", "maria", "Maria"] {
        assert_eq!(desk.register(third, "secreto"), AuthResult::Wrong, "{third}");
    }
    // With one of them gone the other still has its likes.
    dir.sql().execute("DELETE FROM account WHERE name = 'Maria'", []).unwrap();
    desk.storage.reload_accounts();
    assert!(
        matches!(&desk.answer(Vec::new()), StorageEvent::Accounts(gone) if matches!(gone[..], [AccountChange::Removed(_)]))
    );
    assert_eq!(desk.register("Maria", "secreto"), AuthResult::Wrong);
    assert_eq!(desk.login(Some(maria), "girasol"), AuthResult::Granted(maria));
}

#[test]
fn password_of_the_administrator_is_not_replaced_by_who_knows_the_one_before() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "la de antes");
    let given = hash(&password("la del administrador")).unwrap();
    // The server has not heard of it yet.
    dir.sql().execute("UPDATE account SET password = ?1", [&given]).unwrap();
    let change =
        AuthRequest::Change { account: ana, old: password("la de antes"), new: password("la de otro") };
    assert_eq!(desk.authenticate("127.0.0.1", change), AuthResult::Wrong);
    let kept: String = dir.sql().query_row("SELECT password FROM account", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, given);
}

#[test]
fn password_changed_from_outside_is_told_once_and_counts_for_whoever_is_being_looked_at() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let (ana, luis) = (desk.account("Ana", "vieja"), desk.account("Luis", "nueva"));
    let changed = |desk: &mut Desk| {
        desk.storage.reload_accounts();
        match desk.answer(Vec::new()) {
            StorageEvent::Accounts(changes) => changes,
            other => panic!("{other:?}"),
        }
    };
    let change = AuthRequest::Change { account: luis, old: password("nueva"), new: password("otra") };
    assert_eq!(desk.authenticate("127.0.0.1", change), AuthResult::Granted(luis));
    assert_eq!(changed(&mut desk), [], "changed by its owner, who knows it");
    dir.sql()
        .execute("UPDATE account SET password = (SELECT password FROM account WHERE name = 'Luis') WHERE name = 'Ana'", [])
        .unwrap();
    assert_eq!(changed(&mut desk), [AccountChange::Renewed(ana)]);
    assert_eq!(changed(&mut desk), []);
    assert_eq!(desk.login(Some(ana), "vieja"), AuthResult::Wrong);
    assert_eq!(desk.login(Some(ana), "otra"), AuthResult::Granted(ana));
}

#[test]
fn accounts_need_a_file() {
    let mut memory = Storage::default();
    let id = RequestId { client: ClientId::new(1, 1), number: 1 };
    let request = Request::Authenticate(login(None, "secreto"));
    let replies = memory.request(id, origin("127.0.0.1"), request, tertulia::chat::MonoTime::START);
    assert!(
        matches!(replies[..], [StorageEvent::Reply { id: of, reply: Reply::AuthResult(_, AuthResult::Failed), .. }] if of == id)
    );
}

/// What is in the page cache survives the process: the files as they are now are what a `kill -9` leaves.
#[test]
fn kill_right_behind_granted_loses_nothing() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    for round in 0..5 {
        let [old, new] = [round, round + 1].map(|round| match round {
            0 => "secreto".to_owned(),
            _ => format!("secreto {round}"),
        });
        let change = AuthRequest::Change { account: ana, old: password(&old), new: password(&new) };
        assert_eq!(desk.authenticate("127.0.0.1", change), AuthResult::Granted(ana));
        let left = Dir::new();
        for file in ["tertulia.db", "tertulia.db-wal"] {
            std::fs::copy(dir.path().join(file), left.path().join(file)).unwrap();
        }
        let mut next = Desk::open(&left);
        assert_eq!(next.login(Some(ana), &new), AuthResult::Granted(ana));
        assert_eq!(next.login(Some(ana), &old), AuthResult::Wrong);
    }
}

#[test]
fn hash_that_is_none_is_complained_of() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    dir.sql().execute("UPDATE account SET password = 'secreto'", []).unwrap();
    desk.storage.reload_accounts();
    assert!(
        matches!(desk.answer(Vec::new()), StorageEvent::Accounts(changes) if changes == [AccountChange::Renewed(ana)])
    );
    assert_eq!(desk.login(Some(ana), "secreto"), AuthResult::Failed);
    let complaint = desk.storage.complaint(desk.now).expect("it is told");
    assert_eq!((complaint.lines, complaint.why), (0, Some(FileFault::Password)));
}

#[test]
fn addresses_of_the_owner_are_known_after_a_stop() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let vera = desk.account("Vera", "secreto");
    assert_eq!(desk.authenticate("2001:db8::1", login(Some(vera), "secreto")), AuthResult::Granted(vera));
    assert!(desk.storage.close(DEADLINE));
    let mut desk = Desk::open(&dir);
    assert_eq!(desk.storage.account_addresses(), [(vera, HOME)].into(), "from where she registered");
    for number in 0..=FREE_FAILURES_PER_NAME {
        let address = format!("10.9.0.{number}");
        assert_eq!(desk.authenticate(&address, login(Some(vera), "errado")), AuthResult::Wrong);
    }
    assert_eq!(desk.authenticate("10.8.0.1", login(Some(vera), "secreto")), AuthResult::Wait(FAILURE_DELAY));
    for address in ["127.0.0.1", "2001:db8::2"] {
        assert_eq!(
            desk.authenticate(address, login(Some(vera), "secreto")),
            AuthResult::Granted(vera),
            "{address}"
        );
    }
    desk.now = desk.now + FAILURE_DELAY;
    for number in 1..=TRUSTED_ADDRESSES {
        let address = format!("10.7.0.{number}");
        assert_eq!(desk.authenticate(&address, login(Some(vera), "secreto")), AuthResult::Granted(vera));
    }
    assert!(desk.storage.close(DEADLINE));
    let known: i64 =
        dir.sql().query_row("SELECT count(*) FROM account_address", [], |row| row.get(0)).unwrap();
    assert_eq!(known, TRUSTED_ADDRESSES as i64, "the last ones");
}

#[test]
fn accounts_of_one_address_are_not_all_there_may_be() {
    let dir = Dir::new();
    assert!(Desk::open(&dir).storage.close(DEADLINE));
    dir.sql()
        .execute(
            "INSERT INTO account (name, password, made_at, address)
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
             SELECT 'n' || i, '', 0, iif(i <= ?2, '10.0.0.1', '10.0.0.2') FROM n",
            [ACCOUNTS_MAX * 9 / 10 + 1, ACCOUNTS_MAX / 2 + 1],
        )
        .unwrap();
    let mut desk = Desk::open(&dir);
    let mut register = |from: &str, called: &str| {
        let key = desk.number();
        desk.authenticate(
            from,
            AuthRequest::Register { key, name: name(called), password: password("secreto") },
        )
    };
    assert_eq!(register("10.0.0.1", "Mallory"), AuthResult::OverShare);
    assert!(matches!(register("10.0.0.2", "Ana"), AuthResult::Granted(_)));
    assert!(matches!(register("10.0.0.3", "Luis"), AuthResult::Granted(_)));
}
