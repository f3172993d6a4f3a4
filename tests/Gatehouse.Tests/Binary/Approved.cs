namespace Gatehouse.Tests.Binary;

/// <summary>
/// Texts that people and scripts read, as they were approved: a change shows in a review.
/// <c>GATEHOUSE_APPROVE=1</c> writes what is printed now in their place.
/// </summary>
internal static class Approved
{
    private const string Variable = "GATEHOUSE_APPROVE";

    private static readonly string Folder = Repository.PathOf("tests", "Gatehouse.Tests", "Binary", "Approved");

    public static void Check(string name, string text)
    {
        var path = Path.Combine(Folder, name + ".txt");
        // As git keeps them: no spaces at ends of lines, one line end at the end.
        text = string.Join('\n', text.Split('\n').Select(line => line.TrimEnd())).TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable(Variable) == "1")
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(path, text);
        }
        Assert.True(File.Exists(path), $"There is no approved text {path}. Write it with {Variable}=1 and look at it.");
        Assert.Equal(File.ReadAllText(path), text);
    }
}
