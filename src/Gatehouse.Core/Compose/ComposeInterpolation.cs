namespace Gatehouse.Core.Compose;

/// <summary>Puts variables into every value of a document; keys stay as they are.</summary>
internal static class ComposeInterpolation
{
    public static ComposeNode.Mapping Apply(
        ComposeNode.Mapping document, ComposeVariables variables, ComposeProblems problems)
        => (ComposeNode.Mapping)Of(document, variables, problems);

    // The depth is bounded by the tree that was parsed.
    private static ComposeNode Of(ComposeNode node, ComposeVariables variables, ComposeProblems problems) => node switch
    {
        ComposeNode.Mapping map => new ComposeNode.Mapping(map.Source, map.Line,
            [.. map.Entries.Select(entry => new KeyValuePair<string, ComposeNode>(
                entry.Key, Of(entry.Value, variables, problems)))], map.Tag),
        ComposeNode.Sequence list => new ComposeNode.Sequence(list.Source, list.Line,
            [.. list.Items.Select(item => Of(item, variables, problems))], list.Tag),
        ComposeNode.Scalar { IsNull: false } one when one.Value.Contains('$', StringComparison.Ordinal) =>
            new ComposeNode.Scalar(one.Source, one.Line,
                Interpolation.Apply(one.Value, variables.Find, message => problems.Add(one, message)), false, one.Tag),
        _ => node,
    };
}
