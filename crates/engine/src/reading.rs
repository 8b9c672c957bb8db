//! The threads between a source and the queue of batches: one that reads, and others where the source can be cut.

use std::sync::Arc;
use std::thread::{self, Scope};

use pgloader_core::catalog::Table;
use pgloader_core::load::OnError;
use pgloader_core::source::{Block, Blocks, Given, Intake, Parse, Part, Source, Split, Stopped};
use pgloader_core::{Error, Result, Row};

use crate::copy::{PanicGuard, Shared};
use crate::feeder::Feeder;

/// A malformed record at least so wide may be the first piece of one.
const PIECE: usize = 32 << 10;

/// The reading of one table, part after part.
pub(crate) struct Reading {
    pub(crate) shared: Arc<Shared>,
    pub(crate) source: Arc<dyn Source>,
    pub(crate) table: Table,
    pub(crate) parts: Vec<Part>,
    pub(crate) on_error: OnError,
}

impl Reading {
    /// Reads all parts, until there is no more, a failure, or the load is stopped. Afterwards the queue of batches is
    /// closed. Rows go into `encoders`, each filled on a thread of its own where the source can be cut; otherwise, or
    /// where there are none, into `feeder`.
    pub(crate) fn run(&self, mut feeder: Feeder, encoders: Vec<Feeder>) {
        let result = match self.source.split() {
            Some(split) if !encoders.is_empty() => self.read_in_threads(split, &mut feeder, encoders),
            _ => self.read_alone(&mut feeder),
        };
        match result {
            Ok(()) => feeder.finish(),
            Err(error) => self.shared.fail(error),
        }
        self.shared.queue.close();
    }

    fn read_alone(&self, feeder: &mut Feeder) -> Result<()> {
        self.in_turn(|_, part| {
            feeder.go_to(part, 0);
            self.source.read(&self.table, part, feeder)
        })
    }

    /// Reads the parts, of which one that cannot be read does not keep the others from being loaded, unless an error
    /// is to stop the load.
    fn in_turn(&self, mut read: impl FnMut(usize, &Part) -> Result<()>) -> Result<()> {
        for (number, part) in self.parts.iter().enumerate() {
            match read(number, part) {
                Err(error) if self.on_error == OnError::ResumeNext => self.shared.note_failure(error),
                other => other?,
            }
            if self.shared.is_stopped() {
                break;
            }
        }
        Ok(())
    }

    /// Cuts on this thread and encodes on others, which have ended afterwards.
    fn read_in_threads(&self, split: &dyn Split, rejects: &mut Feeder, encoders: Vec<Feeder>) -> Result<()> {
        thread::scope(|scope| {
            let _guard = PanicGuard(&self.shared, "the reader");
            for (number, feeder) in encoders.into_iter().enumerate() {
                self.start_encoder(scope, split, number, feeder)?;
            }
            let result = self.cut(split, rejects);
            self.shared.blocks.complete();
            result
        })
    }

    fn start_encoder<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        split: &'scope dyn Split,
        number: usize,
        feeder: Feeder,
    ) -> Result<()> {
        let encode = move || self.encode(split, feeder);
        match thread::Builder::new().name(format!("encoder-{number}")).spawn_scoped(scope, encode) {
            Ok(_) => Ok(()),
            Err(error) => {
                let error = Error::new(format!("cannot start a thread: {error}"));
                self.shared.fail(error.clone());
                Err(error)
            }
        }
    }

    fn cut(&self, split: &dyn Split, rejects: &mut Feeder) -> Result<()> {
        self.in_turn(|number, part| {
            rejects.go_to(part, 0);
            let mut blocks = Cut { shared: &self.shared, part: number, rejects: &mut *rejects };
            split.cut(&self.table, part, &mut blocks)
        })
    }

    /// Encodes blocks until there are none.
    fn encode(&self, split: &dyn Split, mut feeder: Feeder) {
        let _guard = PanicGuard(&self.shared, "an encoder");
        let mut parsers: Vec<Option<Box<dyn Parse + '_>>> = self.parts.iter().map(|_| None).collect();
        while let Some((number, mut block)) = self.shared.blocks.next() {
            let part = &self.parts[number];
            let parser = parsers[number].get_or_insert_with(|| split.parser(&self.table, part));
            feeder.go_to(part, block.position);
            if parser.parse(&mut block, &mut feeder).is_err() {
                return;
            }
            self.shared.blocks.give_back(block.bytes);
        }
        feeder.finish();
    }
}

/// What a part is cut into, on its way to the encoders.
struct Cut<'a> {
    shared: &'a Shared,
    part: usize,
    rejects: &'a mut Feeder,
}

impl Blocks for Cut<'_> {
    fn spare(&mut self) -> Result<Vec<u8>, Stopped> {
        self.shared.blocks.spare()
    }

    fn block(&mut self, block: Block) -> Result<(), Stopped> {
        self.shared.blocks.push(self.part, block)
    }

    fn rejects(&mut self) -> &mut dyn Intake {
        self
    }
}

/// Only malformed records come this way, and some of them in pieces, between which encoders may reject no other: no
/// block is handed over meanwhile.
impl Intake for Cut<'_> {
    fn row(&mut self, row: Row<'_>) -> Result<Given, Stopped> {
        self.rejects.row(row)
    }

    fn malformed(&mut self, raw: &[u8], why: &str) -> Result<(), Stopped> {
        if raw.len() >= PIECE {
            self.shared.blocks.wait_until_parsed()?;
        }
        self.rejects.malformed(raw, why)
    }

    fn malformed_rest(&mut self, raw: &[u8]) -> Result<(), Stopped> {
        self.rejects.malformed_rest(raw)
    }

    fn skipped(&mut self) -> Result<(), Stopped> {
        self.rejects.skipped()
    }

    fn stripped_nuls(&mut self, count: u64) {
        self.rejects.stripped_nuls(count);
    }
}
