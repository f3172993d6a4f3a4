using System.Collections.Immutable;

namespace Gatehouse.Core.Compose;

/// <summary>What came of reading a Compose project.</summary>
/// <param name="Project">The project, as far as its files could be used; null when none could.</param>
/// <param name="Problems">What is wrong in the files; a project may be read in spite of them.</param>
public sealed record ComposeReading(ComposeProject? Project, ImmutableArray<ComposeProblem> Problems);
