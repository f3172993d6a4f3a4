namespace Gatehouse.Core.Estate;

/// <summary>A key whose values have a type.</summary>
/// <typeparam name="T">The type of its values.</typeparam>
internal sealed class Setting<T>(string name, ValueShape<T> shape, string summary)
    : SettingKey(name, summary)
{
    public override Shape Shape => Typed;

    public ValueShape<T> Typed { get; } = shape;

    /// <summary>The value of a file that does not hold the key.</summary>
    public T? Default { get; init; }
}
