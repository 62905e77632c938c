//! What a search finds: without case and accents, beginnings of words, in the rooms given, newest first.

use proptest::prelude::*;
use tertulia::chat::{Look, Message, RoomKey, Text};
use tertulia::limits::SEARCH_NEAR_ROWS;
use tertulia::storage::Memory;

use super::support::{Desk, Dir, GENERAL, line, texts};

#[test]
fn case_and_accents_do_not_matter_and_the_newest_comes_last() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    for text in
        ["¡Hola, María!", "MARIA JOSÉ", "mari\u{301}a", "el mar", "Дарья", "Straße", "ﬁn de mes", "太郎"]
    {
        desk.keep(line(GENERAL, 0, text));
    }
    assert_eq!(desk.search(&[GENERAL], "maria"), ["¡Hola, María!", "MARIA JOSÉ", "mari\u{301}a"]);
    assert_eq!(desk.search(&[GENERAL], "María jose"), ["MARIA JOSÉ"]);
    assert_eq!(desk.search(&[GENERAL], "mar"), ["¡Hola, María!", "MARIA JOSÉ", "mari\u{301}a", "el mar"]);
    assert_eq!(desk.search(&[GENERAL], "дар"), ["Дарья"]);
    assert_eq!(desk.search(&[GENERAL], "太郎"), ["太郎"]);
    assert_eq!(desk.search(&[GENERAL], "arí"), [""; 0], "words are found by how they begin");
}

#[test]
fn words_are_found_inside_runs_without_spaces() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let mut memory = Memory::default();
    let said = [
        "今天天气很好",
        "我用iPhone拍了10张照片",
        "カフェオレを食べる",
        "がく",
        "ฉันชอบกินข้าวผัดมาก",
        "ຂ້ອຍມັກກິນເຂົ້າ",
        "ខ្ញុំចូលចិត្តញ៉ាំបាយ",
        "ကျွန်တော်ထမင်းစားတယ်",
        "नमस्ते दुनिया",
    ];
    for text in said {
        desk.keep(line(GENERAL, 0, text));
        memory.keep(Message { id: desk.next_message, ..line(GENERAL, 0, text) });
    }
    for (words, found) in [
        ("天气", &said[..1]),
        ("天", &said[..1]),
        ("今天 很好", &said[..1]),
        ("今天天气很", &said[..1]),
        ("天天天气很", &[]),
        ("好天", &[]),
        ("iphone 照片", &said[1..2]),
        ("拍了10", &said[1..2]),
        ("phone", &[]),
        ("フェ", &said[2..3]),
        ("食べる", &said[2..3]),
        ("オレを食べる", &said[2..3]),
        ("かく", &[]),
        ("ข้าว", &said[4..5]),
        ("กินข้าวผัด", &said[4..5]),
        ("กน", &[]),
        ("ກິນ", &said[5..6]),
        ("បាយ", &said[6..7]),
        ("ထမင်း", &said[7..8]),
        ("दुनि", &said[8..9]),
        ("दन", &[]),
    ] {
        assert_eq!(desk.search(&[GENERAL], words), found, "{words} in the file");
        let look = Look::Search(vec![GENERAL], Text::clean(words), 20);
        assert_eq!(texts(&memory.look(look).lines), found, "{words} in memory");
    }
}

#[test]
fn search_is_in_the_rooms_given_only() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    for room in [0, 1, 10, 11] {
        desk.keep(line(RoomKey(room), 0, &format!("hola desde {room} r{room}")));
    }
    assert_eq!(desk.search(&[RoomKey(1)], "hola"), ["hola desde 1 r1"]);
    assert_eq!(desk.search(&[RoomKey(1), RoomKey(11)], "hola"), ["hola desde 1 r1", "hola desde 11 r11"]);
    assert_eq!(desk.search(&[], "hola"), [""; 0]);
    assert_eq!(desk.search(&[RoomKey(1)], "r10"), [""; 0], "nobody types their way into another room");
    assert_eq!(desk.search(&[RoomKey(1)], "room : r10"), [""; 0]);
}

#[test]
fn long_word_is_found_however_many_lines_begin_like_it() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    for number in 0..30 {
        desk.keep(line(GENERAL, 0, &format!("reunión mensual {number}")));
    }
    for number in 0..SEARCH_NEAR_ROWS + 100 {
        desk.keep(line(GENERAL, 0, &format!("mensaje {number}")));
    }
    desk.keep(line(GENERAL, 0, "mensual de nuevo"));
    let found = desk.search(&[GENERAL], "mensual");
    let rest = (11..30).map(|number| format!("reunión mensual {number}"));
    assert_eq!(found, rest.chain(["mensual de nuevo".to_owned()]).collect::<Vec<_>>());
    assert_eq!(desk.search(&[GENERAL], "mensual reunion 7"), ["reunión mensual 7"]);
    let found = desk.search(&[GENERAL], "mensaje");
    let newest = SEARCH_NEAR_ROWS + 80..SEARCH_NEAR_ROWS + 100;
    assert_eq!(found, newest.map(|number| format!("mensaje {number}")).collect::<Vec<_>>());
    assert_eq!(desk.search(&[GENERAL], "mensajería"), [""; 0]);
    // As it is told in German and Greek: longer than their letters are.
    desk.keep(line(GENERAL, 0, "ΚΑΛΗΜΕΡΑ Fußgänger"));
    assert_eq!(desk.search(&[GENERAL], "καλημε fussg"), ["ΚΑΛΗΜΕΡΑ Fußgänger"]);
}

#[test]
fn search_gives_at_most_twenty_lines_the_newest() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    (0..50).for_each(|number| desk.keep(line(GENERAL, 0, &format!("hola {number}"))));
    let found = desk.search(&[GENERAL], "hola");
    assert_eq!((found.len(), found[0].as_str(), found[19].as_str()), (20, "hola 30", "hola 49"));
}

#[test]
fn search_words_are_no_query_language() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    desk.keep(line(GENERAL, 0, "hola y adiós, text"));
    for hostile in [
        "\" OR * NEAR(",
        "hola OR adios",
        "NEAR(hola)",
        "hola AND nada",
        "NOT hola zz",
        "{room text} : x",
        "^hola zz",
        "a\"b",
        "'; DROP TABLE line; --",
    ] {
        assert_eq!(desk.search(&[GENERAL], hostile), [""; 0], "{hostile}");
    }
    for fine in ["hola, adios", "(hola)", "\"hola\"", "hola*", "+hola", "text: hola", "HOLA -adiós"] {
        assert_eq!(desk.search(&[GENERAL], fine).len(), 1, "{fine}");
    }
    for nothing in ["", " ", "!!!", "*", "\"\"", "\u{301}", "(((", "🎉"] {
        assert_eq!(desk.search(&[GENERAL], nothing), [""; 0], "{nothing}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// The file finds what memory finds, whatever is said and whatever is asked.
    #[test]
    fn file_finds_what_memory_finds(
        said in prop::collection::vec("[a-cÁÉñß \u{301}Ⓐⓑ太天气がカー食ข้าว\u{93f}क!\"*ﬁİıΣς٣²½-]{0,12}|\\PC{0,12}", 1..20),
        asked in prop::collection::vec("[a-cÁÉñß \u{301}Ⓐⓑ太天气がカー食ข้าว\u{93f}क!\"*ﬁİıΣς٣²½-]{1,4}|\\PC{1,3}", 1..20),
    ) {
        let dir = Dir::new();
        let mut desk = Desk::open(&dir);
        let mut memory = Memory::default();
        for text in &said {
            desk.keep(line(GENERAL, 0, text));
            memory.keep(Message { id: desk.next_message, ..line(GENERAL, 0, text) });
        }
        for words in asked.iter().chain(&said) {
            let look = Look::Search(vec![GENERAL], Text::clean(words), 20);
            let expected = texts(&memory.look(look).lines);
            prop_assert_eq!(desk.search(&[GENERAL], words), expected, "{:?}", words);
        }
    }
}
