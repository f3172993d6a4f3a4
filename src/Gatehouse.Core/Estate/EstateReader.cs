using System.Text;

namespace Gatehouse.Core.Estate;

/// <summary>Reads an estate file. No file makes it throw; everything wrong is reported at once.</summary>
public static class EstateReader
{
    /// <summary>Largest file in bytes of UTF-8: 1,000 full jobs take about 700 KiB.</summary>
    public const int BytesMax = 1 << 20;

    /// <summary>Reads a file's text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="fileName">The name that problems carry; the file itself is not opened.</param>
    /// <returns>A plan, or the problems that prevent one; warnings in both cases.</returns>
    public static EstateReading Read(string yaml, string fileName)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(fileName);
        var problems = new EstateProblems(fileName);
        var plan = ReadPlan(yaml, problems);
        return new EstateReading
        {
            Plan = problems.HasErrors ? null : plan,
            Problems = [.. problems.Errors],
            Warnings = [.. problems.Warnings],
        };
    }

    private static EstatePlan? ReadPlan(string yaml, EstateProblems problems)
    {
        if (yaml.Length > BytesMax || Encoding.UTF8.GetByteCount(yaml) > BytesMax)
        {
            problems.ErrorAt(1, 1, $"the file is larger than {SizeText.Of(BytesMax)}");
            return null;
        }
        var root = EstateTree.Parse(yaml, problems);
        if (root is null)
        {
            if (!problems.HasErrors)
                problems.ErrorAt(1, 1, $"the file is empty; start with `estate: {EstateKeys.Version}`");
            return null;
        }
        if (IsOtherVersion(root, problems) || !EstateKeys.Section.TryRead(root, "", problems, out var section))
            return null;
        return new EstateAssembly(section, problems).Build();
    }

    // A file of another version is not judged by the keys of this one.
    private static bool IsOtherVersion(EstateNode root, EstateProblems problems)
    {
        if (root is not EstateNode.Mapping mapping)
            return false;
        var version = mapping.Entries.Find(entry => entry.Key.Text == EstateKeys.Estate.Name).Value;
        if (version is not EstateNode.Scalar { IsEmpty: false } scalar || scalar.Text == $"{EstateKeys.Version}")
            return false;
        problems.Error(version, EstateKeys.Estate.Name,
            $"this gatehouse reads version {EstateKeys.Version}, the file says {DisplayText.Quote(scalar.Text)}",
            $"`estate: {EstateKeys.Version}`, or a gatehouse that reads the other version");
        return true;
    }
}
