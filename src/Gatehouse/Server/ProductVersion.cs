namespace Gatehouse.Server;

/// <summary>Which Gatehouse this is.</summary>
internal static class ProductVersion
{
    /// <summary>The version, as the build says it.</summary>
    public static string Text { get; } = typeof(ProductVersion).Assembly.GetName().Version!.ToString(3);
}
