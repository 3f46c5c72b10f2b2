//! An account in the sets of evidence that are compared: which subject is which, and how each comes out after each step.

use std::collections::HashMap;

use super::{plan::Which, subjects::Code};
use crate::{
    facts::Kind,
    model::{Evidence, EvidenceSet},
};

/// No evidence of a subject in a set.
const NONE: u32 = u32::MAX;

/// An account in up to three sets of evidence, its subjects numbered.
pub(super) struct Account<'s> {
    pub(super) sets: [Option<&'s EvidenceSet>; 3],
    /// By set and evidence: the subject.
    numbers: [Vec<u32>; 3],
    /// By subject: its evidence in each set.
    pub(super) subjects: Vec<[u32; 3]>,
}

fn set_of(which: Which) -> usize {
    match which {
        Which::Before | Which::Older => 0,
        Which::Through => 1,
        Which::After => 2,
    }
}

impl<'s> Account<'s> {
    pub(super) fn new(sets: [Option<&'s EvidenceSet>; 3]) -> Self {
        let mut known: HashMap<(Kind, &str), u32> = HashMap::new();
        let mut subjects: Vec<[u32; 3]> = Vec::new();
        let mut number = |place: usize, set: Option<&'s EvidenceSet>| -> Vec<u32> {
            let evidence = set.map(|set| set.evidence.as_slice()).unwrap_or_default();
            let one = |(at, one): (usize, &'s Evidence)| {
                let number = *known.entry((one.facts.kind(), &*one.subject.arn)).or_insert_with(|| {
                    subjects.push([NONE; 3]);
                    subjects.len() as u32 - 1
                });
                if let Some(at_place) = subjects.get_mut(number as usize).and_then(|own| own.get_mut(place)) {
                    *at_place = at as u32;
                }
                number
            };
            evidence.iter().enumerate().map(one).collect()
        };
        let [before, through, after] = sets;
        let numbers = [number(0, before), number(1, through), number(2, after)];
        Account { sets, numbers, subjects }
    }

    pub(super) fn evidence(&self, subject: u32, which: Which) -> Option<&'s Evidence> {
        let set = set_of(which);
        let at = *self.subjects.get(subject as usize)?.get(set)?;
        (*self.sets.get(set)?)?.evidence.get(at as usize)
    }

    pub(super) fn is_there(&self, subject: u32, which: Which) -> bool {
        self.subjects.get(subject as usize).and_then(|own| own.get(set_of(which))).is_some_and(|at| *at != NONE)
    }

    pub(super) fn number(&self, which: Which, evidence: u32) -> Option<u32> {
        self.numbers.get(set_of(which))?.get(evidence as usize).copied()
    }
}

/// The ways of all subjects under one criterion; the room is used again for the next.
pub(super) struct Ways {
    codes: Vec<Code>,
    stages: usize,
    pub(super) touched: Vec<u32>,
}

impl Ways {
    pub(super) fn new(subjects: usize, stages: usize) -> Self {
        Ways { codes: vec![Code::Absent; subjects * stages], stages, touched: Vec::new() }
    }

    pub(super) fn own(&mut self, subject: u32) -> &mut [Code] {
        let begin = subject as usize * self.stages;
        self.codes.get_mut(begin..begin + self.stages).unwrap_or_default()
    }
}
