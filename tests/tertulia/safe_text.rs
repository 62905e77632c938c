//! What somebody types cannot harm another person's screen, and nothing that can be seen is lost.

use proptest::prelude::*;
use tertulia::chat::Text;
use unicode_properties::{GeneralCategory, UnicodeEmoji, UnicodeGeneralCategory};

fn clean(raw: &str) -> String {
    Text::clean(raw).as_str().to_owned()
}

fn every_char() -> impl Iterator<Item = char> {
    '\0'..=char::MAX
}

/// Category Cf, and yet drawn: signs that enclose the digits behind them.
const VISIBLE_FORMATS: &str = "\u{600}\u{601}\u{602}\u{603}\u{604}\u{605}\u{6DD}\u{70F}\u{890}\u{891}\u{8E2}\
                               \u{110BD}\u{110CD}";

/// Every character with the property Bidi_Control.
const BIDI_CONTROLS: &str = "\u{61C}\u{200E}\u{200F}\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}\u{2066}\u{2067}\
                             \u{2068}\u{2069}";

/// Whether `c` is of those that must not come out: by the category that another crate gives it, and by the tables of
/// a third, whose skeletons leave out what Unicode calls ignorable.
fn is_unwanted(c: char) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator, Surrogate};
    match c {
        '\t' | '\u{200C}' | '\u{200D}' => false,
        _ if VISIBLE_FORMATS.contains(c) => false,
        _ => {
            matches!(c.general_category(), Control | Format | LineSeparator | ParagraphSeparator | Surrogate)
                || unicode_security::skeleton(c.encode_utf8(&mut [0; 4])).next().is_none()
        }
    }
}

/// Characters that end a line somewhere, and so stand between words.
const LINE_ENDS: &str = "\n\x0b\x0c\r\u{85}\u{2028}\u{2029}";

#[test]
fn characters_are_kept_or_removed_as_their_properties_say() {
    for c in every_char() {
        let removed = if LINE_ENDS.contains(c) { " " } else { "" };
        let expected = if is_unwanted(c) { removed.to_owned() } else { c.to_string() };
        assert_eq!(clean(&c.to_string()), expected, "U+{:04X}", c as u32);
        // In the middle of a line too: a letter and a snowman belong to no sequence.
        assert_eq!(clean(&format!("ñ{c}☃")), format!("ñ{expected}☃"), "U+{:04X}", c as u32);
    }
}

#[test]
fn bidi_controls_never_come_out() {
    for c in BIDI_CONTROLS.chars() {
        assert_eq!(clean(&format!("pago{c} 001 {c}{c}")), "pago 001 ");
    }
    assert_eq!(clean("factura\u{202E}fdp.exe"), "facturafdp.exe");
    assert_eq!(clean("\u{2067}abc\u{2069} \u{2066}def"), "abc def");
}

#[test]
fn words_of_every_kind_stay_as_they_are() {
    for words in [
        "",
        "Hola a todos!",
        "  dos  espacios, y\tun tabulador ",
        "¿Qué tal, señorita Núñez? ¡Bien! «Vale» – 3 €",
        "Привет, Даша",
        "مرحبا بالعالم ١٢٣",
        "שלום",
        "می\u{200C}خواهم",
        "ශ\u{0DCA}\u{200D}ර\u{0DD3}",
        "सर्वशक्तिमान",
        "こんにちは、世界",
        "안녕",
        "สวัสดี",
        "e\u{301} y combinada",
        "👍🏽 🇪🇸 👨\u{200D}👩\u{200D}👧 🎉",
        "❤\u{FE0F} ✈\u{FE0F} 👁\u{FE0F}\u{200D}🗨\u{FE0F} ©\u{FE0F}",
        "┌─┐ ∑ ≠ ½ ♞",
        "\u{FFFD} \u{E000}",
        "[31m no es nada sin lo de delante",
    ] {
        assert_eq!(clean(words), words);
        assert_eq!(Text::clean(words).to_string(), clean(words));
    }
}

#[test]
fn terminal_sequences_go_whole_and_the_words_around_them_stay() {
    for (raw, expected) in [
        // Title, clipboard, link, notification: OSC, in each of its spellings.
        ("\x1b]0;otro título\x07hola", "hola"),
        ("ho\x1b]0;otro título\x1b\\la", "hola"),
        ("ho\u{9D}2;otro título\u{9C}la", "hola"),
        ("\x1b]52;c;cm0gLXJmIC8=\x07hola", "hola"),
        ("\x1b]8;;http://malo.example\x1b\\aquí\x1b]8;;\x1b\\ mismo", "aquí mismo"),
        // The other strings: DCS, SOS, PM, APC.
        ("\x1bP$q\"p\x1b\\hola", "hola"),
        ("\u{90}+q544e\u{9C}hola", "hola"),
        ("\x1bXoculto\x1b\\hola", "hola"),
        ("\u{98}oculto\u{9C}hola", "hola"),
        ("\x1b^oculto\x1b\\hola", "hola"),
        ("\u{9E}oculto\u{9C}hola", "hola"),
        ("\x1b_Gf=24;AAAA\x1b\\hola", "hola"),
        ("\u{9F}oculto\u{9C}hola", "hola"),
        // Clearing, moving, colouring, switching modes: CSI.
        ("\x1b[2J\x1b[1;1Hhola", "hola"),
        ("ro\x1b[1;38;5;196mjo\x1b[0m", "rojo"),
        ("\u{9B}31mrojo\u{9B}m", "rojo"),
        ("\x1b[?1049h\x1b[?25lhola", "hola"),
        ("\x1b[2 qhola\x1b[!p", "hola"),
        ("\x1b[38:2::255:0:0mhola", "hola"),
        ("\x1b[5ihola\x1b[6n", "hola"),
        // Reset, save, other alphabets: short escapes.
        ("\x1bchola", "hola"),
        ("\x1b7ho\x1b8la\x1bM", "hola"),
        ("\x1b(0hola\x1b(B", "hola"),
        ("\x1b#8hola\x1b%G\x1b F", "hola"),
        ("\u{84}ho\u{8D}la\u{91}", "hola"),
        // Cut off: nothing of a sequence is left, and nothing of the words is lost.
        ("hola\x1b", "hola"),
        ("hola\x1b[", "hola"),
        ("hola\x1b[1;3", "hola"),
        ("hola\x1b(", "hola"),
        ("hola\u{9B}31", "hola"),
        ("\x1b]el resto de la línea", "el resto de la línea"),
        ("\u{9D}el resto de la línea", "el resto de la línea"),
        ("\x1bPel \x1b[1mresto\x1b[m", "el resto"),
        // One inside another, one broken by another.
        ("\x1b\x1b[31mhola", "hola"),
        ("\x1b[3\x1b[2Jhola", "hola"),
        ("\x1b[31\u{301}hola", "\u{301}hola"),
        ("\x1bñandú", "ñandú"),
        ("\x1b\\\u{9C}hola", "hola"),
        // Stray controls.
        ("ho\0la\0", "hola"),
        ("ho\x08\x7f\x07\x0e\x1fla", "hola"),
    ] {
        assert_eq!(clean(raw), expected, "{raw:?}");
    }
}

#[test]
fn line_ends_inside_a_line_keep_words_apart() {
    for c in LINE_ENDS.chars() {
        assert_eq!(clean(&format!("una{c}dos")), "una dos", "U+{:04X}", c as u32);
        assert_eq!(clean(&format!("\x1b[1m{c}ñ{c}")), " ñ ", "U+{:04X}", c as u32);
        assert!(Text::clean(&c.to_string()).is_blank());
    }
    assert_eq!(clean("secreto\rJuan: mentira\r\n"), "secreto Juan: mentira  ");
}

/// Words with as many marks as their scripts pile on one letter; the last of each line has four.
const MARKED: [&str; 9] = [
    "Tiếng Việt \u{1EC7} e\u{323}\u{302}\u{301} a\u{323}\u{302}\u{301}\u{331}",
    "Ἄᾼ ἄ\u{345} \u{3B1}\u{313}\u{301}\u{345}\u{304}",
    "שָׁלוֹם בְּרֵאשִׁ֖ית שָּׁ֣ה",
    "ٱللَّٰهُ مُحَمَّدٌ ل\u{651}\u{64E}\u{670}\u{653}",
    "ก็ ที่ น้ำ เปี๊ยก",
    "ख़ाँ क्षत्रिय र्\u{200D}य",
    "မျှော်လင့်ချက် မြှောက် ကျော် ကြွော့်",
    "བསྒྲུབས ཧཱུྃ ས\u{F92}\u{FB2}\u{F74}\u{F7E}",
    "ស្ត្រី 1\u{20E3} அம்மா ശ്രീ \u{1F441}\u{FE0F}\u{200D}\u{1F5E8}\u{FE0F}",
];

#[test]
fn marks_of_real_words_stay() {
    for words in MARKED {
        assert_eq!(clean(words), words, "{}", words.escape_unicode());
    }
}

/// Korean in letters, as macOS writes it, and old Korean; conjuncts in the scripts of India and beyond.
const JOINED: [&str; 8] = [
    "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}\u{110B}\u{1173}\u{11AF}\u{1106}\u{1175}\u{11AE}\u{1103}\u{1161}",
    "한글을 믿다 ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ ㅠㅠㅠㅠㅠㅠㅠㅠㅠㅠㅠㅠ",
    "\u{1107}\u{1109}\u{1100}\u{1169}\u{1161}\u{1175}\u{11AF}\u{11A8}\u{11BA} \u{A972}\u{119E}\u{D7E0}",
    "कार्त्स्न्य राष्ट्र स्त्री लक्ष्म्या नमस्ते",
    "வேர்ல்ட்ஸ் ஸ்ட்ரெங்த்ஸ் மார்க்ஸ்",
    "ശാസ്ത്രം സ്ത്രീ ರಾಷ್ಟ್ರ స్త్రీ",
    "ស្ត្រី អង្គ្លេស សាស្ត្រា",
    "พฺรหฺม สฺวากฺขาโต อင်္ဂလိပ် က္ကက္ခ",
];

#[test]
fn joined_letters_of_real_words_stay() {
    for words in JOINED {
        assert_eq!(clean(words), words, "{}", words.escape_unicode());
    }
}

#[test]
fn letters_join_up_to_eight_to_one() {
    // A first letter, and what joins it again and again.
    for (first, next, at_once) in [
        ("", "\u{1100}", 1),
        ("", "\u{A960}", 1),
        ("\u{1100}", "\u{1161}", 0),
        ("\u{AC00}", "\u{11A8}", 0),
        ("한", "\u{D7CB}", 0),
        ("", "\u{11A8}", 0),
    ] {
        for (count, kept) in [(8 + at_once, 8 + at_once), (9 + at_once, 8 + at_once), (1200, 8 + at_once)] {
            let line = |count: usize| format!("{first}{} y", next.repeat(count));
            assert_eq!(clean(&line(count)), line(kept), "{} {count}", next.escape_unicode());
            assert_eq!(
                clean(&format!("\x07{}", line(count))),
                line(kept),
                "{} {count}",
                next.escape_unicode()
            );
        }
    }
    for (letter, virama) in
        [("क", "\u{94D}"), ("ಕ", "\u{CCD}"), ("ក", "\u{17D2}"), ("ꦏ", "\u{A9C0}"), ("က", "\u{1039}")]
    {
        for between in ["", "\u{200D}", "\u{200C}\u{200D}"] {
            let line = |count: usize| format!("{letter}{}", [virama, between, letter].concat().repeat(count));
            assert_eq!(clean(&line(8)), line(8));
            let longest = clean(&line(400));
            assert_eq!(longest.matches(letter).count(), 401, "no letter is lost");
            let apart = [letter, between, letter].concat();
            let joined = longest.split(&apart).map(|run| run.matches(virama).count());
            assert!(joined.clone().count() > 40 && joined.max() == Some(8), "{longest}");
            assert_eq!(clean(&longest), longest);
        }
    }
}

#[test]
fn marks_pile_up_to_four_on_one_letter() {
    for mark in ["\u{301}", "\u{E47}", "\u{489}", "\u{64B}", "\u{20DD}", "\u{1DC4}", "\u{F71}", "\u{3099}"] {
        for before in ["z", "ñ", "日", "ก", "😀", " ", "", "1", "\u{903}"] {
            let piled = |marks: usize| format!("{before}{}", mark.repeat(marks));
            for marks in [1, 4] {
                assert_eq!(clean(&piled(marks)), piled(marks));
            }
            for marks in [5, 1200] {
                assert_eq!(clean(&piled(marks)), piled(4), "{}", mark.escape_unicode());
                let twice = piled(marks).repeat(2);
                if !before.is_empty() {
                    assert_eq!(clean(&twice), piled(4).repeat(2), "each letter has its own");
                }
            }
        }
        // Nothing that is not seen begins another letter, whether it stays or goes.
        for between in
            ["\u{200D}", "\u{200C}", "\u{200B}", "\u{34F}", "\u{FE0F}", "\x07", "\x1b[m", "\u{202E}"]
        {
            let shown = clean(&format!("z{}", [mark, between].concat().repeat(300)));
            assert_eq!(shown.matches(mark).count(), 4, "{}", between.escape_unicode());
        }
    }
    assert_eq!(clean("\u{301}\u{302}\u{303}\u{304}\u{305}"), "\u{301}\u{302}\u{303}\u{304}");
    assert_eq!(clean("z\u{301}\u{302}\x07\u{303}\u{304}\u{305}y"), "z\u{301}\u{302}\u{303}\u{304}y");
}

/// A flag of the part of a country that `tags` names.
fn flag(tags: &str) -> String {
    let tag = |c| char::from_u32(0xE0000 + c as u32).unwrap();
    format!("\u{1F3F4}{}\u{E007F}", tags.chars().map(tag).collect::<String>())
}

#[test]
fn flags_with_tags_stay_whole_and_other_tags_go() {
    for tags in ["gbeng", "gbsct", "gbwls", "ustx", "esct", "fr1", "jp13", "abcdef", "ab1234"] {
        let words = format!("¡{}! {}", flag(tags), flag(tags).repeat(2));
        assert_eq!(clean(&words), words, "{tags}");
        assert_eq!(clean(&format!("\x1b[1m{words}")), words, "behind something unsafe");
    }
    for tags in
        ["", "gb", "gbengla", "1bcde", "a1bcd", "gb-en", "gb en", "GBENG", "hola a todos", "gb\u{7f}ng"]
    {
        assert_eq!(clean(&flag(tags)), "\u{1F3F4}", "{tags}");
    }
    let cut = flag("gbeng").replace('\u{E007F}', "");
    assert_eq!(clean(&cut), "\u{1F3F4}", "without its end");
    assert_eq!(clean(&format!("{cut} x")), "\u{1F3F4} x");
    assert_eq!(clean(&flag("gbeng").replace('\u{1F3F4}', "\u{1F3F3}")), "\u{1F3F3}", "another flag");
    assert_eq!(clean(&format!("{}{}", flag("gbsct"), "\u{E0067}\u{E007F}")), flag("gbsct"), "one end");
    assert_eq!(clean("\u{1F3F4}\u{FE0F}\u{E0067}"), "\u{1F3F4}\u{FE0F}");
    assert_eq!(clean("\u{1F3F4}\u{200D}\u{2620}\u{FE0F}"), "\u{1F3F4}\u{200D}\u{2620}\u{FE0F}", "pirates");
}

#[test]
fn unseen_characters_smuggle_nothing() {
    // Tags, variation selectors and zero width characters carry hidden bytes elsewhere.
    assert_eq!(clean("hola\u{E0001}\u{E0068}\u{E0069}\u{E007F}"), "hola");
    assert_eq!(clean("😀\u{FE00}\u{E0101}\u{E01EF}"), "😀");
    assert_eq!(clean("ho\u{200B}\u{2060}\u{FEFF}\u{AD}\u{34F}la"), "hola");
    assert_eq!(clean("\u{3164}\u{115F}\u{1160}\u{FFA0}\u{17B4}\u{17B5}\u{180B}\u{180E}"), "");
    assert_eq!(clean("\u{FFF9}base\u{FFFA}nota\u{FFFB}"), "basenota");
}

#[test]
fn emoji_selector_stays_behind_emoji_once_and_never_behind_words() {
    use unicode_properties::GeneralCategoryGroup::{Letter, Mark, Separator};
    for c in every_char() {
        let out = clean(&format!("{c}\u{FE0F}\u{FE0F}\u{FE0F}"));
        let kept = out.chars().filter(|&c| c == '\u{FE0F}').count();
        if c.is_emoji_char() && !matches!(c, '#' | '*' | '0'..='9') {
            assert_eq!(kept, 1, "U+{:04X}", c as u32);
        } else if c.is_ascii() || matches!(c.general_category_group(), Letter | Mark | Separator) {
            assert_eq!(kept, 0, "U+{:04X}", c as u32);
        }
        assert!(kept <= 1, "U+{:04X}", c as u32);
    }
}

#[test]
fn text_that_shows_nothing_is_blank() {
    for raw in [
        "",
        " ",
        " \t ",
        "\u{A0}\u{2003}\u{3000}\u{202F}",
        "\u{200D}\u{200C}",
        "\u{3164}",
        "\u{2800}\u{2800}",
        "\u{200B}\u{FEFF}",
        "\u{E0041}",
        "\x1b[31m\x1b[0m",
        "\x1b]0;título\x07",
        "\r",
        "\u{FE0F}",
        "\u{13441}\u{13442}\u{1D159}\u{16FE4}",
    ] {
        assert!(Text::clean(raw).is_blank(), "{raw:?}");
    }
    for raw in [".", " a ", "\u{200D}a", "❤\u{FE0F}", "\u{FFFD}", "⠁", "ㅤㄱ", "\x1b]0;sin cerrar"] {
        assert!(!Text::clean(raw).is_blank(), "{raw:?}");
    }
}

#[test]
fn letters_digits_and_punctuation_are_never_blank() {
    use unicode_properties::GeneralCategoryGroup::{Letter, Number, Punctuation};
    for c in every_char().filter(|c| matches!(c.general_category_group(), Letter | Number | Punctuation)) {
        let empty = is_unwanted(c) || matches!(c, '\u{13441}' | '\u{13442}');
        assert_eq!(Text::clean(&c.to_string()).is_blank(), empty, "U+{:04X}", c as u32);
    }
}

/// A search from each opening to the end of the line would take hours here.
#[test]
fn line_of_openings_costs_what_its_length_costs() {
    assert_eq!(clean(&"\x1b]".repeat(1 << 20)), "");
    assert_eq!(clean(&"\u{90}\x1b".repeat(1 << 20)), "");
    assert_eq!(clean(&"\x1b[0".repeat(1 << 20)), "");
}

/// Strings made of what sequences are made of.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "\x1b", "\x1b[", "\x1b]", "\x1bP", "\x1b\\", "\x1b(", "\u{9B}", "\u{9C}", "\u{9D}", "\u{90}", "\x07",
            "\x18", "\r", "\n", "\t", "\0", "\x7f", "\u{202E}", "\u{2066}", "\u{200B}", "\u{200D}", "\u{FE0F}", "❤",
            "\u{E0041}", "\u{2028}", "0", "\u{1F3F4}", "\u{E0067}\u{E0062}\u{E0065}", "\u{E007F}", "\u{301}", "\u{30A}\u{30A}", ";", "31m", "m", "[", "]", "\\", "J", " ", "!", "ñ", "e\u{301}", "日", "😀",
        ])
        .prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Words and the sequences that a terminal takes without showing them.
fn coloured() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "hola",
        " ",
        "Juan",
        "[",
        "m",
        "31",
        "ñ",
        "日本",
        "\x1b[31m",
        "\x1b[m",
        "\x1b[1;38;5;9m",
        "\x1b]0;t\x07",
        "\x1b]2;t\x1b\\",
        "\x1b[?2004h",
        "\x1b(B",
        "\x1b=",
        "\x1bPq\x1b\\",
        "\x1b_a\x1b\\",
        "\x1b[0 q",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn safe_text_holds_nothing_forbidden(raw in nasty()) {
        let out = clean(&raw).replace(&flag("gbe"), "").replace(&flag("gbegbe"), "");
        prop_assert!(out.chars().all(|c| c == '\u{FE0F}' || !is_unwanted(c)), "{:?}", out);
        prop_assert!(!["\u{301}", "\u{30A}"].iter().any(|mark| out.contains(&mark.repeat(5))), "{:?}", out);
    }

    #[test]
    fn cleaning_twice_changes_nothing(raw in nasty()) {
        let once = clean(&raw);
        prop_assert_eq!(clean(&once), once);
    }

    #[test]
    fn safe_text_is_of_the_line_in_its_order(raw in nasty()) {
        let mut source = raw.chars();
        prop_assert!(clean(&raw).chars().all(|c| source.any(|s| s == c || c == ' ' && LINE_ENDS.contains(s))));
    }

    #[test]
    fn line_without_anything_unwanted_stays_as_it_is(raw in "[ -~\t¡-¬®-ÿΑ-ω一-龥😀-😎]{0,60}") {
        prop_assert_eq!(clean(&raw), raw);
    }

    /// A real terminal is the judge of what belongs to a sequence: it shows the cleaned line as it showed the raw one,
    /// but without colours and with its title untouched.
    #[test]
    fn terminal_shows_the_same_words(raw in coloured()) {
        let show = |bytes: &str| {
            let mut terminal = vt100::Parser::new(2, 200, 0);
            terminal.process(bytes.as_bytes());
            terminal
        };
        let (before, after) = (show(&raw), show(&clean(&raw)));
        prop_assert_eq!(before.screen().contents(), after.screen().contents());
        prop_assert_eq!(after.screen().contents_formatted(), show(&after.screen().contents()).screen().contents_formatted());
    }
}
