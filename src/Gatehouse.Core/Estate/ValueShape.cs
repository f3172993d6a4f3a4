using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Core.Estate;

/// <summary>A shape whose values have a type.</summary>
/// <typeparam name="T">The type of its values.</typeparam>
internal abstract class ValueShape<T> : Shape
{
    /// <summary>Reads a node; where that fails the problem is reported and the result is false.</summary>
    public abstract bool TryRead(
        EstateNode node, string path, EstateProblems problems, [MaybeNullWhen(false)] out T value);
}
