//! The same answers for people: Markdown.

use std::io::{self, Write};

use super::{
    super::{
        Head,
        markdown::{code, sentence},
    },
    Answered, QUESTIONS, Shown, answered, controls, lens, levels, outcome, short,
};

/// Writes them.
pub fn write(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# AWS Well-Architected Tool: performance efficiency\n")?;
    let accounts = head.scan.accounts.iter().map(|account| code(account)).collect::<Vec<_>>().join(", ");
    writeln!(
        out,
        "Prepared by rung {} from scan {} of {accounts}.",
        sentence(&head.rung.version),
        code(&head.scan.id)
    )?;
    if !head.scan.complete {
        writeln!(out, "The scan was cut short: what was not read is unknown.")?;
    }
    writeln!(
        out,
        "Ids of questions and choices are those of the lens {} of {}. Select only what you can stand for: \"shown\" is what the evidence, or a named person, shows.",
        code(lens::ALIAS),
        lens::VERSION
    )?;
    for question in &QUESTIONS {
        let answered = answered(head, question);
        writeln!(out, "\n## {}. {}\n\n`{}`\n", question.number, question.title, question.id)?;
        for control in controls(head, &answered) {
            writeln!(out, "- {}", sentence(&levels(control)))?;
        }
        writeln!(out, "\n| practice | | shown | why |\n|---|---|---|---|")?;
        answered.iter().try_for_each(|one| row(one, out))?;
    }
    Ok(())
}

fn row(one: &Answered<'_>, out: &mut dyn Write) -> io::Result<()> {
    let shown = match one.shown {
        Shown::Yes => "**shown: select it**",
        Shown::No => "not shown",
        Shown::Unknown => "unknown",
        Shown::NotApplicable => "nothing it speaks about",
        Shown::ForPeople => "for people",
    };
    let criteria = one.rests_on.iter().chain(&one.speaks);
    let why: Vec<_> =
        criteria.map(|c| format!("{} {}: {}", code(&short(&c.id)), outcome(c.outcome), sentence(&c.why))).collect();
    let title = sentence(one.choice.title);
    writeln!(out, "| {} `{}` | {title} | {shown} | {} |", one.choice.practice, one.choice.id, why.join(" · "))
}
