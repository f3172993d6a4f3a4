using Gatehouse.Demo;

namespace Gatehouse.Tests.Clients;

/// <summary>What the scripted model says and hears in these tests.</summary>
internal static class ClientTexts
{
    /// <summary>The model's answer to the scripts' own prompt "hello": bytes of every kind, so breaks show.</summary>
    public static string Hello { get; } = ScriptedTexts.For("hello");

    /// <summary>A stream that only ends when somebody goes.</summary>
    public const string Endless = "[[endless delay-token=10]]";
}
