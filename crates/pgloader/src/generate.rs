//! What is made from the definition of the command line: the man page and completions of shells.

use std::io::{self, Write as _};

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};
use pgloader_command::CommandKind;
use pgloader_core::option::{Argument, Form, OptionSpec};

use crate::cli::{Arguments, Generated};
use crate::registry;

/// Sections of the man page that the definition does not have: their titles and paragraphs.
const SECTIONS: [(&str, &[&str]); 3] = [
    (
        "EXIT STATUS",
        &[
            "0: done; rows may have been rejected, and the last line says so.",
            "1: something failed.",
            "2: wrong usage.",
            "4: SOURCE, TARGET or a clause given by an option cannot be read.",
            "5: --regress found a difference.",
            "130: interrupted.",
        ],
    ),
    (
        "ENVIRONMENT",
        &[
            "PGHOST, PGPORT, PGUSER, PGDATABASE, PGPASSWORD and the other variables of libpq say what a connection \
             string leaves out.",
            "AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_REGION and the other variables of AWS's tools say how S3 is \
             reached, AWS_S3_BUCKET_NAME in which bucket batches are staged.",
            "Any variable can stand in a load file as {{NAME}}.",
        ],
    ),
    (
        "FILES",
        &[
            "/tmp/pgloader/pgloader.log: the log.",
            "/tmp/pgloader/TABLE/TABLE.dat, .raw and .log: rejected rows as COPY text, rejected records as they were \
             read, and the reasons.",
            "~/.pgpass, ~/.pg_service.conf, ~/.aws: as PostgreSQL's and AWS's own tools read them.",
        ],
    ),
];

/// The text of what was asked for.
pub fn generate(what: Generated) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    match what {
        Generated::Man => man_page(&mut text)?,
        Generated::CompleteBash => completions(Shell::Bash, &mut text),
        Generated::CompleteZsh => completions(Shell::Zsh, &mut text),
        Generated::CompleteFish => completions(Shell::Fish, &mut text),
    }
    Ok(text)
}

fn completions(shell: Shell, text: &mut Vec<u8>) {
    clap_complete::generate(shell, &mut Arguments::command(), "pgloader", text);
}

fn man_page(text: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(Arguments::command()).manual("pgloader");
    man.render_title(text)?;
    man.render_name_section(text)?;
    man.render_synopsis_section(text)?;
    man.render_description_section(text)?;
    man.render_options_section(text)?;
    load_options().to_writer(text)?;
    for (title, paragraphs) in SECTIONS {
        section(title, paragraphs).to_writer(text)?;
    }
    text.flush()
}

fn section(title: &str, paragraphs: &[&str]) -> Roff {
    let mut page = Roff::new();
    page.control("SH", [title]);
    for paragraph in paragraphs {
        page.control("PP", []);
        page.text([roman(*paragraph)]);
    }
    page
}

/// The options of load files, as those who act on them declare them.
fn load_options() -> Roff {
    let mut page = Roff::new();
    page.control("SH", ["OPTIONS OF WITH"]);
    page.text([roman("In a load file behind WITH, with commas between; on the command line behind --with.")]);
    for option in registry::options(CommandKind::Csv) {
        page.control("TP", []);
        page.text(written(option));
        page.text([roman(format!("{} [default: {}]", option.help, option.default))]);
    }
    page
}

/// The ways to write an option.
fn written(option: &OptionSpec) -> Vec<Inline> {
    let mut line = Vec::new();
    for (index, form) in option.forms.iter().enumerate() {
        if index > 0 {
            line.push(roman(", "));
        }
        line.push(bold(form.words));
        line.push(italic(argument(form)));
    }
    line
}

fn argument(form: &Form) -> String {
    match form.argument {
        Argument::Says(_) | Argument::NotBuilt => String::new(),
        Argument::Number => " = N".to_owned(),
        Argument::Size => " = N kB|MB|GB".to_owned(),
        Argument::OneOf(words) => format!(" = {}", words.join("|")),
        Argument::Separator => " 'C'".to_owned(),
        Argument::LineEnd => r" 'C' | '\r\n'".to_owned(),
        Argument::Escape => " double-quote | backslash-quote | 'C'".to_owned(),
        Argument::Text => " 'TEXT'".to_owned(),
        Argument::DateFormat => " 'PATTERN'".to_owned(),
        Argument::Name => " NAME".to_owned(),
    }
}
