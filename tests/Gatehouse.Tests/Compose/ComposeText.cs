using System.Collections.Immutable;
using Gatehouse.Core.Compose;

namespace Gatehouse.Tests.Compose;

/// <summary>Compose files that lie in a dictionary instead of on a disk.</summary>
internal static class ComposeText
{
    public static ComposeReading Read(params (string Path, string Text)[] files) => Read(new ComposeRequest
    {
        Directory = "/srv/stack",
    }, files);

    public static ComposeReading Read(ComposeRequest request, params (string Path, string Text)[] files)
    {
        var byPath = files.ToImmutableDictionary(file => "/srv/stack/" + file.Path, file => file.Text);
        return ComposeReader.Read(request, path => byPath.GetValueOrDefault(path));
    }

    /// <summary>The project of one file without problems.</summary>
    public static ComposeProject Project(string text, params (string Path, string Text)[] others)
    {
        var reading = Read([("compose.yaml", text), .. others]);
        Assert.Empty(reading.Problems);
        return Assert.IsType<ComposeProject>(reading.Project);
    }

    /// <summary>The one service of a project.</summary>
    public static ComposeService Service(string text, params (string Path, string Text)[] others)
        => Project(text, others).Services[0];

    public static string? Value(this ComposeService service, string name)
        => service.Environment.FirstOrDefault(fact => fact.Name == name)?.Value;
}
