//! What tests and fuzzing read files with: pieces of any size, blocks parsed in any order.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what is not expected is a failed test")]

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pgloader_core::Row;
use pgloader_core::source::{Block, Blocks, Given, Intake, Parse, Stopped};

use super::cut::cut;
use super::parse::{AtOnce, Parser};
use super::records::Records;
use super::reference::Event;

/// What a reader hands over, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Collected {
    pub events: Vec<Event>,
    pub complaints: Vec<String>,
    pub nuls: u64,
    /// After how many rows to stop.
    pub rows_to_take: Option<usize>,
}

impl Intake for Collected {
    fn row(&mut self, row: Row<'_>) -> Result<Given, Stopped> {
        let text = |index| Some(String::from_utf8(row.field(index)?.to_vec()).unwrap());
        self.events.push(Event::Row((0..row.len()).map(text).collect()));
        if self.rows_to_take == Some(self.events.len()) { Err(Stopped) } else { Ok(Given::Taken) }
    }

    fn malformed(&mut self, raw: &[u8], why: &str) -> Result<(), Stopped> {
        self.events.push(Event::Malformed(raw.to_vec()));
        self.complaints.push(why.to_owned());
        Ok(())
    }

    fn malformed_rest(&mut self, raw: &[u8]) -> Result<(), Stopped> {
        match self.events.last_mut() {
            Some(Event::Malformed(all)) => all.extend_from_slice(raw),
            other => panic!("rest of {other:?}"),
        }
        Ok(())
    }

    fn skipped(&mut self) -> Result<(), Stopped> {
        self.events.push(Event::Skipped);
        Ok(())
    }

    fn stripped_nuls(&mut self, count: u64) {
        self.nuls += count;
    }
}

/// Hands out as many bytes at a time as the pattern says, over and over.
pub struct Dribble<'a> {
    pub bytes: &'a [u8],
    pub pattern: Vec<usize>,
    pub reads: usize,
}

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = self.pattern[self.reads % self.pattern.len()];
        self.reads += 1;
        let len = wanted.min(buffer.len()).min(self.bytes.len());
        buffer[..len].copy_from_slice(&self.bytes[..len]);
        self.bytes = &self.bytes[len..];
        Ok(len)
    }
}

/// Keeps blocks to be parsed later, and what comes between them.
#[derive(Default)]
pub struct Kept {
    pub blocks: Vec<Block>,
    rejects: Collected,
    /// How many rejects there were before each block.
    before: Vec<usize>,
}

impl Blocks for Kept {
    fn spare(&mut self) -> Result<Vec<u8>, Stopped> {
        Ok(vec![b'"'; 7])
    }

    fn block(&mut self, block: Block) -> Result<(), Stopped> {
        self.before.push(self.rejects.events.len());
        self.blocks.push(block);
        Ok(())
    }

    fn rejects(&mut self) -> &mut dyn Intake {
        &mut self.rejects
    }
}

/// Parses each block as soon as it is cut.
pub fn at_once<R: Read>(records: &mut Records<R>) -> Collected {
    let mut collected = Collected::default();
    let parser = Parser::new("f.csv".into(), Arc::clone(&records.rules), None);
    cut(records, &mut AtOnce::new(parser, &mut collected), &AtomicBool::new(false)).unwrap();
    collected
}

/// Cuts all blocks first, has several parsers parse them from the last to the first, and puts together what they give.
pub fn apart<R: Read>(records: &mut Records<R>, parsers: usize) -> Collected {
    let mut kept = Kept::default();
    cut(records, &mut kept, &AtomicBool::new(false)).unwrap();
    let rules = Arc::clone(&records.rules);
    let mut parsers: Vec<Parser> =
        (0..parsers).map(|_| Parser::new("f.csv".into(), Arc::clone(&rules), None)).collect();
    let mut parsed = Vec::new();
    for (number, block) in kept.blocks.iter_mut().enumerate().rev() {
        let (number_of_parsers, mut rows) = (parsers.len(), Collected::default());
        parsers[number % number_of_parsers].parse(block, &mut rows).unwrap();
        parsed.push(rows);
    }
    let mut all = Collected::default();
    let (mut events, mut complaints) = (kept.rejects.events.into_iter(), kept.rejects.complaints.into_iter());
    let mut taken = 0;
    for ((rows, block), before) in parsed.into_iter().rev().zip(&kept.blocks).zip(kept.before) {
        all.events.extend(events.by_ref().take(before - taken));
        all.complaints.extend(complaints.by_ref().take(before - taken));
        taken = before;
        assert_eq!(block.position, all.events.len() as u64, "records before a block");
        all.events.extend(rows.events);
        all.complaints.extend(rows.complaints);
        all.nuls += rows.nuls;
    }
    all.events.extend(events);
    all.complaints.extend(complaints);
    all
}
