//! What to tell where a function is not known or called in the wrong way.

use super::builtins::{ANY, Builtin};
use super::code::Signature;
use super::fault::Fault;
use super::library::Functions;
use super::node::Node;
use super::special::SPECIAL_FORMS;
use crate::transform::Transform;

/// Clojure's words that pgloader 4 would take, and what to write instead.
const CLOJURE: [(&str, &str); 5] = [
    ("str", "concatenate"),
    ("subs", "subseq"),
    ("when-not", "unless"),
    ("when-let", "let"),
    ("nil?", "null"),
];

/// The fault that there is no such function, with those there are.
pub(super) fn unknown(name: &str, head: &Node, functions: &Functions) -> Fault {
    let fault = Fault::new(head.range.clone(), format!("there is no function `{name}`"));
    if let Some((_, instead)) = CLOJURE.iter().find(|(word, _)| *word == name) {
        return fault.hint(format!("this is Clojure: write `{instead}`, as in Common Lisp"));
    }
    let mut known: Vec<&str> = Builtin::all()
        .map(|builtin| builtin.name)
        .chain(Transform::all().map(|transform| transform.name))
        .chain(functions.names())
        .chain(SPECIAL_FORMS)
        .collect();
    known.sort_unstable();
    known.dedup();
    let list = format!("the functions are {}", known.join(", "));
    match nearest(name, &known) {
        Some(near) => fault.hint(format!("did you mean `{near}`? {list}")),
        None => fault.hint(list),
    }
}

fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    const FARTHEST: usize = 2;
    let distances = known.iter().map(|known| (distance(name, known), *known));
    distances.min().filter(|(distance, _)| *distance <= FARTHEST.min(name.len() / 3)).map(|(_, near)| near)
}

/// How many characters have to be added, taken away or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, char) in one.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], index + 1);
        for (column, known) in other.iter().enumerate() {
            let changed = corner + usize::from(char != *known);
            corner = row[column + 1];
            row[column + 1] = changed.min(corner + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

/// `1 value`, `2 to 3 values`.
pub(super) fn counted(signature: &Signature) -> String {
    match (signature.least, signature.most) {
        (1, 1) => "1 value".to_owned(),
        (least, most) if least == most => format!("{least} values"),
        (least, ANY) => format!("{least} values or more"),
        (least, most) => format!("{least} to {most} values"),
    }
}
