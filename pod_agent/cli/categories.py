"""``categories``: the person's rules and corrections - what a merchant is called and which category it has."""

from __future__ import annotations

from pathlib import Path

import click

from pod_agent.cli.options import Context, common, show_json, show_table

__all__ = ["COMMANDS"]


@click.group()
def categories() -> None:
    """Your own names and categories for what you pay."""


@categories.command("list")
@common
def list_rules(context: Context, *, as_json: bool) -> None:
    """Your rules: a text that statements hold, the merchant's name, its category."""
    rules = context.agent().meanings.rules().rules
    if as_json:
        show_json([{"pattern": rule.pattern, "name": rule.name, "category": rule.category} for rule in rules])
        return
    show_table("Rules", ("pattern", "name", "category"), ((rule.pattern, rule.name, rule.category) for rule in rules))


@categories.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@common
def import_rules(context: Context, file: Path, *, as_json: bool) -> int:
    """Add rules from a CSV file with the columns pattern, name, category; a rule with an old pattern replaces it."""
    changed = context.agent().meanings.import_rules(_text(file.read_bytes()))
    usable = changed.added + changed.replaced + changed.unchanged
    if as_json:
        show_json(
            {
                "added": changed.added,
                "replaced": changed.replaced,
                "unchanged": changed.unchanged,
                "rejected": [{"line": row.line, "reason": row.reason} for row in changed.bad],
                "changed": changed.transactions,
            }
        )
    else:
        click.echo(
            f"{changed.added} rules added, {changed.replaced} replaced, {changed.unchanged} known already;"
            f" {_transactions(changed.transactions)} changed."
        )
        for row in changed.bad:
            click.echo(f"  line {row.line}: {row.reason}")
    return 3 if changed.bad and not usable else 0


@categories.command("export")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@common
def export_rules(context: Context, file: Path | None, *, as_json: bool) -> None:
    """Write your rules as CSV, into a file or to standard output."""
    from pod_agent.storage import write_private

    meanings = context.agent().meanings
    text = meanings.export_rules()
    if file is not None:
        write_private(file, text.encode())
    if as_json:
        show_json({"rules": len(meanings.rules()), "file": str(file) if file else None})
    elif file is None:
        click.echo(text, nl=False)
    else:
        click.echo(f"{len(meanings.rules())} rules written to {file}.")


@categories.command("set")
@click.argument("iri")
@click.argument("category")
@click.option("--merchant", help="What the merchant is called.")
@click.option("--only-this", is_flag=True, help="Leave all other transactions as they are: make no rule.")
@common
def set_category(
    context: Context, iri: str, category: str, *, merchant: str | None, only_this: bool, as_json: bool
) -> None:
    """Say what a transaction is; all with the same merchant follow, now and in later imports."""
    done = context.agent().correct(iri, category, merchant=merchant, only_this=only_this)
    if as_json:
        show_json({"pattern": done.rule.pattern if done.rule else None, "changed": done.transactions})
        return
    made = f"Rule made: {done.rule.pattern!r} is {category}." if done.rule else "Corrected this transaction alone."
    click.echo(f"{made} {_transactions(done.transactions).capitalize()} changed.")


@categories.command("remove")
@click.argument("pattern")
@common
def remove_rule(context: Context, pattern: str, *, as_json: bool) -> None:
    """Take a rule back; its transactions are again what they were without it."""
    changed = context.agent().meanings.remove_rule(pattern)
    if as_json:
        show_json({"changed": changed})
    else:
        click.echo(f"Rule removed; {_transactions(changed)} changed.")


@categories.command("ask")
@common
def ask(context: Context, *, as_json: bool) -> None:
    """Transfers that have several equally good other sides: look at them."""
    agent = context.agent()
    rows = [
        {
            "iri": agent.pod.root + row.iri,
            "date": row.at.date().isoformat(),
            "amount": f"{row.amount.amount} {row.amount.currency}",
            "account": row.account,
            "text": row.description,
        }
        for row in agent.meanings.ask()
    ]
    if as_json:
        show_json(rows)
        return
    cells = [(row["date"], row["amount"], row["account"], row["text"]) for row in rows]
    show_table("Transfers whose other side is not sure", ("date", "amount", "account", "text"), cells, numbers=(1,))


def _text(content: bytes) -> str:
    """The text of a file as spreadsheets write it: UTF-8, UTF-16 with a mark, or Windows' own Western code."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _transactions(number: int) -> str:
    return f"{number:,} transaction{'' if number == 1 else 's'}"


COMMANDS = (categories,)
