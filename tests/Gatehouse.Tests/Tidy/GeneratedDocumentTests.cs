using Gatehouse.Actions;
using Gatehouse.Cli;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Tidy;

/// <summary>Documents that are generated say what the program says; GATEHOUSE_APPROVE=1 writes them anew.</summary>
public sealed class GeneratedDocumentTests
{
    [Fact]
    public void The_document_of_refusals_is_what_the_table_says() =>
        Approved.Matches("docs/refusals.md", RefusalDocument.Text());

    [Fact]
    public void Every_reason_of_a_refusal_is_its_own()
    {
        var reasons = Enum.GetValues<RefusalKind>().Select(kind => RefusalTable.For(kind).Reason).ToList();
        Assert.Equal(reasons.Count, reasons.Distinct().Count());
    }

    [Fact]
    public void The_document_of_findings_is_what_the_rules_say() =>
        Approved.Matches("docs/inspect.md", InspectDocument.Text());

    [Fact]
    public void The_document_of_verbs_is_what_the_program_parses() =>
        Approved.Matches("docs/cli.md", CliDocument.Text());

    [Fact]
    public void Every_exit_code_is_documented() => Assert.Equal(
        typeof(ExitCodes).GetFields().Select(field => (int)field.GetRawConstantValue()!).Order(),
        CliDocument.Codes.Select(row => row.Code));

    [Fact]
    public void Every_verb_takes_a_home_and_shows_an_example() => Rule.Holds(
        from verb in CliDocument.Leaves(RootVerb.Create())
        where verb.Command.Options.All(option => option.Name != "--home")
            || !(verb.Command.Description ?? "").Contains("\n\nExample", StringComparison.Ordinal)
        select verb.Path);
}
