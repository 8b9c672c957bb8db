//! Bounds the work that malformed records cost.

use std::io::Read;

use super::dialect::LineEnd;
use super::fault::Fault;
use super::lines::LineCounter;
use super::record::Step;
use super::records::{Found, Malformed, Records, visible};
use super::state::State;

/// A run of the splitter that began at a line and failed only after it.
///
/// Outside quotes a line end ends a record. So every run that is still going at a line end is inside quotes there,
/// and two that are so at the same line end go on alike. A record that begins after the one that failed and does
/// not end on its own first line is therefore known to fail too, or to get at least as far: its bytes need not be
/// looked at again. Without this, a file in which each line opens a quote that is not closed would be read once
/// for each of its lines.
#[derive(Debug)]
pub(super) struct Doomed {
    /// Where the run stands, counted from `origin`.
    state: State,
    origin: u64,
    /// The end of what the run covers, in bytes from the start of the text.
    end: u64,
    /// Why and where it failed, counted from `origin`; `None` where it may go on.
    malformed: Option<Malformed>,
    /// The place that the complaint names.
    mark: LineCounter,
}

/// Knowing of a run that failed how later ones end.
impl<R: Read> Records<R> {
    /// Where the record begins on a line that the failed run went over: looks at its first line only, and if it
    /// does not end there, lets it share that run's fate: it goes on where that stopped.
    #[cold]
    pub(super) fn share_fate(&mut self) -> Option<Found> {
        let line_end = self.doomed_line_end()?;
        let line = &visible(&self.buffer, &self.rules)[..line_end];
        let step = self.splitter.split(line, false);
        if step != Step::More {
            return self.settle(step);
        }
        self.splitter.state().open_quote()?;
        let doomed = self.doomed.as_ref()?;
        let moved = (self.buffer.origin() - doomed.origin) as usize;
        self.shares_fate = true;
        self.splitter.resume(doomed.state.moved(moved));
        let malformed = doomed.malformed?;
        Some(Found::Malformed(Malformed { at: malformed.at.wrapping_sub(moved), ..malformed }))
    }

    /// The end of the line at the buffer's start, if the failed run went over it.
    fn doomed_line_end(&mut self) -> Option<usize> {
        let doomed = self.doomed.as_ref()?;
        let start = self.buffer.start();
        let origin = self.buffer.origin();
        if doomed.end <= origin + start as u64 {
            self.doomed = None;
            return None;
        }
        let visible = visible(&self.buffer, &self.rules);
        let covered = visible.len().min((doomed.end - origin) as usize);
        match self.rules.dialect.line_end(&visible[start..covered], false, false) {
            LineEnd::At(len) => Some(start + len),
            LineEnd::NotBefore(_) => None,
        }
    }

    /// Tells what is wrong with the record at the buffer's start, and remembers how far it was looked at.
    pub(super) fn explain(&mut self, malformed: Malformed) -> String {
        let line = self.line();
        let origin = self.buffer.origin();
        let mut mark = match &self.doomed {
            Some(doomed) if self.shares_fate => doomed.mark.clone(),
            _ => self.lines.clone(),
        };
        let fault_line = mark.advance(self.buffer.bytes(), origin, origin + malformed.at as u64);
        self.remember(malformed, mark);
        self.tell(malformed.fault, line, fault_line)
    }

    fn remember(&mut self, malformed: Malformed, mark: LineCounter) {
        let state = self.splitter.state();
        let may_go_on = matches!(malformed.fault, Fault::TooWide { .. });
        let end = match malformed.fault {
            Fault::TextAfterQuote => malformed.at,
            _ => state.at,
        };
        let origin = self.buffer.origin();
        let known = self.doomed.as_ref().map_or(0, |doomed| doomed.end);
        let end = origin + end as u64;
        if end > known {
            let malformed = (!may_go_on).then_some(malformed);
            self.doomed = Some(Doomed { state, origin, end, malformed, mark });
        }
    }
}
