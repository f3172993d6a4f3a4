using Gatehouse.Cli;

return await RootVerb.Create().Parse(args).InvokeAsync();

/// <summary>The program.</summary>
internal sealed partial class Program
{
    /// <summary>The version, as the build says it.</summary>
    public static string Version { get; } = typeof(Program).Assembly.GetName().Version!.ToString(3);
}
