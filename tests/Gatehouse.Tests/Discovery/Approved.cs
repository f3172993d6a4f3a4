namespace Gatehouse.Tests.Discovery;

/// <summary>
/// Text of discovery as it was approved; <c>GATEHOUSE_APPROVE=1</c> writes what is printed now in its place.
/// </summary>
internal static class Approved
{
    public static void Check(string name, string text)
    {
        var path = Repository.PathOf("tests", "Gatehouse.Tests", "Discovery", "Approved", name + ".txt");
        if (Environment.GetEnvironmentVariable("GATEHOUSE_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        Assert.True(File.Exists(path), $"There is no approved text {path}.");
        Assert.Equal(File.ReadAllText(path), text);
    }
}
