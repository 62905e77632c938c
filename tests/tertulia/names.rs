//! Which names can be had, and which are the same to the eye.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use caseless::Caseless;
use proptest::prelude::*;
use tertulia::chat::{Name, NameError, Text};
use tertulia::limits::{NAME_MAX_CHARS, NAME_MAX_MARKS};
use unicode_normalization::is_nfc;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_security::skeleton;

use crate::support::file;

fn name(raw: &str) -> Name {
    Name::new(raw)
        .unwrap_or_else(|why| panic!("{raw:?} ({}) should be a name: {why:?}", raw.escape_unicode()))
}

fn clash(a: &str, b: &str) -> bool {
    let (a, b) = (name(a).skeleton(), name(b).skeleton());
    assert_eq!(a.clashes(&b), b.clashes(&a), "being alike is mutual");
    let shared = a.hashes()[0] == b.hashes()[0] || a.hashes()[1] == b.hashes()[1];
    assert_eq!(shared, a.clashes(&b), "hashes are shared by names that clash, and hardly by others");
    a.clashes(&b)
}

#[test]
fn people_have_their_names() {
    for (script, names) in [
        (
            "Latin",
            "Juan María Łukasz Juan-Carlos ana_2 a Z Begoña Zoë Ægir Þór Şebnem İbrahim Nguyễn Ọlá\u{300}",
        ),
        ("Latin", "Ẹ\u{300}wà Đorđe Straße Kaʻena J-_9 u20000 Maximilianoalejandro"),
        ("Greek, Cyrillic, Armenian, Georgian", "Γιώργος Дарья Ива\u{301}н Їжак Հայկ დავით"),
        ("Arabic, Hebrew", "محمد مُحَمَّد فاطمة گلناز سارة_2 דוד"),
        ("South Asia", "दीप्ति ख़ाँ লক্ষ্মী ਸਿੰਘ પ્રિયા தமிழ் శ్రీ ಶ್ರೀ രാജു ශ්රී"),
        ("South East Asia", "สมชาย สิทธิ์ น้ำฝน ມະນີ ສົມຄຳ ကျော် မျှော် ဖြိုး ស្រី"),
        ("Tibet, Ethiopia", "སྒྲོལ ዳዊት"),
        (
            "kanji, kana and hangul with their usual companions",
            "太郎 たろう タロー 佐々木 山田たろう 太郎2 김철수 金철수",
        ),
        ("Chinese", "王小明 李娜"),
        ("digits of one's own script", "राम२ احمد٢"),
    ] {
        for raw in names.split(' ') {
            assert_eq!(
                Name::new(raw).as_ref().map(Name::as_str),
                Ok(raw),
                "{script}: {}",
                raw.escape_unicode()
            );
        }
    }
}

#[test]
fn text_that_is_no_name_is_refused() {
    for (why, raws) in [
        ("first a letter", "2ana -ana _ana \u{301}ana ٢احمد"),
        (
            "symbols",
            "ana! ana.b ana: #ana /ana @ana $ana ana😀 ana♥ ana• ana\u{FFFD} ana\u{E000} ana‐b ana–b ana\u{FF3F}b",
        ),
        ("punctuation, though Unicode allows it inside words", "O'Neil O’Neil l·l"),
        ("controls", "ana\x1b[31m \x1b]0;x\x07 ana\x07 ana\0 \0 ana\u{9B} ana\x7f"),
        (
            "zero width",
            "ana\u{200B} a\u{200D}na a\u{200C}na \u{FEFF}ana an\u{AD}a ana\u{2060} ana\u{FE0F} ana\u{34F}",
        ),
        ("not seen", "ana\u{E0041} \u{3164} \u{115F}\u{1160} \u{FFA0} \u{2800} \u{17B4} می\u{200C}خواهم"),
        ("reordered", "\u{202E}nauJ ana\u{202C} \u{2067}ana ana\u{200F} ana\u{61C}"),
        ("exotic letters", "ｊｕａｎ 𝐉𝐮𝐚𝐧 Ⓙuan ﬁn ᴊᴜᴀɴ ana² anaⅣ 𓀀 〇"),
        ("stretched letters", "محمـد"),
        ("digits of two systems", "احمد2٢ احمد٢۳ राम2२"),
        ("marks out of place", "a1\u{301} a-\u{301} a\u{489} a\u{20DD}"),
        ("marks on themselves", "a\u{301}\u{301} e\u{302}\u{302}"),
        ("too long", "Maximilianoalejandros"),
    ] {
        for raw in raws.split(' ') {
            assert_eq!(Name::new(raw), Err(NameError::Malformed), "{why}: {}", raw.escape_unicode());
        }
    }
    for raw in
        ["", " ", " Juan", "Juan ", "ana\n", "ana\r", "2 anas", "Ana, Luis", "Ana María de la Concepción"]
    {
        assert_eq!(Name::new(raw), Err(NameError::Malformed), "{raw:?}");
    }
}

#[test]
fn name_with_a_blank_or_of_two_scripts_is_refused_for_that() {
    for raw in ["Juan Carlos", "Ana María de la O", "ana\u{A0}b", "ana\u{3000}b", "ana\tb", "Juan  Carlos"] {
        assert_eq!(Name::new(raw), Err(NameError::Spaced), "{raw:?}");
    }
    for raw in "Juаn Аna ѕerver pаypal Mαria 太郎san 김sun たろう김 Иванa anaא aक aि".split(' ')
    {
        assert_eq!(Name::new(raw), Err(NameError::MixedScripts), "{}", raw.escape_unicode());
    }
}

#[test]
fn length_counts_letters_as_people_see_them_composed() {
    assert!(Name::new(&"e\u{301}".repeat(NAME_MAX_CHARS)).is_ok());
    assert!(Name::new(&"é".repeat(NAME_MAX_CHARS + 1)).is_err());
    assert!(Name::new(&"日".repeat(NAME_MAX_CHARS)).is_ok());
    assert!(Name::new(&"a".repeat(4096)).is_err());
    assert_eq!(name("Mari\u{301}a"), name("María"));
}

#[test]
fn marks_do_not_pile_up() {
    let marks: Vec<char> = "\u{323}\u{326}\u{331}\u{300}\u{304}\u{308}".chars().collect();
    let piled = |n: usize| format!("x{}y", marks[..n].iter().collect::<String>());
    assert!(Name::new(&piled(NAME_MAX_MARKS)).is_ok());
    assert_eq!(Name::new(&piled(NAME_MAX_MARKS + 1)), Err(NameError::Malformed));
}

#[test]
fn servers_own_names_are_kept() {
    let kept = "Tú tú TÚ Tu\u{301} Tu TU You YOU you Y0u Yoü servidor Servidor SERVIDOR Servid0r servIdor SERVlDOR \
                SERV1D0R Sérvidör server Server SERVER";
    for raw in kept.split(' ') {
        assert_eq!(Name::new(raw), Err(NameError::Reserved), "{raw}");
        assert_eq!(Name::given(raw), Err(NameError::Reserved), "{raw}");
    }
    for raw in "Tú tú TÚ You yOU servidor SERVIDOR server".split(' ') {
        assert_eq!(Name::known(raw), Err(NameError::Reserved), "{raw} was never anybody's");
    }
    for raw in "Tux Túpac Tulio Tuva Yo Yousef Young Yoko servidora servers Serverino Servando".split(' ') {
        name(raw);
    }
}

#[test]
fn names_that_look_like_a_question_for_a_password_are_kept() {
    let kept = "Contraseña contraseña CONTRASEÑA C0ntraseña Contrasena CONTRASEN\u{303}A Cóntrâsëña LaContraseña \
                mi-contraseña2 Contraseñas Password passw0rd PASSWORD P\u{E4}ssword Mypassword2 password_ \
                \u{421}ontraseña";
    for raw in kept.split(' ') {
        let refused = Name::new(raw);
        assert!(refused.is_err(), "{raw}");
        assert_eq!(Name::given(raw), refused, "{raw}");
    }
    for raw in "Contreras Contra Seña Passos Word Wordpass Clave Clavé Nombre".split(' ') {
        name(raw);
    }
}

#[test]
fn offices_are_given_by_whoever_runs_the_server() {
    let kept = "Admin admin ADMIN Adm1n ADMlN Ádmin Admin2 2admin-x el-admin Sistema System S1stema SISTEMA sistema_1 \
                Operador operator Administrador Moderador Tertulia TERTULlA Servidor2 El-Servidor server-1 \
                el_servidor_2024";
    for raw in kept.split(' ').filter(|raw| !raw.starts_with('2')) {
        assert_eq!(Name::new(raw), Err(NameError::Reserved), "{raw}");
        assert_eq!(Name::given(raw).map(|name| name.is_reserved()), Ok(true), "{raw}");
        assert_eq!(Name::known(raw), Name::given(raw), "{raw}");
    }
    for raw in "Adminda Sistemas Systemina Operadora Tertuliana Roberto root Modesto".split(' ') {
        name(raw);
    }
}

/// A member's line is `Name: words`, and the client knows a question by its words: none may be somebody's name.
#[test]
fn names_that_the_client_goes_by_are_reserved() {
    let source = file("src/bin/tertulia/prompt_parser.rs");
    let questions =
        source.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split_once(": \", Question::"));
    let questions: Vec<&str> = questions.map(|(words, _)| words).collect();
    assert!(questions.contains(&"Contraseña") && questions.contains(&"Nueva contraseña"), "{questions:?}");
    for word in questions.iter().filter(|words| !words.contains(' ')) {
        for raw in [
            word.to_string(),
            word.to_uppercase(),
            format!("a{word}"),
            format!("{word}b"),
            format!("a-{word}_1"),
        ] {
            assert_eq!(Name::new(&raw), Err(NameError::Reserved), "{raw}");
        }
    }
}

#[test]
fn names_that_somebody_has_already_are_known_though_they_are_kept() {
    for raw in "Contraseña Password2 Admin Servidor2 Tu TU".split(' ') {
        assert!(Name::new(raw).is_err(), "{raw}");
        assert_eq!(Name::known(raw).as_ref().map(Name::as_str), Ok(raw));
    }
    assert_eq!(Name::known("ana b"), Err(NameError::Spaced));
}

/// The one of `names` who is meant by what is typed.
fn meant(typed: &str, names: &[&str]) -> Option<usize> {
    let names: Vec<Name> = names.iter().map(|raw| name(raw)).collect();
    let typed = name(typed);
    let alike = names.iter().enumerate().filter(|(_, name)| name.skeleton().clashes(&typed.skeleton()));
    // Each may be found twice.
    let found = typed.meant(alike.clone().chain(alike.clone()));
    assert_eq!(found, typed.meant(alike.rev()), "in whatever order they are found");
    found
}

#[test]
fn name_as_it_is_typed_means_the_one_person_it_can_be() {
    assert_eq!(meant("maria", &["María", "Luis"]), Some(0));
    assert_eq!(meant("MARÍA", &["Luis", "Maria"]), Some(1));
    assert_eq!(meant("Maria", &["María", "Maria"]), Some(1), "exactly so");
    assert_eq!(meant("María", &["María", "Maria"]), Some(0));
    assert_eq!(meant("maria", &["María", "Maria"]), Some(1), "but for the case");
    assert_eq!(meant("MARÍA", &["María", "Maria"]), Some(0));
    assert_eq!(meant("Mária", &["María", "Maria"]), None, "it could be either");
    assert_eq!(meant("maria", &["Maria", "MARIA"]), None);
    assert_eq!(meant("MARIA", &["Maria", "MARIA"]), Some(1));
    assert_eq!(meant("Pepe", &["María", "Maria"]), None);
}

#[test]
fn name_holds_only_letters_marks_digits_hyphen_and_underscore() {
    for c in '\0'..=char::MAX {
        if let Ok(name) = Name::new(&c.to_string()) {
            let first = name.as_str().chars().next().unwrap();
            assert_eq!(first.general_category_group(), GeneralCategoryGroup::Letter, "U+{:04X}", c as u32);
            assert!(!Text::clean(name.as_str()).is_blank(), "U+{:04X}", c as u32);
        }
        for before in ["a", "क", "ب", "日"] {
            if let Ok(name) = Name::new(&format!("{before}{c}")) {
                assert!(name.as_str().chars().all(belongs_in_names), "{before} U+{:04X}", c as u32);
                assert_eq!(Text::clean(name.as_str()).as_str(), name.as_str(), "U+{:04X}", c as u32);
            }
        }
    }
}

fn belongs_in_names(c: char) -> bool {
    use GeneralCategoryGroup::{Letter, Mark};
    matches!(c, '-' | '_')
        || matches!(c.general_category_group(), Letter | Mark)
        || c.general_category() == GeneralCategory::DecimalNumber
}

#[test]
fn look_alikes_clash() {
    for (why, alike) in [
        ("case", "Juan juan JUAN jUaN"),
        ("case", "María MARÍA mari\u{301}a"),
        ("case of more than one letter", "Straße STRASSE strasse"),
        ("case at the end of a word", "νίκος νίκοσ ΝΊΚΟΣ"),
        ("case", "Дарья ДАРЬЯ дарья"),
        ("case with a dot", "İbrahim ibrahim"),
        ("small L for capital I", "Iván lván"),
        ("small L for capital I", "GLORIA GLORlA GL0RIA GL0R1A"),
        ("capital I or one for small L", "paypal paypaI paypa1"),
        ("zero for O", "Bob B0b"),
        ("zero for O, and capital I", "ino In0"),
        ("r and n for m", "Carmen Carrnen"),
        ("a whole name in Cyrillic", "Coco Сосо"),
        ("a whole name in Cyrillic capitals", "coco СОСО"),
        ("a whole name in Cyrillic", "App Арр"),
        ("a whole name in Greek", "ANNA ΑΝΝΑ"),
        ("a whole name in Greek capitals", "anna ΑΝΝΑ"),
        ("a whole name in Cyrillic capitals", "mama МАМА"),
        ("katakana and kanji", "力工 カエ"),
        ("katakana and hiragana", "へ ヘ"),
        ("a dot on a dot", "Maria Mari\u{307}a"),
        ("marks", "José Jose JOSÉ JOSE josé Jòse Jõsë"),
        ("marks", "Ángela Angela ÁNGELA angela A\u{301}ngela"),
        ("marks", "ÁNGEL angel Àngel"),
        ("marks", "Zoë Zoe zoé"),
        ("marks", "François Francois FRANCOIS"),
        ("marks", "Åsa Asa Äsa"),
        ("marks", "Çağrı Cagri"),
        ("marks", "Żółw Zołw"),
        ("marks", "Nguyễn Nguyen NGUYỄN NGUYEN"),
        ("marks", "Ọlá\u{300} Olà ola"),
        ("marks in Greek", "Γιώργος Γιωργος ΓΙΏΡΓΟΣ ΓΙΩΡΓΟΣ"),
        ("marks in Greek", "Μαΐου Μαιου ΜΑΪΟΥ"),
        ("marks beside the tilde", "Muñoz muñóz MUÑOZ mun\u{303}oz mu\u{1E47}\u{303}oz"),
        ("stress", "Ива\u{301}н Иван"),
        ("a whole name in Cyrillic, with stress", "Cóco Со\u{301}со Coco Сосо"),
        ("one vowel typed in two parts", "ทำ ท\u{E4D}า"),
    ] {
        let first = alike.split(' ').next().unwrap();
        for other in alike.split(' ') {
            assert!(clash(first, other), "{why}: {first} {other}");
        }
    }
}

#[test]
fn different_names_do_not_clash() {
    for different in [
        "Ana Anna Anne Ona Inna",
        "Juan Joan Juana Juani Jean Iván Ibán",
        "María Mario Marta Marla Marisa",
        "iván lván",
        "José Josefa Joselu",
        "Pena Peña",
        "Begona Begoña",
        "Ano Año",
        "Łukasz Lukasz",
        "Đorđe Dorde",
        "Søren Soren",
        "Ħal Hal",
        "Θώμη Ομη",
        "Андрей Андреи",
        "Алёна Алена",
        "Їжак Іжак",
        "Ѓорѓи Горги",
        "محمد مُحَمَّد",
        "कि क",
        "Eva Ewa Evo",
        "Luis Luisa Luz",
        "ana2 ana-2 ana_2 ana22 ana20",
        "bot1 bot2 bot11 bot111 bot10 bot100",
        "Саша Маша Даша Дарья",
        "太郎 次郎 大郎 花子",
        "김철수 김철호",
        "محمد محمود احمد",
        "दीप्ति दीपिका",
        "สมชาย สมหญิง",
    ] {
        for (at, a) in different.split(' ').enumerate() {
            for b in different.split(' ').skip(at + 1) {
                assert!(!clash(a, b), "{a} {b}");
            }
        }
    }
}

#[test]
fn numbered_names_are_all_different() {
    let numbered = |prefix: &'static str, n: usize| (0..n).map(move |i| format!("{prefix}{i}"));
    let mut keys = [HashSet::new(), HashSet::new()];
    for raw in numbered("u", 20_001).chain(numbered("persona_", 2_000)).chain(numbered("Alumno-", 2_000)) {
        let hashes = name(&raw).skeleton().hashes();
        for (keys, hash) in keys.iter_mut().zip(hashes) {
            assert!(keys.insert(hash), "{raw} clashes with one before it");
        }
    }
}

/// A randomised hasher has other keys in another thread.
#[test]
fn hashes_are_the_same_each_time() {
    let hashes = || name("María").skeleton().hashes();
    assert_eq!(hashes(), std::thread::spawn(hashes).join().unwrap());
}

/// Strings of letters that look like others, and of what must never get in.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(
            "aIl1i0OomrnMсСοΟσςßẞİı\u{307}\u{301}\u{323}éÉ2_-कि\u{94D}\u{93C}محّ太ー一へヘ김ำาต"
                .chars().collect::<Vec<_>>()
        ),
        1 => prop::sample::select("\u{200B}\u{200D}\x1b[\u{202E}\u{FE0F} \t٢२".chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ];
    prop::collection::vec(piece, 0..8).prop_map(String::from_iter)
}

/// A word in small letters, and again with some of them large.
fn any_case() -> impl Strategy<Value = (String, String)> {
    let letter =
        prop::sample::select("abcdefghijklmnñopqrstuvwxyzáéíóúçşžαάιΐωώ".chars().collect::<Vec<_>>());
    prop::collection::vec((letter, any::<bool>()), 1..NAME_MAX_CHARS).prop_map(|letters| {
        let plain = letters.iter().map(|&(c, _)| c).collect();
        let other =
            letters.iter().map(|&(c, up)| if up { c.to_uppercase().next().unwrap() } else { c }).collect();
        (plain, other)
    })
}

fn any_letter() -> impl Strategy<Value = char> {
    let greek = prop::sample::select("αβγδεζηθικλμνξοπρστυφχψω".chars().collect::<Vec<_>>());
    prop_oneof![4 => prop::char::range('a', 'z'), 1 => prop::char::range('A', 'Z'), 2 => greek, 1 => prop::sample::select(vec!['ł', 'ø', 'đ', 'ß', 'ŋ', 'ñ'])]
}

proptest! {
    #[test]
    fn name_of_any_kind_is_fit_for_a_screen(raw in nasty()) {
        if let Ok(name) = Name::new(&raw) {
            let text = name.as_str();
            prop_assert!(text.chars().all(belongs_in_names));
            prop_assert!((1..=NAME_MAX_CHARS).contains(&text.chars().count()));
            prop_assert!(is_nfc(text));
            let cleaned = Text::clean(text);
            prop_assert_eq!(cleaned.as_str(), text);
            prop_assert_eq!(Name::new(text), Ok(name.clone()));
            prop_assert!(name.skeleton().clashes(&name.skeleton()));
        }
    }

    #[test]
    fn names_clash_if_and_only_if_they_share_a_hash(a in nasty(), b in nasty()) {
        if let (Ok(a), Ok(b)) = (Name::new(&a), Name::new(&b)) {
            clash(a.as_str(), b.as_str());
        }
    }

    /// Any Latin or Greek word, and the same with other marks on its letters.
    #[test]
    fn marks_never_tell_two_names_apart(letters in prop::collection::vec((any_letter(), 0..4_usize, 0..4_usize), 1..8)) {
        let with = |mark: usize, letter: char| [letter.to_string(), ["", "\u{301}", "\u{308}", "\u{323}"][mark].to_owned()].concat();
        let first: String = letters.iter().map(|&(letter, mark, _)| with(mark, letter)).collect();
        let second: String = letters.iter().map(|&(letter, _, mark)| with(mark, letter)).collect();
        if let (Ok(_), Ok(_)) = (Name::new(&first), Name::new(&second)) {
            prop_assert!(clash(&first, &second), "{} {}", first, second);
        }
    }

    #[test]
    fn case_never_tells_two_names_apart((plain, other) in any_case()) {
        if let (Ok(_), Ok(_)) = (Name::new(&plain), Name::new(&other)) {
            prop_assert!(clash(&plain, &other));
        }
    }
}

/// Letters of ASCII have a short way of their own, on which a name looks as it does on the long one.
#[test]
fn ascii_names_look_as_all_their_letters_together_do() {
    let folded = |text: &str| text.chars().default_case_fold().collect::<String>();
    let settled = |mut text: String| {
        (0..8).for_each(|_| text = skeleton(&folded(&text)).collect());
        text
    };
    let hash = |text: String| {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        hasher.finish()
    };
    let letters = || ('0'..='9').chain('A'..='Z').chain('a'..='z').chain(['-', '_']);
    for first in letters().filter(char::is_ascii_alphabetic) {
        for pair in letters().flat_map(|one| letters().map(move |other| [one, other])) {
            let word = format!("{first}{}{}", pair[0], pair[1]);
            let Ok(name) = Name::known(&word) else { continue };
            let [folded, drawn] = [settled(folded(&word)), settled(skeleton(&word).collect())];
            assert_eq!(name.skeleton().hashes(), [hash(folded), hash(drawn)], "{word}");
        }
    }
}

#[test]
fn names_and_words_cross_a_thread_as_they_are() {
    let (name, words) = (Name::new("Juan").expect("a good name"), Text::clean("hola"));
    let sent = (name.clone(), words.clone());
    let back = std::thread::spawn(move || sent).join().expect("it does not panic");
    assert_eq!(back, (name, words));
}
