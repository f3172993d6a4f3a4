using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate.Guarding;

/// <summary>
/// Looks at the text of calls, in both directions, and says what may go on. A gate without one passes bytes as they
/// came and looks at no text.
/// </summary>
internal interface IGuard
{
    /// <summary>Whether it looks at this call at all. One that nobody looks at costs nothing.</summary>
    public bool Watches(GateCall call) => true;

    /// <summary>Step 5: looks at a prompt before it goes on record and to the model.</summary>
    public ValueTask<PromptVerdict> LookAsync(PromptView prompt, CancellationToken stop);

    /// <summary>Step 8: who looks at the answer of this call; null when nobody has to.</summary>
    public IAnswerGuard? ForAnswer(GateCall call);
}

/// <summary>Looks at one answer while it comes. Asked by one task at a time.</summary>
internal interface IAnswerGuard
{
    /// <summary>
    /// Asked whenever a text has grown, and once more when it has ended. Nothing more is read from the model
    /// meanwhile, so this may take its time.
    /// </summary>
    public ValueTask<TextRelease> LookAsync(TextView text, CancellationToken stop);
}

/// <summary>A text of an answer, as far as it has come.</summary>
internal readonly record struct TextView
{
    public required TextChannel Channel { get; init; }

    /// <summary>All of it that has come, as the model wrote it. Valid during the look.</summary>
    public required ReadOnlyMemory<char> Text { get; init; }

    /// <summary>How many of its characters were released before.</summary>
    public int Released { get; init; }

    /// <summary>Whether nothing more comes. What is not released now never is, and the answer ends here.</summary>
    public bool IsEnd { get; init; }

    /// <summary>Whether it is a text of its own, which only shares its channel: an alternative token.</summary>
    public bool IsAlone { get; init; }

    /// <summary>The tool that the model wants to be called, for <see cref="TextKind.ToolArguments"/>.</summary>
    public string? ToolName { get; init; }
}

/// <summary>How much of a text may go to the caller, and what of it is changed.</summary>
internal readonly record struct TextRelease
{
    /// <summary>Everything that has come.</summary>
    public static TextRelease All { get; } = new() { Chars = int.MaxValue };

    /// <summary>Nothing yet; of a call of a tool not even its name.</summary>
    public static TextRelease Nothing { get; } = new() { Chars = -1 };

    /// <summary>
    /// Released up to here, in characters from the beginning of the text. What was released stays released.
    /// </summary>
    public int Chars { get; private init; }

    /// <summary>
    /// Changes of what is released now, in order and apart: none may reach into what was released before, or beyond
    /// <see cref="Chars"/>.
    /// </summary>
    public IReadOnlyList<TextEdit> Edits { get; init; }

    /// <summary>What was found, for the record.</summary>
    public IReadOnlyList<GuardFinding> Findings { get; init; }

    /// <summary>Why the answer ends here; null when it goes on.</summary>
    public Refusal? Stop { get; private init; }

    public static TextRelease UpTo(int chars) => new() { Chars = chars };

    public static TextRelease End(Refusal why) => new() { Stop = why };
}

/// <summary>Puts other words in the place of some.</summary>
internal readonly record struct TextEdit(int Start, int Length, string Replacement)
{
    public int End => Start + Length;
}

/// <summary>A prompt with its texts.</summary>
internal sealed record PromptView(GateCall Call, IReadOnlyList<RequestText> Texts)
{
    /// <summary>The characters of a text; decoded when asked for.</summary>
    public string Read(in RequestText text) => text.Decode(Call.Body.Received.Span);
}

/// <summary>What becomes of a prompt.</summary>
internal readonly record struct PromptVerdict
{
    /// <summary>Why it does not go to the model; null when it does.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>What was found, for the record.</summary>
    public IReadOnlyList<GuardFinding>? Findings { get; init; }

    /// <summary>New words for some of its texts.</summary>
    public IReadOnlyList<PromptEdit>? Edits { get; init; }

    /// <summary>What is added to it.</summary>
    public IReadOnlyList<PromptInsert>? Inserts { get; init; }
}

/// <summary>New words for a text of a prompt, and the name under which the change goes on record.</summary>
internal readonly record struct PromptEdit(RequestText Text, string Replacement, string Name);

/// <summary>Something that is added to a prompt.</summary>
/// <param name="Change">The change of the body; null where another one has it already.</param>
/// <param name="Name">The name under which it goes on record.</param>
internal readonly record struct PromptInsert(Splice? Change, string Name);
