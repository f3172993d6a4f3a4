namespace Gatehouse.Tests.Tidy;

/// <summary>
/// A committed document that is generated: it must be what the program says, and can be written anew.
/// </summary>
internal static class Approved
{
    public static void Matches(string file, string generated)
    {
        var path = Repository.PathOf(file);
        if (Environment.GetEnvironmentVariable("GATEHOUSE_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, generated);
        }

        Assert.True(File.Exists(path), $"{file} is missing: run the tests with GATEHOUSE_APPROVE=1");
        Assert.Equal(generated, File.ReadAllText(path));
    }
}
