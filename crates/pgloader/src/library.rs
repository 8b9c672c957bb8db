//! `--load-lisp-file`: functions of the user's own for `USING`.

use std::path::{Path, PathBuf};

use pgloader_core::expression::Library;

use crate::files::read_text;

/// What names of Lisp files end in.
const SUFFIXES: [&str; 4] = ["lisp", "lsp", "cl", "asd"];

/// The functions of all these files; of two that have one name the later one holds.
pub fn read(files: &[PathBuf]) -> Result<Library, String> {
    files.iter().try_fold(Library::default(), |library, file| add(&library, file))
}

fn add(library: &Library, file: &Path) -> Result<Library, String> {
    let suffix = file.extension().map(|suffix| suffix.to_ascii_lowercase());
    if !SUFFIXES.iter().any(|known| suffix.as_deref() == Some((*known).as_ref())) {
        return Err(format!(
            "{} is no Lisp file: its name must end in one of .{}",
            file.display(),
            SUFFIXES.join(", .")
        ));
    }
    let text = read_text(file).map_err(|error| error.to_string())?;
    library.with_file(&file.display().to_string(), &text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_refused_by_their_names() {
        for name in ["f", "f.clj", "lisp"] {
            let error = read(&[name.into()]).unwrap_err();
            assert!(error.starts_with(&format!("{name} is no Lisp file")), "{error}");
        }
        let error = read(&["/nowhere.LISP".into()]).unwrap_err();
        assert!(error.contains("cannot read /nowhere.LISP"), "{error}");
    }
}
