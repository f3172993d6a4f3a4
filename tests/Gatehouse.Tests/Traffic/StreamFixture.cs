using System.Text;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

/// <summary>One handwritten stream and what is to be seen in it.</summary>
internal sealed record StreamFixture(string Name, Endpoint Endpoint, string Text, Completeness Completeness)
{
    public TokenUsage Usage { get; init; }

    public string? Model { get; init; } = "m-1";

    /// <summary>
    /// Letters for each event: C content, T terminal, E end, ! error, U usage only, x malformed, - nothing.
    /// </summary>
    public required string Signals { get; init; }

    public byte[] Bytes => Encoding.UTF8.GetBytes(Text);

    public Route Route => RouteTable.Of(Endpoint);

    public override string ToString() => Name;
}
